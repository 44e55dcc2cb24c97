"""What is sent over a thin line, and what becomes of what is written beside the screen."""

import base64
import re
import signal
import time
from pathlib import Path

import pytest

from tests.pty.terminal import COMPILING_AT_MOST, PANELS

MOST_BYTES_A_SECOND = 12_000


def test_over_ssh_little_is_sent_in_sixteen_colours_and_nothing_while_nothing_changes(train):
    terminal = train(SSH_CONNECTION="192.0.2.1 50000 192.0.2.2 22", small=False)
    terminal.wait_for("horizon")
    terminal.watch(0.5)
    began, sent = time.monotonic(), len(terminal.output)
    terminal.watch(2.0)
    rate = (len(terminal.output) - sent) / (time.monotonic() - began)
    assert 0 < rate <= MOST_BYTES_A_SECOND
    assert all(panel in terminal.text for panel in PANELS)
    assert "▀" not in terminal.text
    assert not re.search(rb"[34]8;[25];", terminal.output), "no more than sixteen colours"
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.wait_for_silence()
    terminal.resize(100, 30)
    terminal.wait_for(lambda: all("│" in line for line in terminal.lines[2:8]))
    terminal.wait_for(
        lambda: terminal.lines[1].rstrip().endswith("─╮") and len(terminal.lines) == 30
    )
    assert terminal.leave() == 0
    assert terminal.is_restored


def test_a_local_profile_and_more_frames_can_be_asked_for_over_ssh(train):
    terminal = train("--profile", "local", "--fps", "30", SSH_CONNECTION="a b c d")
    terminal.wait_for("▀")
    assert terminal.leave() == 0


ERRORS_TO_A_FILE = """
import os, sys
os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), 2)
from rnn_tui.cli import main
sys.exit(main(sys.argv[2:]))
"""


def test_the_screen_stays_on_the_terminal_when_errors_go_to_a_file(train, tmp_path):
    errors = tmp_path / "errors"
    terminal = train(str(errors), script=ERRORS_TO_A_FILE, small=False)
    terminal.wait_for_panels()
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "\x1b" not in errors.read_text()


STRAY = """
import logging, os, sys, warnings
from rnn_tui.training.run import Run
record = Run.record
def slip(self, *arguments):
    if not os.environ.pop("QUIET", None):
        return record(self, *arguments)
    os.write(1, b"written to descriptor 1\\n" * 30)
    os.write(2, b"written to descriptor 2\\n")
    print("printed by a thread")
    print("and to standard error", file=sys.stderr)
    warnings.warn("a warning of old", UserWarning)
    logging.getLogger("a.library").error("a record of a library")
    return record(self, *arguments)
Run.record = slip
from rnn_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_whatever_is_written_beside_the_screen_goes_to_the_event_log(start, tmp_path):
    terminal = start("--steps", "500", script=STRAY, QUIET="no")
    terminal.wait_for("✓ completed", COMPILING_AT_MOST)
    terminal.wait_for("Completed: took all 500 steps")
    assert "written to" not in terminal.text
    terminal.press("5")
    terminal.wait_for("─ 5 Events")
    terminal.wait_for("ended: took all 500 steps")
    assert terminal.leave() == 0
    assert "written to" not in terminal.after_the_screen
    (log,) = (tmp_path / "state").rglob("rnn-tui.log")
    told = log.read_text()
    assert told.count("written to descriptor 1") == 30
    for text in (
        "written to descriptor 2",
        "printed by a thread",
        "and to standard error",
        "UserWarning: a warning of old",
        "error: a record of a library",
        "ended: took all 500 steps",
    ):
        assert told.count(text) == 1, text


def state_of(process):
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("profile", ["ssh", "local"])
def test_ctrl_z_gives_the_terminal_back_and_fg_shows_the_screen_again(train, profile):
    terminal = train("--profile", profile)
    terminal.wait_for_panels()
    terminal.press("\x1a")
    terminal.wait_for(lambda: state_of(terminal.process) == "T")
    terminal.wait_for(lambda: terminal.is_restored)
    terminal.screen.reset()
    terminal.send_signal(signal.SIGCONT)
    terminal.wait_for_panels()
    terminal.wait_for_step(terminal.step + 1)
    assert terminal.leave() == 0
    assert terminal.is_restored


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_stop_that_cannot_be_noticed_loses_neither_keys_nor_the_terminal(train):
    """SIGSTOP, as a supervisor sends it, has no handler: the app learns of it when it goes on."""
    terminal = train("--profile", "local")
    terminal.wait_for_panels()
    for _ in range(2):
        terminal.send_signal(signal.SIGSTOP)
        terminal.wait_for(lambda: state_of(terminal.process) == "T")
        terminal.screen.reset()
        terminal.send_signal(signal.SIGCONT)
        terminal.wait_for_panels()
        terminal.press(" ")
        terminal.wait_for("‖ paused")
        terminal.press(" ")
        terminal.wait_for("● training")
    tasks = Path(f"/proc/{terminal.process.pid}/task").iterdir()
    assert sum("n_tty_read" in (task / "wchan").read_text() for task in tasks) <= 1
    assert terminal.leave() == 0
    assert terminal.is_restored


def test_what_is_copied_goes_through_the_terminal(train):
    terminal = train("--profile", "ssh")
    terminal.wait_for(lambda: terminal.number("step"))  # before the first one there is nothing
    terminal.press("y")
    terminal.wait_for("Copied")
    (sent,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", terminal.output)
    assert base64.b64decode(sent).startswith(b"step\ttrain\t")
