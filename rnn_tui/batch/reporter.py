"""A run on the standard streams, as text or as JSON Lines."""

import os
import sys
from collections.abc import Callable

from rnn_tui.batch.json_lines import to_json_lines
from rnn_tui.batch.page import Page
from rnn_tui.batch.plots import plots as draw_plots
from rnn_tui.batch.progress import Bar, Lines, ProgressView, Silence
from rnn_tui.batch.summary import headline, summary
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.streams import Output, OutputLostError, are_one, complain, discard_the_rest
from rnn_tui.training.events import Event, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.snapshot import Snapshot

WIDEST_CHART = 120


class Reporter:
    """Writes events to stdout (JSON Lines) or progress to stderr and the result to stdout.

    Of one run of many it tells the end in one line: the result is the table of all. It never raises
    where a stream is lost. Without stdout it falls silent and keeps the error in
    `lost`; without stderr alone it goes on, since the result has still a place to go.
    """

    def __init__(
        self,
        config: RunConfig,
        task: Task,
        *,
        is_one_of_many: bool = False,
    ) -> None:
        self.lost: OutputLostError | None = None
        self._config = config
        self._task = task
        self._is_one_of_many = is_one_of_many
        self._output = Output(sys.stdout)
        self._is_one_stream = are_one(sys.stdout, sys.stderr)
        self._progress = Silence() if task.as_json else _progress_view(config)
        self._started = False
        self._last: StepsDone | None = None

    def show(self, event: Event) -> None:
        """Write an event."""
        self._started = self._started or isinstance(event, RunStarted)
        self._last = event if isinstance(event, StepsDone) else self._last
        if self._task.as_json:
            self._print(to_json_lines(event, self._config.model.cell.upper()))
        self._watch(lambda: self._progress.show(event))

    def break_off(self, status: Status, reason: str) -> RunEnded | None:
        """End the story of a run that cannot tell its end; None where it had not begun."""
        if not self._started:
            return None
        steps, seconds = (self._last.last_step, self._last.seconds) if self._last else (0, 0.0)
        ended = RunEnded(status, reason, steps, None, seconds, {})
        self.show(ended)
        return ended

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._watch(self._progress.close)

    def conclude(self, ended: RunEnded, snapshot: Snapshot) -> None:
        """Write how the run ended."""
        if ended.status in {Status.DIVERGED, Status.FAILED}:
            complain(f"{ended.status}: {ended.reason}")
        if self._task.as_json:
            return
        if self._is_one_of_many:
            line = headline(self._config, ended, with_seed=True)
            self._watch(lambda: Output(sys.stderr).write(f"{line}\n"))
        else:
            self._print(self._closing_text(ended, snapshot))

    def _closing_text(self, ended: RunEnded, snapshot: Snapshot) -> str:
        page = Page(self._output.stream)
        page.add(*summary(self._config, ended, snapshot.forecast, page.width))
        if ended.status is not Status.FAILED and snapshot.ended is ended:
            for what, path in (
                ("Model saved to", self._task.save_to),
                ("Forecasts written to", self._task.output_to),
            ):
                if path is not None:
                    page.add(f"{what} {path}.")
        if self._task.plots:
            is_unicode = (self._output.stream.encoding or "").lower().startswith("utf")
            width = min(page.width, WIDEST_CHART)
            for part in draw_plots(snapshot, width, "braille" if is_unicode else "ascii"):
                page.add(part, no_wrap=True)
        return page.text

    def _print(self, text: str) -> None:
        if self.lost:
            return
        try:
            self._output.write(text)
        except OutputLostError as error:
            self.lost = error
            discard_the_rest(sys.stdout)
            if not error.is_closed:
                complain(f"the output cannot be written: {error}.")

    def _watch(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OutputLostError as error:
            self._progress = Silence()
            discard_the_rest(sys.stderr)
            self.lost = self.lost or (error if self._is_one_stream else None)


def _progress_view(config: RunConfig) -> ProgressView:
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar(sys.stderr, config.training.steps or 0)
    return Lines(Output(sys.stderr))
