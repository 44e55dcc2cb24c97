"""The forecast of a series as the screen shows it: one step ahead, and running free."""

from collections.abc import Callable

import numpy as np

from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.errors import DataError
from rnn_tui.forecasting.free_running import free_run
from rnn_tui.training.events import Floats
from rnn_tui.training.sampling import Starts
from rnn_tui.training.snapshot import Forecast

MOST_FREE_STEPS = 100
"""Rows that are forecast one after the other for the screen: each is a call of its own."""


def forecast_shown(
    prepared: Prepared, predict: Callable[[Starts], Floats], limit: int | None = None
) -> Forecast:
    """Return what was forecast one step ahead of the last `limit` points, or of all of them.

    The first column to forecast is shown.

    Parameters
    ----------
    predict
        Windows at starts (n,) to forecasts in data units, (n, H, O).
    """
    series, end, window = prepared.series, prepared.split.end, prepared.input_chunk_length
    begin = 0 if limit is None else max(0, end - limit)
    starts = np.concatenate(list(prepared.starts.values()))
    starts = starts[starts + window >= begin]
    predicted = np.full(end - begin, np.nan)
    predicted[starts + window - begin] = predict(starts)[:, 0, 0]
    time, actual = series.time[begin:end].copy(), series.values[begin:end].copy()
    for array in (time, actual, predicted):
        array.setflags(write=False)
    return Forecast(
        name=series.name,
        unit=series.unit,
        time_name=series.time_name,
        time=time,
        actual=actual,
        predicted=predicted,
        validation_start=max(0, prepared.split.validation_start - begin),
        test_start=max(0, prepared.split.test_start - begin),
        horizon=prepared.horizon,
        start=begin,
    )


def free_run_shown(
    prepared: Prepared, read: Callable[[Inputs], Inputs], begin: int
) -> Floats | None:
    """Return a forecast that knows nothing after the beginning of the test part.

    Of the first column, for the points from row `begin` on, NaN where it does not reach. None
    where covariates would have to be known.

    Parameters
    ----------
    read
        One window (T, D), scaled, to what is forecast after it, (H·O,).
    """
    first, end = prepared.split.test_start, prepared.split.end
    path = np.full(end - begin, np.nan)
    steps = min(MOST_FREE_STEPS, end - first)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            free = free_run(read, prepared, first - prepared.input_chunk_length, steps)
    except DataError:
        return None
    path[first - begin : first - begin + steps] = free[:, 0]
    path.setflags(write=False)
    return path
