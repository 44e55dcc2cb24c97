"""How a run goes on: a bar on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from rnn_tui.batch.summary import subject
from rnn_tui.streams import Output, OutputLostError, printable
from rnn_tui.training.events import Event, KernelsReady, RunEnded, RunStarted, StepsDone

SECONDS_BETWEEN_LINES = 2.0
HEADINGS = ("step", "epoch", "loss", "validation", "grad norm", "steps/s", "seconds")
WIDTHS = (9, 7, 11, 11, 11, 9, 9)
COMPILING = "compiling kernels (the first run takes longest) ..."
ROOM_FOR_BAR = 22
"""Columns for the word "Training" and a bar that can still be read."""


class ProgressView(Protocol):
    """Shows the events of a run while it goes on."""

    def show(self, event: Event) -> None:
        """Show one event; raises OutputLostError where nobody can see it any more."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Silence:
    """Shows nothing."""

    def show(self, event: Event) -> None:
        """Ignore the event."""

    def close(self) -> None:
        """Do nothing."""


class Lines:
    """Plain lines of fixed columns: the first burst, one every two seconds, the last."""

    def __init__(self, output: Output, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._next: float | None = None
        self._validation_loss: float | None = None
        self._pending: StepsDone | None = None

    def show(self, event: Event) -> None:
        """Write the event's line where one is due."""
        match event:
            case RunStarted():
                lines = (*noted(event), describe(event), COMPILING)
                self._output.write("".join(f"{line}\n" for line in lines))
            case KernelsReady():
                self._output.write(f"kernels ready after {event.seconds:.1f} s\n")
            case StepsDone():
                self._show_steps(event)
            case RunEnded() if self._pending:
                self._write_row(self._pending)

    def close(self) -> None:
        """Do nothing: lines leave no trace on a terminal."""

    def _show_steps(self, event: StepsDone) -> None:
        if event.validation_loss is not None:
            self._validation_loss = event.validation_loss
        now = self._clock()
        if self._next is None:
            self._output.write(_row(HEADINGS))
        elif now < self._next:
            self._pending = event
            return
        self._next = now + SECONDS_BETWEEN_LINES
        self._write_row(event)

    def _write_row(self, event: StepsDone) -> None:
        self._pending = None
        validation = self._validation_loss
        self._output.write(
            _row(
                (
                    str(event.last_step),
                    str(event.epoch),
                    f"{event.loss[-1]:.4g}",
                    "-" if validation is None else f"{validation:.4g}",
                    f"{event.gradient_norm[-1]:.4g}",
                    f"{event.steps_per_second:.0f}",
                    f"{event.seconds:.1f}",
                )
            )
        )


class Bar:
    """A progress bar that Rich redraws ten times a second.

    Parameters
    ----------
    stream
        A terminal.
    steps
        Steps of the run; None: as many as fit into the time.
    seconds
        Most seconds of training; None: as many as the steps take.
    """

    def __init__(
        self, stream: TextIO, steps: int | None = None, seconds: float | None = None
    ) -> None:
        console = Console(file=stream)
        self._steps = steps
        self._seconds = seconds
        self._validation = ""
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[note]}"),
            console=console,
            expand=True,
            transient=True,
        )
        self._task = self._progress.add_task("Loading", total=None, note="")
        self._progress.start()

    def show(self, event: Event) -> None:
        """Move the bar."""
        try:
            self._show(event)
        except OSError as error:
            raise OutputLostError(error) from error

    def close(self) -> None:
        """Remove the bar and give the cursor back."""
        try:
            self._progress.stop()
        except OSError as error:
            raise OutputLostError(error) from error

    def _show(self, event: Event) -> None:
        match event:
            case RunStarted():
                for line in (*noted(event), describe(event)):
                    self._progress.console.print(Text(line), highlight=False)
                self._progress.update(
                    self._task, description="Compiling kernels (the first run takes longest)"
                )
            case KernelsReady():
                self._progress.update(self._task, description="Training", total=1.0)
            case StepsDone():
                self._move(event)

    def _move(self, event: StepsDone) -> None:
        if event.validation_loss is not None:
            self._validation = f"validation {event.validation_loss:.3g}"
        left, done = self._left(event)
        minutes, seconds = divmod(round(left), 60)
        of = "" if self._steps is None else f"/{self._steps:,}"
        facts = (
            f"{event.last_step:,}{of}",
            f"{minutes}:{seconds:02d} left",
            f"loss {event.loss[-1]:.3g}",
            self._validation,
            f"{event.steps_per_second:,.0f} steps/s",
        )
        note = _as_many_as_fit(facts, self._progress.console.width - ROOM_FOR_BAR)
        self._progress.update(self._task, completed=done, note=note)

    def _left(self, event: StepsDone) -> tuple[float, float]:
        """Return the seconds left and the share that is done, by what ends the run first."""
        ends = []
        if self._steps is not None:
            rate = max(event.steps_per_second, 1e-9)
            ends.append(((self._steps - event.last_step) / rate, event.last_step / self._steps))
        if self._seconds is not None:
            left = max(0.0, self._seconds - event.seconds)
            ends.append((left, min(1.0, event.seconds / self._seconds)))
        return min(ends, default=(0.0, 0.0))


def _as_many_as_fit(facts: tuple[str, ...], width: int) -> str:
    """Return the first facts, the most important ones, that fit into a width."""
    note = facts[0]
    for fact in facts[1:]:
        longer = f"{note}  {fact}" if fact else note
        if len(longer) <= width:
            note = longer
    return note


def describe(event: RunStarted) -> str:
    """Return the run in one line."""
    windows = ", ".join(f"{count:,} {part}" for part, count in event.windows.items())
    return (
        f"{subject(event.config)}: {event.parameters:,} parameters; "
        f"windows: {windows}; seed {event.config.training.seed}"
    )


def noted(event: RunStarted) -> list[str]:
    """Return what was found or changed on reading the series, a line each."""
    return [printable(f"note: {note}") for note in event.notes]


def _row(cells: tuple[str, ...]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True)) + "\n"
