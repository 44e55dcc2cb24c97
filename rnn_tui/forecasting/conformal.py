"""Prediction intervals from the residuals of the validation part (split conformal prediction).

Of n absolute residuals the k-th smallest, k = ⌈(n+1)·level⌉, is the margin. If the residuals of a
new row were exchangeable with these, the interval would hold it with probability `level` at least
(Lei, G'Sell, Rinaldo, Tibshirani, Wasserman 2018, J. Am. Stat. Assoc. 113, section 2.2). In a time
series they are not quite, and the validation part has chosen the weights: the coverage on the test
part has to be measured and shown beside the level.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from rnn_tui.data.series import Floats
from rnn_tui.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """How far a forecast may be off at `level`."""

    level: float
    """Share of rows that is to lie inside, such as 0.9."""
    margins: Floats
    """In data units, or as a difference of logarithms; for each step and column, shape (H, O)."""
    on_log: bool = False

    def first(self, steps: int) -> "Margins":
        """Return the margins of the first steps."""
        return replace(self, margins=self.margins[:steps])

    def around(self, predicted: Floats) -> tuple[Floats, Floats]:
        """Return the lower and upper ends about forecasts in data units, each (n, H, O)."""
        if self.on_log:
            factor = np.exp(self.margins)
            return predicted / factor, predicted * factor
        return predicted - self.margins, predicted + self.margins


@dataclass(frozen=True, slots=True)
class Coverage:
    """What intervals turned out to hold."""

    level: float
    """What they were made for."""
    coverage: float
    """Share of `count` values that lay inside, ends included."""
    width: float
    """Mean width in data units."""
    count: int


def calibrate(actual: Floats, predicted: Floats, level: float, *, on_log: bool = False) -> Margins:
    """Return the margins that the residuals of the validation part ask for.

    Parameters
    ----------
    actual, predicted
        The validation part in data units, each (n, H, O); a margin for each step and column.
    level
        Between 0 and 1.
    on_log
        Take residuals of logarithms: the margin is a factor and no interval goes below 0. For
        values above 0 whose errors grow with them, as after a transform with log.

    Raises
    ------
    DataError
        There are fewer residuals than the level needs; the message says how many it needs and
        which level works.
    ValueError
        The level is not between 0 and 1, the shapes differ, or a value has no logarithm.
    """
    if not 0 < level < 1:
        raise ValueError(f"level: got {level}, expected a number between 0 and 1")
    if actual.shape != predicted.shape or actual.ndim != 3:
        raise ValueError(f"cannot compare predictions {predicted.shape} with {actual.shape}")
    if on_log and not ((actual > 0).all() and (predicted > 0).all()):
        raise ValueError("on_log: expected values above 0")
    count = len(actual)
    if _rank(count, level) > count:
        raise DataError(
            f"a prediction interval at {level:g} needs {least_count(level):,} forecasts of the "
            f"validation part, and there are {count:,}. What works: a larger --validation-size, or "
            f"a level of {math.floor(100 * count / (count + 1)) / 100:g} or less."
        )
    return calibrate_each(actual, predicted, level, on_log=on_log)


def calibrate_each(
    actual: Floats, predicted: Floats, level: float, *, on_log: bool = False
) -> Margins:
    """Return the margins of every step by the residuals that there are of it.

    As `calibrate`, but the truth may be NaN where it is not known, and a margin is NaN where there
    are fewer residuals than the level needs.
    """
    margins = np.full(actual.shape[1:], np.nan)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        errors = np.abs(np.log(actual / predicted) if on_log else actual - predicted)
    for step in range(len(margins)):
        known = errors[~np.isnan(actual[:, step]).any(axis=1), step]
        rank = _rank(len(known), level)
        if 1 <= rank <= len(known):
            margins[step] = np.sort(known, axis=0)[rank - 1]
    return Margins(level, margins, on_log)


def least_count(level: float) -> int:
    """Return how many residuals an interval at `level` needs."""
    count = max(1, math.floor(level / (1 - level)) - 1)
    while _rank(count, level) > count:
        count += 1
    return count


def measure(actual: Floats, lower: Floats, upper: Floats, level: float) -> Coverage:
    """Return the coverage of intervals over the test part, arrays of one shape, not empty.

    An interval with an end that is NaN holds nothing.
    """
    inside = (lower <= actual) & (actual <= upper)
    return Coverage(
        level=level,
        coverage=float(inside.mean()),
        width=float(np.mean(upper - lower)),
        count=inside.size,
    )


def _rank(count: int, level: float) -> int:
    # A little is taken off so that (n+1)·level, where it is whole, is not rounded up past itself.
    return math.ceil((count + 1) * level * (1 - 1e-12))
