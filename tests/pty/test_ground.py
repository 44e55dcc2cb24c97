"""The terminal is asked for its ground: it answers at once, late, in pieces, or never."""

import fcntl
import struct
import termios

import pytest

from rnn_tui.tui.plots.look import DARK, LIGHT
from rnn_tui.tui.terminal.answers import ASK_GROUND

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
BLACK = "\x1b]11;rgb:0000/0000/0000\x07"
ASKED = ASK_GROUND.encode()


def ask_of(terminal):
    terminal.wait_for(lambda: ASKED in terminal.output)
    return terminal


def ground(terminal):
    """The colour between the words of the header, as in "ffffff"."""
    return terminal.screen.buffer[0][0].bg


def sent(colour):
    """What draws on a ground."""
    return "48;2;{};{};{}".format(*bytes.fromhex(colour.removeprefix("#"))).encode()


def is_on(palette):
    return palette.background.removeprefix("#")


def waiting_keys(terminal):
    """Bytes that nobody has read: a shell would take them for typed."""
    count = fcntl.ioctl(terminal._slave, termios.FIONREAD, b"\0" * 4)
    return struct.unpack("i", count)[0]


def test_a_light_ground_is_light_from_the_first_frame_on(start):
    terminal = ask_of(start())
    terminal.press(WHITE)
    terminal.wait_for_training()
    assert ground(terminal) == is_on(LIGHT)
    assert sent(DARK.background) not in terminal.output, "no dark frame before"
    assert terminal.leave() == 0
    assert terminal.is_restored


def test_a_terminal_that_says_nothing_is_waited_for_by_nobody(train):
    terminal = ask_of(train())
    assert ground(terminal) == is_on(DARK)
    terminal.press("?")
    terminal.wait_for("Keys")
    terminal.press("\x1b")
    terminal.wait_for_panels()
    assert terminal.leave() == 0
    assert terminal.is_restored


@pytest.mark.parametrize("pieces", [[WHITE], list(WHITE)], ids=["whole", "byte by byte"])
def test_a_late_answer_counts_and_is_not_taken_for_keys(train, pieces):
    terminal = ask_of(train(ESCDELAY="500"))  # milliseconds: a busy machine lets bytes wait
    terminal.wait_for_panels()
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.wait_for_silence()
    held = terminal.step
    for piece in pieces:
        terminal.press(piece)
        terminal.watch(0.02)
    terminal.wait_for(lambda: ground(terminal) == is_on(LIGHT))
    terminal.wait_for_panels()
    assert terminal.number("step") == held
    assert "‖ paused" in terminal.text
    terminal.watch(1.5)  # an escape character and a key within 500 ms are one
    assert terminal.leave() == 0


def test_the_answer_beats_what_the_environment_says_and_keys_around_it_count(train):
    terminal = ask_of(train(COLORFGBG="0;15"))
    assert ground(terminal) == is_on(LIGHT)
    terminal.press(f" {BLACK}3")
    terminal.wait_for(lambda: ground(terminal) == is_on(DARK))
    terminal.wait_for("─ 3 Gates over timesteps")
    terminal.wait_for("‖ paused")
    assert terminal.leave() == 0


PATIENT = """
import sys
from rnn_tui.tui.terminal import driver
driver.LEAVE_SECONDS = 5.0
from rnn_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""On a busy machine the answer comes later than any person would wait."""


def test_who_leaves_before_the_answer_does_not_find_it_in_the_shell(start):
    terminal = ask_of(start(script=PATIENT))
    terminal.press("q")
    terminal.watch(0.1)
    terminal.press(WHITE)
    assert terminal.leave() == 0
    terminal.watch(0.1)
    assert waiting_keys(terminal) == 0
    assert b"11;rgb" not in terminal.output, "not echoed either"


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (("--theme", "rnn-tui-light"), {}),
        ((), {"TERM": "linux"}),
        ((), {"TERM": "vt100"}),
    ],
    ids=str,
)
def test_where_the_theme_is_set_or_the_terminal_knows_no_colours_nothing_is_asked(
    start, options, variables
):
    terminal = start(*options, **variables)
    terminal.wait_for(lambda: " training" in terminal.text, 240)
    assert ASKED not in terminal.output
    assert (ground(terminal) == is_on(LIGHT)) is bool(options)
    assert terminal.leave() == 0


def test_a_theme_that_is_not_there_leaves_its_reason(start):
    terminal = start("--theme", "nrod")
    assert terminal.wait() == 2
    said = " ".join(terminal.after_the_screen.split())
    assert "--theme: no such theme as 'nrod' (did you mean nord?)" in said
    assert terminal.is_restored
