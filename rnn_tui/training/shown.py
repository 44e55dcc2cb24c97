"""The forecast of a series as the screen shows it: one step ahead, and running free."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.errors import DataError
from rnn_tui.forecasting.baselines import baseline_scores
from rnn_tui.forecasting.free_running import free_run
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Floats
from rnn_tui.training.sampling import Starts
from rnn_tui.training.snapshot import Forecast

MOST_FREE_STEPS = 100
"""Rows that are forecast one after the other for the screen: each is a call of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the screen wants to see of the forecast."""

    target: int = 0
    """Number of the column among those to forecast, from 0."""
    free: bool = False
    """Whether the test part is forecast once more, fed with its own forecasts."""


def predicted_rows(
    prepared: Prepared, predict: Callable[[Starts], Floats], limit: int | None = None
) -> Floats:
    """Return what was forecast one step ahead of the last `limit` rows, or of all of them.

    Parameters
    ----------
    predict
        Windows at starts (n,) to forecasts in data units, (n, H, O).

    Returns
    -------
    Shape (rows, O), NaN where there are not enough rows before one.
    """
    end, window = prepared.split.end, prepared.input_chunk_length
    begin = 0 if limit is None else max(0, end - limit)
    starts = np.concatenate(list(prepared.starts.values()))
    starts = starts[starts + window >= begin]
    predicted = np.full((end - begin, len(prepared.transformed)), np.nan)
    predicted[starts + window - begin] = predict(starts)[:, 0]
    return predicted


def forecast_shown(
    prepared: Prepared,
    predict: Callable[[Starts], Floats],
    limit: int | None = None,
    target: int = 0,
) -> Forecast:
    """Return what was forecast of a column one step ahead of its last points, or of all of them.

    Parameters
    ----------
    predict, limit
        As those of `predicted_rows`.
    target
        Number of the column among those to forecast.
    """
    series, end = prepared.series, prepared.split.end
    predicted = predicted_rows(prepared, predict, limit)[:, target].copy()
    begin = end - len(predicted)
    time, actual = series.time[begin:end].copy(), series.target(target)[begin:end].copy()
    for array in (time, actual, predicted):
        array.setflags(write=False)
    return Forecast(
        name=series.target_names[target],
        unit=series.unit if target == 0 else "",
        time_name=series.time_name,
        time=time,
        actual=actual,
        predicted=predicted,
        validation_start=max(0, prepared.split.validation_start - begin),
        test_start=max(0, prepared.split.test_start - begin),
        horizon=prepared.horizon,
        start=begin,
        target=target,
        targets=series.target_names,
    )


def free_run_shown(
    prepared: Prepared, read: Callable[[Inputs], Inputs], begin: int, target: int = 0
) -> Floats | None:
    """Return a forecast of a column that knows nothing after the beginning of the test part.

    For the points from row `begin` on, NaN where it does not reach. None
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
    path[first - begin : first - begin + steps] = free[:, target]
    path.setflags(write=False)
    return path


def validation_baselines(prepared: Prepared, target: int) -> dict[str, Scores]:
    """Return the scores of the quick baselines on the validation part of a column to forecast."""
    split = prepared.split
    begin, end = split.validation_start, split.test_start
    return baseline_scores(
        prepared.series, begin, begin, end, horizon=prepared.horizon, target=target
    )
