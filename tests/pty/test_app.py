"""From the first frame to the last, in a real terminal."""

import os
import re
import resource
import signal
import subprocess
import sys

import pytest

from rnn_tui.training.checkpoint import load_model
from tests.pty.terminal import COMPILING_AT_MOST


def test_a_run_is_watched_paused_stepped_zoomed_explained_and_left(train):
    terminal = train()
    terminal.wait_for_panels()
    terminal.wait_for_step(terminal.step + 11)
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.wait_for_silence()
    held = terminal.step
    terminal.press(".")
    terminal.wait_for(lambda: terminal.number("step") == held + 1)
    terminal.press(" ")
    terminal.wait_for_step(held + 10)
    assert "● training" in terminal.text
    terminal.press("3")
    terminal.wait_for("─ 3 Gates over timesteps")
    assert "─ 1 Loss" not in terminal.text
    terminal.press("\x1b")
    terminal.wait_for("─ 1 Loss")
    terminal.press("?")
    terminal.wait_for("A plain RNN has h and")
    terminal.press("?")
    terminal.wait_for("─ 1 Loss")
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "LSTM 4 · sine: stopped after step" in terminal.after_the_screen
    assert "test RMSE" in terminal.after_the_screen


@pytest.mark.parametrize(
    ("options", "state"), [((), "‖ paused"), (("--steps", "50"), "✓ completed")]
)
def test_an_app_in_which_nothing_moves_sleeps(start, options, state):
    terminal = start(*options)
    if not options:
        terminal.wait_for_training()
        terminal.press(" ")
    terminal.wait_for(state, COMPILING_AT_MOST)

    def sleeps():
        woken, sent = terminal.wakes, len(terminal.output)
        terminal.watch(1.0)
        return terminal.wakes - woken <= 3 and len(terminal.output) == sent

    terminal.wait_for(sleeps)
    terminal.press("3")
    terminal.wait_for("─ 3 Gates over timesteps")
    assert terminal.leave() == 0


def test_a_storm_of_sizes_breaks_nothing(train):
    terminal = train()
    terminal.storm(100)
    terminal.wait_for_panels()
    terminal.wait_for_step(terminal.step + 1)
    assert terminal.leave() == 0
    assert "Traceback" not in terminal.output.decode()


def test_a_storm_of_sizes_leaves_form_help_and_walk_as_they_were(train):
    terminal = train()
    for keys, said in (("e", "Edit and begin anew"), ("?", "? goes back"), (" b", "BPTT walk")):
        terminal.press(keys)
        terminal.wait_for(said)
        terminal.storm(20)
        terminal.wait_for(said)
        terminal.press("\x1b")
        terminal.wait_for_panels()
    assert terminal.leave() == 0
    assert "Traceback" not in terminal.output.decode()


def test_a_run_that_diverges_stays_on_the_screen_and_fails_when_it_is_left(start):
    terminal = start("--lr", "1e6")
    terminal.wait_for("✗ diverged", COMPILING_AT_MOST)
    terminal.wait_for("at step")
    assert "Diverged: the" in terminal.text
    terminal.press("2")
    terminal.wait_for("Predicted vs actual")
    terminal.press(" ")
    terminal.wait_for("The run has ended")
    assert terminal.leave() == 1
    assert terminal.is_restored
    assert "at step" in terminal.after_the_screen


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_saves_the_model_and_restores_the_terminal(train, name, tmp_path):
    model = tmp_path / "model.safetensors"
    terminal = train("--save-model", str(model))
    number = getattr(signal, name)
    terminal.send_signal(number)
    assert terminal.wait() == 128 + number
    assert terminal.is_restored
    assert model.exists()
    assert "Traceback" not in terminal.output.decode()


def test_ctrl_c_ends_as_interrupted(train):
    terminal = train()
    terminal.press("\x03")
    assert terminal.wait() == 130
    assert terminal.is_restored
    assert "interrupted after step" in terminal.after_the_screen


def test_a_closed_window_ends_the_run_and_saves_the_model(train, tmp_path):
    model = tmp_path / "model.safetensors"
    terminal = train("--save-model", str(model))
    terminal.hang_up()
    assert terminal.process.wait(20) == 129
    assert model.exists()
    assert not [*tmp_path.rglob("crash-*")]


