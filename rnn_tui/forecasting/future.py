"""What is forecast beyond the end of a series, with its prediction intervals."""

from dataclasses import dataclass, replace

import numpy as np

from rnn_tui.data.order import times_after
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.windows import Starts
from rnn_tui.forecasting.conformal import Margins, calibrate_each, least_count
from rnn_tui.forecasting.free_running import PredictMany, free_runs

MOST_ORIGINS = 2_000
"""Of the rows from which forecasts are made to see how far off they are."""
MOST_FORECASTS = 200_000
"""Rows that are forecast from them, all in all: far ahead, from fewer of them."""
MOST_READ = 4_000_000
"""Values in their windows."""


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
    known = min(steps, end - T - first)
    starts = _origins(prepared, first, end - T - 1, known, level)
    rows = starts[:, np.newaxis] + T + np.arange(known)
    actual = np.stack(
        [column.stages[0][np.minimum(rows, end - 1)] for column in prepared.transformed], 2
    )
    actual[rows >= end] = np.nan
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = free_runs(predict, prepared, starts, known)
    margins = calibrate_each(actual, predicted, level, on_log=prepared.on_log)
    unknown = np.full((steps - known, margins.margins.shape[1]), np.nan)
    return replace(margins, margins=np.concatenate([margins.margins, unknown]))


def _origins(prepared: Prepared, first: int, last: int, steps: int, level: float) -> Starts:
    """Return starts of windows, evenly spaced, as many as bounded memory and time allow."""
    window = prepared.input_chunk_length * prepared.inputs.shape[1]
    affordable = min(MOST_FORECASTS // steps, MOST_READ // window)
    count = min(max(affordable, least_count(level)), MOST_ORIGINS, last - first + 1)
    return np.linspace(first, last, count).astype(np.int64)


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
