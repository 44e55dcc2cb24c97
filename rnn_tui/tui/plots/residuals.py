"""The errors of a forecast part by part: how large they are, and what is left to learn in them."""

import math
from dataclasses import dataclass

import numpy as np

from rnn_tui.charts import Floats
from rnn_tui.training.snapshot import Forecast

CHANCE = 1.96
"""Times 1/√n: within it lie 95 of 100 autocorrelations of errors without any."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """Errors, actual − predicted, one step ahead; NaN where a figure is not defined."""

    count: int
    rmse: float
    mae: float
    naive_rmse: float
    """Of the forecast that repeats the last value, at the same points."""
    mean: float
    deviation: float
    """Standard deviation, with n − 1."""
    lag_1: float
    """Autocorrelation of the errors with those one step before, −1 to 1."""

    @property
    def skill(self) -> float:
        """1 − RMSE / RMSE of naive."""
        return 1 - self.rmse / self.naive_rmse if self.naive_rmse else math.nan

    @property
    def is_correlated(self) -> bool:
        """Whether the errors hang together more than chance would have them."""
        return abs(self.lag_1) > CHANCE / math.sqrt(self.count)


def residuals(forecast: Forecast, start: int, stop: int) -> Residuals | None:
    """Return what the errors of points [start, stop) come to; None where nothing is forecast.

    A prediction that is not finite makes the errors infinite: it is never left out.
    """
    predicted = forecast.predicted[start:stop]
    known = np.flatnonzero(~np.isnan(predicted))
    if not known.size:
        return None
    at = known + start
    with np.errstate(over="ignore", invalid="ignore"):
        errors = forecast.actual[at] - predicted[known]
        naive = forecast.actual[at[at > 0]] - forecast.actual[at[at > 0] - 1]
        naive_rmse = _root_mean_square(naive)
        if not np.isfinite(errors).all():
            infinite, nothing = math.inf, math.nan
            return Residuals(known.size, infinite, infinite, naive_rmse, nothing, nothing, nothing)
        return Residuals(
            count=known.size,
            rmse=_root_mean_square(errors),
            mae=float(np.mean(np.abs(errors))),
            naive_rmse=naive_rmse,
            mean=float(np.mean(errors)),
            deviation=float(np.std(errors, ddof=1)) if errors.size > 1 else math.nan,
            lag_1=_lag_1(errors, at),
        )


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2))) if values.size else math.nan


def _lag_1(errors: Floats, at: np.ndarray) -> float:
    """Return r₁ = Σ (e_t − ē)(e_{t−1} − ē) / Σ (e_t − ē)², of neighbours alone."""
    off = errors - np.mean(errors)
    spread = float(np.sum(off**2))
    if errors.size < 3 or not 0 < spread < math.inf:
        return math.nan
    neighbours = np.diff(at) == 1
    return float(np.sum((off[1:] * off[:-1])[neighbours])) / spread
