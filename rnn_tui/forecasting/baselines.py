"""Simple forecasts that a network has to beat.

Each forecasts from the rows up to an origin; what it has to learn it learns on rows [0, fit_end).
"""

from collections.abc import Callable, Collection
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.seasonality import find_period
from rnn_tui.data.series import Floats, Series
from rnn_tui.forecasting.autoregression import best_order, fit_autoregression
from rnn_tui.forecasting.ets import ets_available, fit_ets
from rnn_tui.forecasting.metrics import Scores, score

Rows = NDArray[np.int64]
Kind = Literal["naive", "seasonal naive", "drift", "mean", "AR", "ETS"]
Paths = Callable[[Rows, int], Floats]
"""Forecasts from `origins` (n,) over `horizon` rows, shape (n, H)."""

QUICK: tuple[Kind, ...] = ("naive", "seasonal naive", "AR")
"""Those that a screen shows while a network trains."""
EVERY: tuple[Kind, ...] = ("naive", "seasonal naive", "drift", "mean", "AR", "ETS")
"""Those that a result stands beside."""
AR_ORDER = 9
LARGEST_ORDER = 25
"""Of the orders that Akaike's criterion chooses among."""


def baseline_scores(
    series: Series,
    fit_end: int,
    start: int,
    end: int,
    *,
    horizon: int = 1,
    which: Collection[Kind] = QUICK,
    order: int | None = AR_ORDER,
    target: int = 0,
) -> dict[str, Scores]:
    """Return the scores of the baselines on rows [start, end), fitted on rows [0, fit_end).

    With a horizon above 1 a score is over all steps of all forecasts that lie in [start, end)
    whole, as for a network's windows. MASE is in units of the naive forecast's error on the rows to
    fit, the seasonal one's where there is a season.

    Raises
    ------
    ValueError
        Not 2 <= fit_end <= start < end <= len(series), or the horizon does not fit in.
    """
    _check(fit_end, start, end, len(series))
    values = series.target(target)
    origins = np.arange(start - 1, end - horizon)
    rows = origins[:, np.newaxis] + 1 + np.arange(horizon)
    fitted = fit_baselines(series, fit_end, which=which, order=order, target=target)
    period = _period(series, values, fit_end)
    return {
        name: score(values[rows], paths(origins, horizon), training=values[:fit_end], period=period)
        for name, paths in fitted.items()
    }


def baseline_predictions(
    series: Series,
    fit_end: int,
    start: int,
    end: int,
    order: int | None = AR_ORDER,
    *,
    which: Collection[Kind] = QUICK,
) -> dict[str, Floats]:
    """Return one-step-ahead predictions of rows [start, end) by name, each (end - start,).

    See `fit_baselines`.

    Raises
    ------
    ValueError
        Not 2 <= fit_end <= start < end <= len(series).
    """
    _check(fit_end, start, end, len(series))
    origins = np.arange(start - 1, end - 1)
    fitted = fit_baselines(series, fit_end, which=which, order=order)
    return {name: paths(origins, 1)[:, 0] for name, paths in fitted.items()}


def fit_baselines(
    series: Series,
    fit_end: int,
    *,
    which: Collection[Kind] = EVERY,
    order: int | None = None,
    target: int = 0,
) -> dict[str, Paths]:
    """Return the baselines, fitted on rows [0, fit_end), by name.

    Each is a function of origins (not below fit_end - 1) and a horizon, so that it gives one-step,
    multi-step and free-running forecasts and those beyond the end of the series.

    "naive" is always there. "seasonal naive" is left out where no season is known or found, "AR(p)"
    where the rows to fit it are too few, "ETS(…)" where statsmodels is not installed or no model
    fits.

    Parameters
    ----------
    series
        Its `period` is the season's; None: found on the rows to fit.
    fit_end
        At least 2.
    which
        Kinds of baselines.
    order
        p, smaller where the rows do not suffice. None: chosen by AIC, up to 25 or one more than
        the season.
    target
        Number of the column to forecast.
    """
    values = series.target(target)
    period = _period(series, values, fit_end)
    training = values[:fit_end]
    found: dict[str, Paths] = {"naive": _naive(values)}
    if "seasonal naive" in which and period is not None and period <= fit_end:
        found["seasonal naive"] = _seasonal_naive(values, period)
    if "drift" in which:
        found["drift"] = _drift(values)
    if "mean" in which:
        found["mean"] = _mean(float(training.mean()))
    if "AR" in which and (lags := _order(training, order, period)):
        model = fit_autoregression(training, lags)
        found[f"AR({lags})"] = lambda origins, horizon: model.paths(values, origins, horizon)
    if "ETS" in which and ets_available() and (smoothing := fit_ets(training, period)) is not None:
        found[smoothing.name] = lambda origins, horizon: smoothing.paths(values, origins, horizon)
    return found


def _check(fit_end: int, start: int, end: int, rows: int) -> None:
    if not 2 <= fit_end <= start < end <= rows:
        raise ValueError(f"cannot fit on [0, {fit_end}) and predict [{start}, {end})")


def _period(series: Series, values: Floats, fit_end: int) -> int | None:
    return series.period or find_period(values[:fit_end])


def _order(training: Floats, told: int | None, period: int | None) -> int:
    """Return the number of lags, 0 where there are too few rows for one."""
    affordable = (len(training) - 2) // 3  # at least two equations to each unknown
    if affordable < 1 or np.ptp(training) == 0:
        return 0
    if told is not None:
        return min(told, affordable)
    seasonal = period + 1 if period is not None and period <= 2 * LARGEST_ORDER else 0
    return best_order(training, min(max(LARGEST_ORDER, seasonal), affordable))


def _naive(values: Floats) -> Paths:
    """x̂_{o+j} = x_o."""
    return lambda origins, horizon: np.repeat(values[origins, np.newaxis], horizon, axis=1)


def _seasonal_naive(values: Floats, period: int) -> Paths:
    """x̂_{o+j} = the last value known at the same place of a season."""

    def paths(origins: Rows, horizon: int) -> Floats:
        rows = origins[:, np.newaxis] + 1 - period + np.arange(horizon) % period
        season: Floats = values[rows]
        return season

    return paths


def _drift(values: Floats) -> Paths:
    """x̂_{o+j} = x_o + j (x_o - x_0) / o: the line through the first and the last known value."""

    def paths(origins: Rows, horizon: int) -> Floats:
        slope = (values[origins] - values[0]) / origins
        steps = np.arange(1, horizon + 1)
        line: Floats = values[origins, np.newaxis] + slope[:, np.newaxis] * steps
        return line

    return paths


def _mean(mean: float) -> Paths:
    """x̂_{o+j} = the mean of the rows that the baselines were fitted on."""
    return lambda origins, horizon: np.full((len(origins), horizon), mean)
