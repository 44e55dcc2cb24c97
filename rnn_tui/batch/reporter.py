"""A run on the standard streams, as text or as JSON Lines."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from rnn_tui.batch.json_lines import to_json_lines
from rnn_tui.batch.plots import plots as draw_plots
from rnn_tui.batch.progress import Bar, Lines, ProgressView, Silence
from rnn_tui.batch.summary import summary
from rnn_tui.config import RunConfig
from rnn_tui.streams import Output, OutputLostError, discard_the_rest
from rnn_tui.training.events import Event, RunEnded, Status
from rnn_tui.training.snapshot import Snapshot

WIDEST_CHART = 120


class Reporter:
    """Writes events to stdout (JSON Lines) or progress to stderr and the result to stdout.

    It never raises where a stream is lost: it falls silent and keeps the error in `lost`.
    """

    def __init__(
        self, config: RunConfig, *, as_json: bool, plots: bool, save_to: Path | None = None
    ) -> None:
        self.lost: OutputLostError | None = None
        self._name = config.model.cell.upper()
        self._as_json = as_json
        self._plots = plots
        self._save_to = save_to
        self._output = Output(sys.stdout)
        self._errors = Output(sys.stderr)
        self._progress = Silence() if as_json else _progress_view(config)

    def show(self, event: Event) -> None:
        """Write an event."""
        if self._as_json:
            self._attempt(lambda: self._output.write(to_json_lines(event, self._name)))
        self._attempt(lambda: self._progress.show(event))

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._attempt(self._progress.close)

    def conclude(self, ended: RunEnded, snapshot: Snapshot) -> None:
        """Write how the run ended."""
        if ended.status in {Status.DIVERGED, Status.FAILED}:
            self._attempt(lambda: self._errors.write(f"rnn-tui: {ended.status}: {ended.reason}\n"))
        if not self._as_json:
            self._attempt(lambda: self._output.write(self._closing_text(ended, snapshot)))

    def _closing_text(self, ended: RunEnded, snapshot: Snapshot) -> str:
        screen = Console(file=self._output.stream)
        text = io.StringIO()
        page = Console(
            file=text,
            width=screen.width,
            force_terminal=screen.is_terminal,
            no_color=screen.no_color,
            highlight=False,
        )
        unit = snapshot.forecast.unit if snapshot.forecast else ""
        for part in summary(snapshot.title, self._name, ended, unit):
            page.print(part)
        if self._save_to and self._save_to.exists():
            page.print(f"Model saved to {self._save_to}.", markup=False, soft_wrap=True)
        if self._plots:
            is_unicode = (self._output.stream.encoding or "").lower().startswith("utf")
            width = min(screen.width, WIDEST_CHART)
            for part in draw_plots(snapshot, width, "braille" if is_unicode else "ascii"):
                page.print(part, no_wrap=True)
        return text.getvalue()

    def _attempt(self, write: Callable[[], None]) -> None:
        if self.lost:
            return
        try:
            write()
        except OutputLostError as error:
            self.lost = error
            discard_the_rest(sys.stdout)
            if not error.is_closed:
                self._errors.stream.write(f"rnn-tui: the output cannot be written: {error}.\n")


def _progress_view(config: RunConfig) -> ProgressView:
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar(sys.stderr, config.training.steps or 0)
    return Lines(Output(sys.stderr))
