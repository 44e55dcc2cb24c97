"""All forecasts of a run as one table, to be taken away."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.order import times_after
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.windows import Starts

Predict = Callable[[Starts], Floats]
"""The network's forecasts in data units after windows at starts (n,), shape (n, H, O)."""


@dataclass(frozen=True, slots=True, eq=False)
class ForecastTable:
    """One row for every value that was forecast; all arrays of one length.

    In order of the windows, then of the step ahead, then of the column.
    """

    time: Times
    column: NDArray[np.str_]
    """Name of the column that was forecast."""
    step: NDArray[np.int64]
    """How many rows ahead of what was known, from 1."""
    actual: Floats
    """In data units; NaN in the future."""
    predicted: Floats
    split: NDArray[np.str_]
    """"train", "validation", "test", or "future": after the last row of the series."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name; `column` and `step` only where there are several."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        if (self.column == self.column[0]).all():
            del every["column"]
        if (self.step == 1).all():
            del every["step"]
        return every


def forecast_table(prepared: Prepared, predict: Predict) -> ForecastTable:
    """Return the forecasts of every window of every part, and the one beyond the series' end."""
    series, T, H = prepared.series, prepared.input_chunk_length, prepared.horizon
    time = np.concatenate([series.time, times_after(series.time, H)])
    names = np.array(series.target_names)
    actual = np.concatenate([series.targets, np.full((H, len(names)), np.nan)])
    starts: dict[str, Starts] = dict(prepared.starts.items())
    starts["future"] = np.array([len(series) - T])
    every = np.concatenate(list(starts.values()))
    rows = every[:, np.newaxis] + T + np.arange(H)
    shape = (len(every), H, len(names))

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        return np.broadcast_to(values, shape).reshape(-1)

    split = np.repeat(list(starts), [len(found) for found in starts.values()])
    return ForecastTable(
        time=spread(time[rows][:, :, np.newaxis]),
        column=spread(names),
        step=spread(1 + np.arange(H)[:, np.newaxis]),
        actual=actual[rows].reshape(-1),
        predicted=predict(every).reshape(-1),
        split=spread(split[:, np.newaxis, np.newaxis]),
    )
