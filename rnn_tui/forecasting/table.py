"""All forecasts of a run as one table, to be taken away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.windows import Starts
from rnn_tui.forecasting.future import Future

Predict = Callable[[Starts], Floats]
"""The network's forecasts in data units after windows at starts (n,), shape (n, H, O)."""

Ends = Callable[[Starts, Floats], tuple[Floats, Floats]]
"""Ends of the intervals about forecasts (n, H, O) after windows at starts (n,), shaped like them.
"""


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
    lower: Floats
    """Ends of the prediction intervals; NaN where they are not known."""
    upper: Floats
    split: NDArray[np.str_]
    """"train", "validation", "test", or "future": after the last row of the series."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name.

        `column` and `step` only where there are several, the ends of intervals where they are
        known.
        """
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        if np.isnan(self.lower).all():
            del every["lower"], every["upper"]
        if (self.column == self.column[0]).all():
            del every["column"]
        if (self.step == 1).all():
            del every["step"]
        return every


def forecast_table(
    prepared: Prepared, predict: Predict, future: Future, ends: Ends | None = None
) -> ForecastTable:
    """Return the forecasts of every window of every part, then those beyond the series' end.

    Parameters
    ----------
    prepared
        The series.
    predict
        The network.
    future
        What is forecast beyond the end.
    ends
        Of the prediction intervals; None: there are none.
    """
    series, T, H = prepared.series, prepared.input_chunk_length, prepared.horizon
    names = np.array(series.target_names)
    every = np.concatenate(list(prepared.starts.values()))
    rows = every[:, np.newaxis] + T + np.arange(H)
    shape, ahead = (len(every), H, len(names)), future.predicted.shape
    predicted = predict(every)
    lower, upper = ends(every, predicted) if ends else [predicted * np.nan] * 2
    parts = [len(found) for found in prepared.starts.values()]
    split = np.repeat(list(prepared.starts), parts)

    def spread(known: NDArray[Any], beyond: NDArray[Any]) -> NDArray[Any]:
        """Return a value for every row of the table, of the series and beyond its end."""
        both = np.broadcast_to(known, shape), np.broadcast_to(beyond, ahead)
        return np.concatenate([part.reshape(-1) for part in both])

    steps, steps_ahead = np.arange(H)[:, np.newaxis], np.arange(ahead[0])[:, np.newaxis]
    return ForecastTable(
        time=spread(series.time[rows][:, :, np.newaxis], future.time[:, np.newaxis]),
        column=spread(names, names),
        step=spread(1 + steps, 1 + steps_ahead),
        actual=spread(series.targets[rows], np.array(np.nan)),
        predicted=spread(predicted, future.predicted),
        lower=spread(lower, future.lower),
        upper=spread(upper, future.upper),
        split=spread(split[:, np.newaxis, np.newaxis], np.array("future")),
    )


def labelled(
    columns: Mapping[str, NDArray[Any]], labels: Mapping[str, str | int]
) -> dict[str, NDArray[Any]]:
    """Return the columns of a run's table as those of one of several runs.

    The labels come first, and the ends of intervals are always there, so that the tables of all
    runs have the same columns.

    Parameters
    ----------
    columns
        As `ForecastTable.columns` returns them.
    labels
        What tells the run from the others: name of a column -> value.
    """
    found = dict(columns)
    split = found.pop("split")
    unknown = np.full(len(split), np.nan)
    ends = {name: found.pop(name, unknown) for name in ("lower", "upper")}
    every = {name: np.repeat(np.array(label), len(split)) for name, label in labels.items()}
    return {**every, **found, **ends, "split": split}
