"""Scores of a forecast against the truth."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scores:
    """Errors in data units over `count` points."""

    rmse: float
    mae: float
    count: int


def score(actual: NDArray[np.float64], predicted: NDArray[np.float64]) -> Scores:
    """Return the errors of `predicted` against `actual`, both of shape (n,), n > 0.

    A prediction that is not finite makes both errors NaN or inf: it is never left out.

    Raises
    ------
    ValueError
        The shapes differ, or there is nothing to compare.
    """
    if actual.shape != predicted.shape or actual.size == 0:
        raise ValueError(f"cannot score predictions {predicted.shape} against {actual.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.asarray(predicted, dtype=np.float64) - actual
        rmse = math.sqrt(np.mean(error**2))
        mae = float(np.mean(np.abs(error)))
    return Scores(rmse=rmse, mae=mae, count=error.size)


def skill(model: Scores, baseline: Scores) -> float:
    """Return the skill score 1 - RMSE(model) / RMSE(baseline).

    1 is a perfect forecast, 0 one as good as the baseline, less than 0 a worse one.
    """
    if baseline.rmse == 0:
        return 0.0 if model.rmse == 0 else -math.inf
    return 1 - model.rmse / baseline.rmse
