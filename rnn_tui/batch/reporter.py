"""A run on the standard streams, as text or as JSON Lines."""

import os
import sys
from collections.abc import Callable

from rnn_tui.batch.json_lines import to_json_lines
from rnn_tui.batch.page import Page
from rnn_tui.batch.plots import pictures
from rnn_tui.batch.progress import Bar, Lines, ProgressView, Silence
from rnn_tui.batch.rows import row_text
from rnn_tui.batch.summary import headline, summary, verdicts
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.errors import SaveError
from rnn_tui.streams import Output, OutputLostError, are_one, complain, discard_the_rest
from rnn_tui.training.claim import Claim
from rnn_tui.training.events import (
    Event,
    Noted,
    RowFollowed,
    RunEnded,
    RunStarted,
    Status,
    StepsDone,
)
from rnn_tui.training.snapshot import Left, Snapshot


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
        self._report = None if task.report_to is None else Claim(task.report_to)
        self._is_one_of_many = is_one_of_many
        self._output = Output(sys.stdout)
        self._is_one_stream = are_one(sys.stdout, sys.stderr)
        is_silent = task.as_json or task.quiet
        self._progress = Silence() if is_silent else _progress_view(config)
        self._started: RunStarted | None = None
        self._last: StepsDone | None = None

    def show(self, event: Event) -> None:
        """Write an event."""
        self._started = event if isinstance(event, RunStarted) else self._started
        self._last = event if isinstance(event, StepsDone) else self._last
        if self._task.as_json and not (self._task.quiet and isinstance(event, StepsDone)):
            self._print(to_json_lines(event, self._config.model.cell_name))
        elif isinstance(event, RowFollowed):
            if not event.row:  # the rows take the place of the progress
                self._watch(self._progress.close)
                self._progress = Silence()
            if not self._task.quiet:
                self._print(row_text(event))
        elif isinstance(event, Noted):
            complain(event.text)
        self._watch(lambda: self._progress.show(event))

    def break_off(self, status: Status, reason: str) -> RunEnded | None:
        """End the story of a run that cannot tell its end; None where it had not begun."""
        if self._started is None:
            return None
        steps, seconds = (self._last.last_step, self._last.seconds) if self._last else (0, 0.0)
        ended = RunEnded(status, reason, steps, None, seconds, {})
        self.show(ended)
        return ended

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._watch(self._progress.close)

    def conclude(self, ended: RunEnded, snapshot: Snapshot) -> None:
        """Write how the run ended, and the report.

        Raises
        ------
        SaveError
            The report cannot be written; the rest is.
        """
        if ended.status in {Status.DIVERGED, Status.FAILED}:
            complain(f"{ended.status}: {ended.reason}")
        for note in snapshot.left.notes if snapshot.left is not None else ():
            complain(note)
        fault = self._write_report(ended, snapshot)
        if self._is_one_of_many:
            if not (self._task.as_json or self._task.quiet):
                line = headline(self._config, ended, with_seed=True)
                self._watch(lambda: Output(sys.stderr).write(f"{line}\n"))
        elif self._task.quiet and not self._task.as_json:
            self._print("".join(f"{line}\n" for line in verdicts(self._config, ended)))
        elif not self._task.as_json:
            self._print(self._closing_text(ended, snapshot, has_report=fault is None))
        if fault is not None:
            raise fault

    def _write_report(self, ended: RunEnded, snapshot: Snapshot) -> SaveError | None:
        """Write the report that is asked for; return why it could not be."""
        if self._report is None or self._started is None:
            return None
        from rnn_tui.batch.report import Told, write_report  # noqa: PLC0415 - seldom needed

        try:
            told = Told(self._config, self._started, ended, snapshot)
            write_report(self._report.place(), told)
        except SaveError as error:
            return error
        for note in self._report.take_notes():
            complain(note)
        return None

    def _closing_text(self, ended: RunEnded, snapshot: Snapshot, *, has_report: bool) -> str:
        page = Page(self._output.stream)
        page.add(*summary(self._config, ended, snapshot.forecast, page.width))
        is_kept = ended.status is not Status.FAILED and snapshot.ended is ended
        left = (snapshot.left if is_kept else None) or Left()
        written = [
            *(("Model saved to", path) for path in left.models),
            ("Forecasts written to", left.forecasts),
            ("Report written to", self._report.path if self._report and has_report else None),
        ]
        page.add(*(f"{what} {path}." for what, path in written if path is not None))
        if self._task.plots:
            page.draw(pictures(snapshot))
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
        return Bar(sys.stderr, config.training.steps, config.training.time_limit)
    return Lines(Output(sys.stderr))