def processor_seconds_of_children():
    """What all commands that have ended have taken of the processors."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def test_quitting_while_it_compiles_does_not_wait_for_the_compiler(start, tmp_path):
    before = processor_seconds_of_children()
    terminal = start(NUMBA_CACHE_DIR=str(tmp_path))
    terminal.wait_for("◌ compiling")
    taken = terminal.processor_seconds
    assert terminal.leave() == 0
    assert processor_seconds_of_children() - before - taken < 3
    assert terminal.is_restored


def test_seconds_are_counted_while_it_compiles(start, tmp_path):
    terminal = start(NUMBA_CACHE_DIR=str(tmp_path))
    terminal.wait_for("◌ compiling")
    seen = set()

    def counts():
        seen.update(re.findall(r"Compiling the kernels: (\d+\.\d) s", terminal.text))
        return len(seen) >= 5

    terminal.wait_for(counts)


def test_without_colours_the_gates_are_characters(train):
    terminal = train(NO_COLOR="1")
    terminal.wait_for("horizon")
    assert "▀" not in terminal.text
    cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
    assert {colour for cell in cells for colour in (cell.fg, cell.bg)} == {"default"}
    assert terminal.leave() == 0


@pytest.mark.parametrize("variables", [{"TERM": "linux"}, {"LC_ALL": "C"}], ids=str)
def test_a_plain_terminal_gets_ascii(start, variables):
    terminal = start(**variables)
    terminal.wait_for("* training", COMPILING_AT_MOST)
    terminal.wait_for("horizon")
    assert terminal.text.isascii()
    assert terminal.leave() == 0


def test_a_dumb_terminal_is_refused_with_the_way_out(start):
    terminal = start(TERM="dumb")
    assert terminal.wait() == 2
    assert "rnn-tui --batch --dataset sine" in " ".join(terminal.text.split())
    assert b"\x1b[?1049h" not in terminal.output


def test_no_terminal_is_refused_with_the_way_out(environment):
    done = subprocess.run(
        [sys.executable, "-m", "rnn_tui"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "rnn-tui --batch" in done.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--dataset", "sunspot"), "sunspots"),
        (("--data", "nowhere.csv"), "nowhere.csv"),
        (("--load-model", os.devnull), "--load-model"),
    ],
)
def test_a_run_that_cannot_begin_leaves_its_reason_on_the_terminal(start, options, expected):
    terminal = start(*options, small=False)
    assert terminal.wait() == 2
    assert expected in terminal.output.decode()
    assert "Traceback" not in terminal.output.decode()
    if b"\x1b[?1049h" in terminal.output:
        assert terminal.is_restored
        assert expected in terminal.after_the_screen


CRASH_ON_SCREEN = """
import sys
from rnn_tui.tui.plots import loss
from rnn_tui.tui.widgets import panels
def slip(snapshot, frame):
    if snapshot.step:
        raise ZeroDivisionError("a slip on the screen")
    return loss.draw_loss(snapshot, frame)
panels.LOSS = __import__("dataclasses").replace(panels.LOSS, draw=slip)
from rnn_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_slip_on_the_screen_restores_the_terminal_and_names_its_log(start, tmp_path):
    model = tmp_path / "model.safetensors"
    terminal = start("--save-model", str(model), script=CRASH_ON_SCREEN)
    assert terminal.wait(COMPILING_AT_MOST) == 1
    assert terminal.is_restored
    said = "".join(terminal.after_the_screen.split())
    assert "asliponthescreen" in said
    (log,) = (tmp_path / "state").rglob("crash-*.log")
    assert str(log) in said
    assert "Traceback" in log.read_text()
    assert "Traceback" not in terminal.output.decode()
    assert model.exists()


CRASH_LATER = CRASH_ON_SCREEN.replace("if snapshot.step:", "if snapshot.step > 500:")


def test_a_slip_on_the_screen_keeps_a_run_that_nobody_saves(start, tmp_path):
    terminal = start(script=CRASH_LATER)
    assert terminal.wait(COMPILING_AT_MOST) == 1
    (kept,) = (tmp_path / "state").rglob("rescued-*.safetensors")
    assert str(kept) in "".join(terminal.after_the_screen.split())
    assert load_model(kept).step > 0


CRASH_IN_THREAD = """
import sys
from rnn_tui.training.run import Run
def slip(*_, **__):
    raise ZeroDivisionError("a slip in the thread")
Run.burst = slip
from rnn_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_slip_in_the_training_thread_is_shown_on_a_screen_that_lives_on(start, tmp_path):
    terminal = start(script=CRASH_IN_THREAD)
    terminal.wait_for("✗ failed", COMPILING_AT_MOST)
    terminal.wait_for("Failed: this is a bug in rnn-tui (ZeroDivisionError: a slip in the")
    terminal.press("3")
    terminal.wait_for("─ 3 Gates over timesteps")
    assert terminal.leave() == 1
    (log,) = (tmp_path / "state").rglob("crash-*.log")
    (kept,) = (tmp_path / "state").rglob("rescued-*.safetensors")
    assert str(log) in "".join(terminal.after_the_screen.split())
    assert str(kept) in "".join(terminal.after_the_screen.split())
    assert load_model(kept).step == 0


FIRST_FRAME = """
import sys, time
began = time.process_time()
heavy = ("numba", "rnn_kernels", "polars", "plotext")
from rnn_tui.training import session
plain = session.Session.start
def start(self):
    found = [name for name in heavy if name in sys.modules]
    with open(sys.argv[1], "w") as file:
        print(time.process_time() - began, *found, file=file)
    plain(self)
session.Session.start = start
from rnn_tui.cli import main
sys.exit(main(sys.argv[2:]))
"""


def test_the_first_frame_comes_before_numba_is_imported(start, tmp_path):
    report = tmp_path / "report"
    terminal = start(str(report), script=FIRST_FRAME, small=False)
    terminal.wait_for(lambda: report.exists() and report.read_text())
    seconds, *found = report.read_text().split()
    assert found == []
    assert float(seconds) < 5
    terminal.wait_for_panels()
    assert re.search(rb"loading|compiling", terminal.output)
    terminal.leave()
