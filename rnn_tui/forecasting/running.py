"""Scores of forecasts whose truth comes row by row, in constant memory."""

import math

import numpy as np

from rnn_tui.data.series import Floats
from rnn_tui.forecasting.metrics import Scores


class RunningScores:
    """What `score` says of all rows so far.

    Parameters
    ----------
    naive_error
        Mean absolute error of the naive forecast on the rows before, for MASE; NaN: no MASE.
    """

    def __init__(self, naive_error: float) -> None:
        self._naive_error = naive_error
        self._count = 0
        self._squares = 0.0
        self._absolute = 0.0
        self._shares = 0.0
        self._mean = 0.0
        self._spread = 0.0
        """Σ(y - mean y)², by Welford's recurrence (1962, Technometrics 4)."""

    def add(self, actual: Floats, predicted: Floats) -> None:
        """Take values and their forecasts, both of shape (n,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            error = predicted - actual
            size = np.abs(actual) + np.abs(predicted)
            share = np.divide(np.abs(error), size, out=np.zeros_like(error), where=size != 0)
            self._squares += float(np.sum(error**2))
        self._absolute += float(np.sum(np.abs(error)))
        self._shares += float(np.sum(share))
        for value in actual.tolist():
            self._count += 1
            before = value - self._mean
            self._mean += before / self._count
            self._spread += before * (value - self._mean)

    @property
    def rmse(self) -> float:
        """Root of the mean squared error; NaN before the first value."""
        return math.sqrt(self._squares / self._count) if self._count else math.nan

    def scores(self) -> Scores | None:
        """Return the scores; None before the first value."""
        if not self._count:
            return None
        mae = self._absolute / self._count
        return Scores(
            rmse=self.rmse,
            mae=mae,
            count=self._count,
            mase=mae / self._naive_error if self._naive_error else math.nan,
            smape=200 * self._shares / self._count,
            r2=1 - self._squares / self._spread if self._spread else math.nan,
        )
