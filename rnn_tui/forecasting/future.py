"""What is forecast beyond the end of a series, with its prediction intervals."""

from dataclasses import dataclass

import numpy as np

from rnn_tui.data.order import times_after
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.forecasting.conformal import Margins, calibrate_each
from rnn_tui.forecasting.free_running import PredictMany, free_runs

MOST_ORIGINS = 2_000
"""Of the rows from which forecasts are made to see how far off they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """Forecasts of the N rows after the last one, of O columns, in data units.

    The first H are direct, H the horizon; beyond, each is made from those before it.
    """

    names: tuple[str, ...]
    """Of the columns."""
    time: Times
    """Shape (N,): the times of the series, continued."""
    predicted: Floats
    """Shape (N, O)."""
    lower: Floats
    """Ends of the intervals, both (N, O); NaN where they are not known."""
    upper: Floats


def step_margins(prepared: Prepared, predict: PredictMany, steps: int, level: float) -> Margins:
    """Return how far off forecasts of 1 … `steps` rows may be, by those of the validation part.

    Parameters
    ----------
    prepared
        The series.
    predict
        The network.
    steps
        Rows ahead; beyond the horizon the network runs free.
    level
        Share of values that the intervals are to hold.

    Returns
    -------
    Margins (steps, O); NaN for steps that the validation part is too short for.
    """
    T, end = prepared.input_chunk_length, prepared.split.test_start
    first = int(prepared.starts["validation"][0])
    count = min(end - T - first, MOST_ORIGINS)
    starts = np.linspace(first, end - T - 1, count).astype(np.int64)
    rows = starts[:, np.newaxis] + T + np.arange(steps)
    actual = np.stack(
        [column.stages[0][np.minimum(rows, end - 1)] for column in prepared.transformed], 2
    )
    actual[rows >= end] = np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = free_runs(predict, prepared, starts, steps)
    return calibrate_each(actual, predicted, level, on_log=prepared.on_log)


def look_ahead(
    prepared: Prepared, predict: PredictMany, steps: int, margins: Margins | None
) -> Future:
    """Return forecasts of the `steps` rows after the last one.

    Parameters
    ----------
    prepared
        The series.
    predict
        The network.
    steps
        Rows ahead.
    margins
        Of at least so many steps; None: the ends are NaN.

    Raises
    ------
    DataError
        Covariates would have to be known beyond the end.
    """
    series = prepared.series
    last = np.array([len(series) - prepared.input_chunk_length])
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = free_runs(predict, prepared, last, steps)
        lower, upper = (
            margins.first(steps).around(predicted) if margins else [predicted * np.nan] * 2
        )
    return Future(
        names=series.target_names,
        time=times_after(series.time, steps),
        predicted=predicted[0],
        lower=lower[0],
        upper=upper[0],
    )
