"""What several runs leave together: one table of forecasts, the best of their models, a report."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rnn_tui.batch.many import Outcome
from rnn_tui.batch.report import Document, write_document
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.errors import SaveError
from rnn_tui.forecasting.table import labelled
from rnn_tui.forecasting.verdict import figure
from rnn_tui.training.checkpoint import save_model
from rnn_tui.training.growing_table import GrowingTable
from rnn_tui.training.run import Run

DIGITS = 4


class Leavings:
    """Files that grow run by run, so that what is broken off leaves what there is.

    A file that cannot be written is given up; `fault` says why.

    Parameters
    ----------
    task
        Which files.
    part
        Of the forecasts, the only one that is written: "test". None: all.
    """

    def __init__(self, task: Task, part: str | None = None) -> None:
        self.best: Outcome | None = None
        """The run with the lowest validation loss so far."""
        self.fault: SaveError | None = None
        self._task = task
        self._part = part
        self._table: GrowingTable | None = None
        self._said: dict[str, str] = {}
        """What has been written, a sentence for each option."""

    @property
    def said(self) -> tuple[str, ...]:
        """What has been written and where, in sentences."""
        return tuple(self._said.values())

    def take(self, outcome: Outcome, run: Run | None) -> None:
        """Take in a run that has ended; None where it never began."""
        is_best = validation_loss(outcome) < validation_loss(self.best)
        if is_best:
            self.best = outcome
        if run is None:
            return
        if is_best and self._task.save_to is not None:
            self._save(self._task.save_to, outcome, run)
        if self._task.output_to is not None and run.is_scored:
            self._add(self._task.output_to, outcome, run)

    def close(self, report: Callable[[], Document] | None) -> None:
        """Finish the table, and write the report where one is asked for and can be made."""
        table, path = self._table, self._task.report_to
        if table is not None:
            self._try("--output", table.finish)
        if report is not None and path is not None:
            self._said["--report"] = f"Report written to {path}."
            self._try("--report", lambda: write_document(path, report()))

    def _save(self, path: Path, outcome: Outcome, run: Run) -> None:
        loss = figure(validation_loss(outcome), DIGITS)
        self._said["--save-model"] = (
            f"Model saved to {path}: {name_of(outcome.plan.config)}, which has the lowest "
            f"validation loss, {loss}."
        )
        self._try("--save-model", lambda: save_model(path, run.saved))

    def _add(self, path: Path, outcome: Outcome, run: Run) -> None:
        columns = self._columns(outcome.plan.labels, run)
        if self._table is None:
            self._said["--output"] = f"Forecasts written to {path}."
            self._try("--output", lambda: self._begin(path, columns))
        elif self._table.is_open:
            self._try("--output", lambda: self._append(columns))

    def _begin(self, path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
        self._table = GrowingTable(path, columns)

    def _append(self, columns: Mapping[str, NDArray[Any]]) -> None:
        if self._table is not None:
            self._table.append(columns)

    def _columns(self, labels: Mapping[str, str | int], run: Run) -> dict[str, NDArray[Any]]:
        """Return a run's forecasts with its labels before them, ends of intervals always."""
        every = labelled(run.forecasts(), labels)
        kept = slice(None) if self._part is None else every["split"] == self._part
        return {name: values[kept] for name, values in every.items()}

    def _try(self, option: str, write: Callable[[], None]) -> None:
        try:
            write()
        except SaveError as error:
            self._said.pop(option, None)
            self.fault = self.fault or error


def validation_loss(outcome: Outcome | None) -> float:
    """Return the lowest validation loss of a run; inf where it has none."""
    loss = outcome.snapshot.best_validation_loss if outcome and outcome.snapshot else None
    return float("inf") if loss is None else loss


def name_of(config: RunConfig) -> str:
    """Return what tells a run from the others, as in "LSTM 32, seed 1"."""
    return f"{config.model.label}, seed {config.training.seed}"
