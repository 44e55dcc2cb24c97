"""A run that goes on with a series that grows.

After every row: the forecasts that it makes true are scored, the row is learned from, and the next
is forecast. So every row is forecast before it has been seen (prequential: Dawid 1984, J. R. Stat.
Soc. A 147), by the model and by the baselines alike.
"""

from collections import defaultdict, deque
from dataclasses import replace

import numpy as np

from rnn_tui.config import FollowConfig, RunConfig
from rnn_tui.data.growing import GrowingSource, Opened
from rnn_tui.data.order import times_after
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.ring import Ring, least_capacity
from rnn_tui.data.rows import Row
from rnn_tui.data.windows import Starts
from rnn_tui.errors import DataError, UsageError
from rnn_tui.forecasting.live import LiveBaselines
from rnn_tui.forecasting.metrics import Scores, naive_error
from rnn_tui.forecasting.running import RunningScores
from rnn_tui.gradients.walk import Walk
from rnn_tui.training.claim import Claim
from rnn_tui.training.events import Floats, Noted, RowFollowed, Time
from rnn_tui.training.followed import FollowedTable
from rnn_tui.training.predictor import Predictor
from rnn_tui.training.snapshot import Forecast, Snapshot, Trace
from rnn_tui.training.trainer import Burst, Trainer

SHOWN_ROWS = 2_000
"""Of the newest rows that are kept with their forecasts, to be shown."""


ROWS_A_WINDOW = 10
"""Rows that are learned first, where nobody says how many, as so many windows with their truth."""


def growing_source(config: RunConfig) -> tuple[GrowingSource, int]:
    """Return the source that a configuration follows, and how many of its rows to wait for.

    Raises
    ------
    DataError
        It is not there, or of a kind that does not grow by lines.
    """
    told = config.follow.first_rows
    needed = told or ROWS_A_WINDOW * (config.data.input_chunk_length + config.data.horizon)
    return GrowingSource(config.data, needed, every=told is None), needed


def check_memory(config: FollowConfig, prepared: Prepared) -> None:
    """Raise UsageError where the memory is shorter than what one step of learning needs."""
    needed = least_capacity(prepared)
    if config.memory < needed:
        raise UsageError(
            f"--memory {config.memory:,}: must be {needed:,} rows or more for a window with its "
            "horizon, transform and season."
        )


