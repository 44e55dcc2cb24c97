"""The table of all forecasts of a run that goes on with the rows that come."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.windows import Starts
from rnn_tui.training.claim import Claim
from rnn_tui.training.growing_table import GrowingTable


class FollowedTable:
    """Every row of every column to forecast, beside what had been forecast for it.

    Parameters
    ----------
    claim
        The file.
    prepared
        The rows that were learned before the first one came; they are written first.
    predict
        Windows at starts (n,) to forecasts in data units, (n, H, O), by the weights that go on.

    Raises
    ------
    SaveError
        The file cannot be written.
    """

    def __init__(
        self, claim: Claim, prepared: Prepared, predict: Callable[[Starts], Floats]
    ) -> None:
        series, split = prepared.series, prepared.split
        self._names = np.array(series.target_names)
        self._horizon = prepared.horizon
        part = np.full(len(series), "train", "U10")
        part[split.validation_start : split.test_start] = "validation"
        part[split.test_start :] = "test"
        predicted = np.full_like(series.targets, np.nan)
        T = prepared.input_chunk_length
        starts = np.arange(prepared.transformed[0].lost, len(series) - T)
        predicted[starts + T] = predict(starts)[:, 0]
        columns = self._columns(series.time, series.targets, predicted, part)
        self._table = GrowingTable(claim, columns)

    def add(self, time: Times, actual: Floats, predicted: Floats) -> None:
        """Write a row that came.

        Parameters
        ----------
        time
            Its time, shape (1,).
        actual, predicted
            Its values, and what had been forecast for them, shape (O,), in data units.

        Raises
        ------
        SaveError
            The file cannot be written.
        """
        rows = self._columns(
            time, actual[np.newaxis], predicted[np.newaxis], np.array(["followed"])
        )
        self._table.append(rows)

    def take_notes(self) -> tuple[str, ...]:
        """Return what befell the file since this was last asked, a sentence each."""
        return self._table.take_notes()

    def finish(self, times: Times, ahead: Floats) -> None:
        """Write the rows that have not come, and close the file; a second time nothing is done.

        Parameters
        ----------
        times
            When they are expected, shape (H,).
        ahead
            What is forecast for them, shape (H, O).

        Raises
        ------
        SaveError
            The file cannot be written.
        """
        if not self._table.is_open:
            return
        unknown, part = np.full_like(ahead, np.nan), np.repeat("future", len(times))
        steps = 1 + np.arange(len(times))
        self._table.append(self._columns(times, unknown, ahead, part, steps))
        self._table.finish()

    def _columns(
        self,
        time: Times,
        actual: Floats,
        predicted: Floats,
        split: NDArray[np.str_],
        step: NDArray[np.int64] | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Return a row for every time (n,) and column; `column`, `step` where there are several."""
        count, n = len(self._names), len(time)
        steps = np.ones(n, np.int64) if step is None else step
        columns: dict[str, NDArray[Any]] = {"time": np.repeat(time, count)}
        if count > 1:
            columns["column"] = np.tile(self._names, n)
        if self._horizon > 1:
            columns["step"] = np.repeat(steps, count)
        return columns | {
            "actual": actual.reshape(-1),
            "predicted": predicted.reshape(-1),
            "split": np.repeat(split, count),
        }
