"""What several runs leave together: one table of forecasts, the best of their models, a report."""

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from rnn_tui.batch.many import Outcome
from rnn_tui.batch.report import Document, write_document
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.errors import SaveError
from rnn_tui.forecasting.table import labelled
from rnn_tui.forecasting.verdict import figure
from rnn_tui.streams import complain
from rnn_tui.training.checkpoint import save_model
from rnn_tui.training.claim import Claim
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
        self._part = part
        self._table: GrowingTable | None = None
        self._model, self._forecasts, self._report = (
            None if path is None else Claim(path)
            for path in (task.save_to, task.output_to, task.report_to)
        )
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
        if is_best and self._model is not None:
            self._save(self._model, outcome, run)
        if self._forecasts is not None and run.is_scored:
            self._add(self._forecasts, outcome, run)

    def close(self, report: Callable[[], Document] | None) -> None:
        """Finish the table, and write the report where one is asked for and can be made."""
        table, claim = self._table, self._report
        if table is not None and self._forecasts is not None:
            self._try("--output", self._forecasts, table.finish, "Forecasts written to {path}.")
        if report is not None and claim is not None:

            def write() -> None:
                write_document(claim.place(), report())

            self._try("--report", claim, write, "Report written to {path}.")

    def _save(self, claim: Claim, outcome: Outcome, run: Run) -> None:
        loss = figure(validation_loss(outcome), DIGITS)
        said = (
            f"Model saved to {{path}}: {name_of(outcome.plan.config)}, which has the lowest "
            f"validation loss, {loss}."
        )

        def write() -> None:
            save_model(claim.place(), run.saved)
            claim.written()

        self._try("--save-model", claim, write, said)

    def _add(self, claim: Claim, outcome: Outcome, run: Run) -> None:
        columns = self._columns(outcome.plan.labels, run)

        def write() -> None:
            if self._table is None:
                self._table = GrowingTable(claim, columns)
            else:
                self._table.append(columns)

        if not self._try("--output", claim, write, "Forecasts written to {path}."):
            self._forecasts = None

    def _columns(self, labels: Mapping[str, str | int], run: Run) -> dict[str, NDArray[Any]]:
        """Return a run's forecasts with its labels before them, ends of intervals always."""
        every = labelled(run.forecasts(), labels)
        kept = slice(None) if self._part is None else every["split"] == self._part
        return {name: values[kept] for name, values in every.items()}

    def _try(self, option: str, claim: Claim, write: Callable[[], None], said: str) -> bool:
        """Write a file and tell at once what befell it; return whether it could be written.

        `said` is kept then, with its path in it.
        """
        try:
            write()
        except SaveError as error:
            self._said.pop(option, None)
            self.fault = self.fault or error
            return False
        self._said[option] = said.format(path=claim.path)
        for note in claim.take_notes():
            complain(note)
        return True


def validation_loss(outcome: Outcome | None) -> float:
    """Return the lowest validation loss of a run; inf where it has none."""
    loss = outcome.snapshot.best_validation_loss if outcome and outcome.snapshot else None
    return float("inf") if loss is None else loss


def name_of(config: RunConfig) -> str:
    """Return what tells a run from the others, as in "LSTM 32, seed 1"."""
    return f"{config.model.label}, seed {config.training.seed}"
