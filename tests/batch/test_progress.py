import errno
import io
import os
from dataclasses import replace

import pytest

from rnn_tui.batch.progress import Bar, Lines, Silence
from rnn_tui.batch.run import resolve
from rnn_tui.config import RunConfig
from rnn_tui.streams import Output, OutputLostError
from rnn_tui.training.events import KernelsReady, RunEnded, RunStarted, Status
from tests.batch.fake_session import burst

STARTED = RunStarted(
    resolve(RunConfig()), {}, parameters=1234, windows={"train": 172, "validation": 25, "test": 67}
)
ENDED = RunEnded(Status.COMPLETED, "", 20, 20, 1.0, {})
FIRST_LINE = (
    "LSTM 32 on sunspots: 1,234 parameters; windows: 172 train, 25 validation, 67 test; seed 0"
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_lines_come_at_once_every_two_seconds_and_at_the_end():
    text, clock = io.StringIO(), Clock()
    lines = Lines(Output(text), clock)
    for event in (STARTED, KernelsReady(0.5)):
        lines.show(event)
    for clock.now, first in ((0.0, 1), (0.5, 6), (2.0, 11), (2.5, 16)):
        lines.show(burst(first))
    lines.show(ENDED)
    lines.close()
    assert text.getvalue().splitlines() == [
        FIRST_LINE,
        "compiling kernels (the first run takes longest) ...",
        "kernels ready after 0.5 s",
        "     step  epoch       loss validation  grad norm  steps/s  seconds",
        "        5      0        0.2      0.125     0.4472     1234      0.0",
        "       15      1    0.06667      0.125     0.2582     1234      0.0",
        "       20      1       0.05      0.125     0.2236     1234      0.0",
    ]


def test_what_was_found_on_reading_is_told_first():
    text = io.StringIO()
    noted = replace(STARTED, notes=("p.csv: 2 gaps were filled.", "\x1b[2J"))
    Lines(Output(text), Clock()).show(noted)
    assert text.getvalue().splitlines()[:3] == [
        "note: p.csv: 2 gaps were filled.",
        "note: ?[2J",
        FIRST_LINE,
    ]


def test_nothing_is_told_twice():
    text = io.StringIO()
    lines = Lines(Output(text), Clock())
    lines.show(burst(1))
    lines.show(ENDED)
    assert len(text.getvalue().splitlines()) == 2


def test_silence_is_silent(capsys):
    silence = Silence()
    silence.show(STARTED)
    silence.close()
    assert capsys.readouterr() == ("", "")


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Screen()


def test_a_bar_moves_and_goes(screen):
    bar = Bar(screen, 20)
    for event in (STARTED, KernelsReady(0.5), burst(1), burst(6)):
        bar.show(event)
    bar._progress.refresh()
    shown = screen.getvalue()
    bar.close()
    assert FIRST_LINE in shown
    assert "10/20  0:00 left  loss 0.1  validation 0.125  1,234 steps/s" in shown
    assert "\x1b[?25l" in shown  # the cursor is hidden …
    assert screen.getvalue().endswith("\x1b[2K")  # … the bar is wiped out …
    assert "\x1b[?25h" in screen.getvalue()[len(shown) :]  # … and the cursor is back


@pytest.mark.parametrize(
    ("steps", "seconds", "note", "done"),
    [
        (None, 100.0, "10  1:40 left", 0.0),  # the burst ended after 0.005 s
        (1000, 0.01, "10/1,000  0:00 left", 0.49),
        (12, 1000.0, "10/12  0:00 left", 0.83),
    ],
)
def test_a_bar_goes_by_what_ends_the_run_first(screen, steps, seconds, note, done):
    bar = Bar(screen, steps, seconds)
    bar.show(KernelsReady(0.5))
    bar.show(burst(6))
    [task] = bar._progress.tasks
    assert task.fields["note"].startswith(note)
    assert task.completed == pytest.approx(done, abs=0.01)
    assert task.total == 1.0
    bar.close()


@pytest.mark.parametrize(("columns", "note"), [(50, "10/20  0:00 left  loss 0.1"), (30, "10/20")])
def test_a_narrow_bar_says_what_matters_most(screen, monkeypatch, columns, note):
    monkeypatch.setenv("COLUMNS", str(columns))
    bar = Bar(screen, 20)
    bar.show(KernelsReady(0.5))
    bar.show(burst(6))
    assert bar._progress.tasks[0].fields["note"] == note
    bar.close()


def test_a_name_with_brackets_is_no_markup(screen):
    data = STARTED.config.data.model_copy(update={"dataset": None, "file": "[/b][red]x.csv"})
    event = RunStarted(STARTED.config.model_copy(update={"data": data}), {}, 1, {})
    bar = Bar(screen, 20)
    bar.show(event)
    bar.close()
    assert "[/b][red]x.csv" in screen.getvalue()


def test_a_lost_terminal_is_said(screen):
    def lost(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    bar = Bar(screen, 20)
    bar._progress.live._refresh_thread.stop()
    screen.write = lost
    with pytest.raises(OutputLostError):
        bar.show(STARTED)
    with pytest.raises(OutputLostError):
        bar.close()
