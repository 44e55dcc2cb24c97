"""Scores of a forecast against the truth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rnn_tui.data.series import Floats

BLOCK = 1 << 20
"""Values of a long series that are looked at at a time."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Errors over `count` points; NaN where a score is not defined."""

    rmse: float
    """Root of the mean squared error, in data units."""
    mae: float
    """Mean absolute error, in data units."""
    count: int
    mase: float = field(default=math.nan, compare=False)  # it follows from mae, and NaN != NaN
    """MAE / MAE of the (seasonal) naive forecast on the training part (Hyndman, Koehler 2006)."""
    smape: float = math.nan
    """Mean of 200 |ŷ - y| / (|y| + |ŷ|), in per cent, 0 to 200; 0 where both are 0."""
    r2: float = field(default=math.nan, compare=False)  # it follows from rmse
    """1 - Σ(y - ŷ)² / Σ(y - mean y)²; 0 is as good as the mean of what is scored."""


def score(
    actual: Floats,
    predicted: Floats,
    *,
    training: Floats | None = None,
    period: int | None = None,
) -> Scores:
    """Return the errors of `predicted` against `actual`, both of one shape, not empty.

    A prediction that is not finite makes the errors NaN or inf: it is never left out.

    Parameters
    ----------
    actual, predicted
        In data units; several steps or columns are scored as one.
    training
        The training part in data units, shape (n,), for MASE. None: no MASE.
    period
        Rows of a season, for MASE. None: in units of the naive forecast.

    Raises
    ------
    ValueError
        The shapes differ, or there is nothing to compare.
    """
    if actual.shape != predicted.shape or actual.size == 0:
        raise ValueError(f"cannot score predictions {predicted.shape} against {actual.shape}")
    count, mean = actual.size, float(np.mean(actual))
    truth, said = actual.reshape(-1), np.asarray(predicted, dtype=np.float64).reshape(-1)
    squares = absolute = shares = spread = 0.0
    for first in range(0, count, BLOCK):
        y, x = truth[first : first + BLOCK], said[first : first + BLOCK]
        with np.errstate(over="ignore", invalid="ignore"):
            error = x - y
            size = np.abs(y) + np.abs(x)
            share = np.divide(np.abs(error), size, out=np.zeros_like(error), where=size != 0)
            squares += float(np.sum(error**2))
            absolute += float(np.sum(np.abs(error)))
            shares += float(np.sum(share))
            spread += float(np.sum((y - mean) ** 2))
    return Scores(
        rmse=math.sqrt(squares / count),
        mae=absolute / count,
        count=count,
        mase=_ratio(absolute / count, naive_error(training, period)),
        smape=200 * shares / count,
        r2=1 - _ratio(squares, spread),
    )


def naive_error(training: Floats | None, period: int | None) -> float:
    """Return the mean absolute error of the (seasonal) naive forecast; NaN where there is none."""
    lag = period or 1
    if training is None or len(training) <= lag:
        return math.nan
    total, count = 0.0, len(training) - lag
    for first in range(0, count, BLOCK):
        last = min(first + BLOCK, count)
        total += float(np.sum(np.abs(training[first + lag : last + lag] - training[first:last])))
    return total / count


def _ratio(error: float, unit: float) -> float:
    return error / unit if unit else math.nan


def skill(model: Scores, baseline: Scores) -> float:
    """Return the skill score 1 - RMSE(model) / RMSE(baseline).

    1 is a perfect forecast, 0 one as good as the baseline, less than 0 a worse one.
    """
    if baseline.rmse == 0:
        return 0.0 if model.rmse == 0 else -math.inf
    return 1 - model.rmse / baseline.rmse


def best_baseline(scores: Mapping[str, Scores], model: str = "model") -> str | None:
    """Return the name with the smallest RMSE beside `model`, None where there is none."""
    names = [name for name, found in scores.items() if name != model and found.rmse >= 0]
    return min(names, key=lambda name: scores[name].rmse, default=None)


def skill_against_best(scores: Mapping[str, Scores], model: str = "model") -> float | None:
    """Return the skill of `model` against the best baseline, None where one is missing."""
    best = best_baseline(scores, model)
    return None if best is None or model not in scores else skill(scores[model], scores[best])