class Following:
    """A trainer on the rows that come.

    Parameters
    ----------
    config
        What is done with them.
    opened
        Where they come from.
    trainer, prepared
        What has learned the rows before them, and those rows.
    rng
        Chooses which of the older windows are learned again.
    """

    def __init__(
        self,
        config: FollowConfig,
        opened: Opened,
        trainer: Trainer,
        prepared: Prepared,
        rng: np.random.Generator,
    ) -> None:
        self._config = config
        self._source = opened
        self._trainer = trainer
        self._prepared = prepared
        self._rng = rng
        self._ring = Ring(prepared, config.memory)
        self._predictor = Predictor(trainer.model, prepared.input_chunk_length, batch_size=1)
        self._targets = len(prepared.transformed)
        columns = self._ring.columns[:, : self._targets].T
        period = prepared.series.period
        self._baselines = [LiveBaselines(column, period) for column in columns]
        self._units = [naive_error(column, period) for column in columns]
        self._scores: defaultdict[str, list[RunningScores]] = defaultdict(
            lambda: [RunningScores(unit) for unit in self._units]
        )
        self._made: deque[dict[str, Floats]] = deque(maxlen=prepared.horizon)
        """The newest forecasts by forecaster, each (H, O)."""
        self._predicted = deque(trainer.forecast_rows(SHOWN_ROWS), maxlen=SHOWN_ROWS)
        """What was forecast one step ahead of the newest rows, each (O,)."""
        self._table: FollowedTable | None = None
        self.rows = 0
        """Rows that came."""
        self.skipped = 0
        """Lines that were no row."""
        self.remark = ""
        """What last befell the source, a sentence."""

    @property
    def ended(self) -> bool:
        """Whether no row will come any more."""
        return self._source.tail.ended

    @property
    def account(self) -> str:
        """What came, in words."""
        came = "1 row came" if self.rows == 1 else f"{self.rows:,} rows came"
        if not self.skipped:
            return came
        skipped = "1 line was" if self.skipped == 1 else f"{self.skipped:,} lines were"
        return f"{came}, {skipped} skipped"

    def close(self) -> None:
        """Let go of the source."""
        self._source.tail.close()

    def begin(self) -> RowFollowed:
        """Forecast the first row before it comes."""
        self._forecast()
        series = self._prepared.series
        nothing = np.full(self._targets, np.nan)
        return self._event(self._source.line, series.time[-1], nothing, nothing)

    def take(self, wait: float) -> tuple[list[Noted], Row | None]:
        """Return what befell the source, and the next row; None where none comes in `wait` seconds.

        The row is scored against what had been forecast for it, and kept.

        Raises
        ------
        DataError
            A line is no row, and bad rows are to end the run.
        """
        line = self._source.tail.next_line(wait)
        of_table = self._table.take_notes() if self._table is not None else ()
        notes = [Noted(note) for note in (*self._source.tail.take_notes(), *of_table)]
        self.remark = notes[-1].text if notes else self.remark
        if line is None:
            return notes, None
        try:
            row = self._source.reader.read(line)
            if row is not None:
                self._ring.append(row)
        except DataError as error:
            if self._config.bad_rows == "stop":
                raise
            self.skipped += 1
            lines = "1 line" if self.skipped == 1 else f"{self.skipped:,} lines"
            self.remark = f"Skipped {lines}, the last: {error}"
            return [*notes, Noted(f"{error} The line was skipped.", is_bad_row=True)], None
        if row is not None:
            self.rows += 1
            self._score()
        return notes, row

    def learn(self) -> Burst | None:
        """Take the optimisation steps that a row is worth; None where it is worth none."""
        learnable = self._ring.learnable
        if self._config.steps_per_row == 0 or not len(learnable):
            return None
        return self._trainer.learn(self._ring.inputs, self._ring.targets, self._batches(learnable))

    def _batches(self, learnable: range) -> Starts:
        """Return batches of windows: the newest, and older ones by chance so that none is lost."""
        shape = (self._config.steps_per_row, self._trainer.batch_size)
        batches = self._rng.integers(learnable.start, learnable.stop, shape)
        batches[:, 0] = learnable[-1]
        return batches

    def forecast_next(self, row: Row) -> RowFollowed:
        """Forecast what comes after the newest row, which is `row`; return what became of that.

        Raises
        ------
        SaveError
            The row cannot be written to the table.
        """
        predicted = self._made[-1]["model"][0]
        self._predicted.append(predicted)
        if self._table is not None:
            self._table.add(self._ring.time[-1:], row.values[: self._targets], predicted)
        self._forecast()
        return self._event(row.line, row.time, row.values[: self._targets], predicted)

    def scores(self) -> list[dict[str, Scores]]:
        """Return the scores of every column to forecast; a model not finite has none."""
        found = []
        for target in range(self._targets):
            every = {name: running[target].scores() for name, running in self._scores.items()}
            known = {name: scores for name, scores in every.items() if scores is not None}
            if "model" in known and not np.isfinite(known["model"].rmse):
                del known["model"]
            found.append(known)
        return found

    def shown_on(self, snapshot: Snapshot, target: int) -> Snapshot:
        """Return a snapshot with the rows so far, and how well a column of them was forecast."""
        scores = self.scores()[target]
        model = scores.pop("model", None)
        return replace(
            snapshot,
            message=snapshot.message or self.remark,
            rows_followed=self.rows,
            validation_rmse=model.rmse if model else None,
            baselines=scores,
        )

    def forecast(self, target: int = 0) -> Forecast:
        """Return the newest rows of a column beside what had been forecast for them."""
        count = min(len(self._ring), SHOWN_ROWS)
        time, actual = self._ring.time[-count:].copy(), self._ring.columns[-count:, target].copy()
        predicted = np.array(self._predicted)[-count:, target].copy()
        for array in (time, actual, predicted):
            array.setflags(write=False)
        series, began = self._prepared.series, max(0, count - self.rows)
        return Forecast(
            name=series.target_names[target],
            unit=series.unit if target == 0 else "",
            time_name=series.time_name,
            time=time,
            actual=actual,
            predicted=predicted,
            validation_start=began,
            test_start=began,
            horizon=self._prepared.horizon,
            start=self._total - count,
            target=target,
            targets=series.target_names,
        )

    def write_to(self, claim: Claim) -> None:
        """Write all forecasts to a table from now on, row by row.

        Raises
        ------
        SaveError
            It cannot be written.
        """
        self._table = FollowedTable(claim, self._prepared, self._trainer.predict)

    def finish_table(self) -> None:
        """Write the rows ahead to the table; nothing where there is none, or it was lost.

        Raises
        ------
        SaveError
            It cannot be written.
        """
        if self._table is not None:
            times = times_after(self._ring.time, self._prepared.horizon)
            self._table.finish(times, self._made[-1]["model"])

    def trace(self) -> Trace:
        """Return the activations of the present weights on the newest window."""
        T = self._prepared.input_chunk_length
        return self._trainer.trace(self._ring.inputs[-T:], self._total - T)

    def walk(self) -> Walk:
        """Return one training step on the newest window whose truth has come, taken apart."""
        T, horizon = self._prepared.input_chunk_length, self._prepared.horizon
        rows = slice(len(self._ring) - horizon - T, len(self._ring) - horizon)
        window = self._ring.inputs[rows], self._ring.targets[rows]
        return self._trainer.walk(window, self._total - horizon - T)

    @property
    def _total(self) -> int:
        """Rows of the series so far."""
        return len(self._prepared.series) + self.rows

    def _forecast(self) -> None:
        """Forecast the rows after the newest one, with the model and the baselines."""
        horizon = self._prepared.horizon
        with np.errstate(over="ignore", invalid="ignore"):
            said = self._predictor(self._ring.inputs, self._ring.newest)
            paths = {"model": self._ring.restore(said)}
        columns = self._ring.columns[:, : self._targets].T
        by_column = [
            baselines.paths(column, horizon)
            for baselines, column in zip(self._baselines, columns, strict=True)
        ]
        for name in by_column[0]:
            paths[name] = np.stack([found[name] for found in by_column], axis=1)
        self._made.append(paths)

    def _score(self) -> None:
        """Score the forecasts whose last row has come, by all their rows."""
        horizon = self._prepared.horizon
        if len(self._made) < horizon:
            return
        actual = self._ring.columns[-horizon:]
        for name, path in self._made[0].items():
            for target, running in enumerate(self._scores[name]):
                running.add(actual[:, target], path[:, target])

    def _event(self, line: int, time: Time, actual: Floats, predicted: Floats) -> RowFollowed:
        return RowFollowed(
            row=self.rows,
            line=line,
            time=time,
            actual=actual,
            predicted=predicted,
            ahead=self._made[-1]["model"],
            rmse={name: running[0].rmse for name, running in self._scores.items()},
        )
