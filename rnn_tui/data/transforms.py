"""Transforms of a series before scaling, and the way back to data units.

A transform is a chain of steps. Each keeps the rows where they are: what a step has no value for,
at the beginning, is NaN.

    log            y_t = ln x_t
    diff           y_t = x_t - x_{t-1}
    seasonal-diff  y_t = x_t - x_{t-m}, m the period
    log-return     y_t = ln x_t - ln x_{t-1}: log, then diff
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import TransformName
from rnn_tui.data.series import Floats
from rnn_tui.errors import DataError

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Log:
    """Natural logarithm."""

    lag: int = 0
    """Rows at the beginning that have no value afterwards."""

    def forward(self, values: Floats) -> Floats:
        """Return ln x_t, shape (N,); NaN stays NaN."""
        return np.log(values)

    def backward(self, path: Floats, origins: Rows, actual: Floats) -> Floats:  # noqa: ARG002
        """Return exp of a path, shape (n, H)."""
        with np.errstate(over="ignore"):
            return np.exp(path)


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference to the value `lag` rows before."""

    lag: int

    def forward(self, values: Floats) -> Floats:
        """Return x_t - x_{t-lag}, shape (N,), NaN in the first rows."""
        changed = np.full(len(values), np.nan)
        changed[self.lag :] = values[self.lag :] - values[: -self.lag]
        return changed

    def backward(self, path: Floats, origins: Rows, actual: Floats) -> Floats:
        """Return the sums of predicted differences from what was known at each origin.

        Column j of `path`, shape (n, H), is the difference at row origin + 1 + j. The value `lag`
        rows before it is `actual` up to the origin, and predicted after it.
        """
        summed = np.empty_like(path)
        for j in range(path.shape[1]):
            is_known = j < self.lag
            before = actual[origins + 1 + j - self.lag] if is_known else summed[:, j - self.lag]
            summed[:, j] = path[:, j] + before
        return summed


Step = Log | Difference


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """A series, shape (N,), after each step of a transform."""

    steps: tuple[Step, ...]
    stages: tuple[Floats, ...]
    """The series in data units, then after each step; one more than steps."""

    @property
    def values(self) -> Floats:
        """The series after all steps, shape (N,), NaN in the first `lost` rows."""
        return self.stages[-1]

    @property
    def lost(self) -> int:
        """Rows at the beginning that have no value after all steps."""
        return lost_rows(self.steps)

    def undo(self, predicted: Floats, origins: Rows) -> Floats:
        """Return predictions of transformed values in data units.

        Parameters
        ----------
        predicted
            Column j predicts row origin + 1 + j, shape (n, H). H = 1 is a one-step forecast; one
            origin with a long H a free-running one.
        origins
            Last row known to each prediction, shape (n,); not below `lost`. No later row is used.
        """
        path = np.array(predicted, dtype=np.float64)
        for step, actual in zip(reversed(self.steps), reversed(self.stages[:-1]), strict=True):
            path = step.backward(path, origins, actual)
        return path


def steps_of(names: Sequence[TransformName], period: int | None) -> tuple[Step, ...]:
    """Return the steps of a transform by name.

    Raises
    ------
    DataError
        A seasonal difference without a period, or a logarithm after a difference.
    """
    steps: list[Step] = []
    for name in names:
        if name in {"log", "log-return"}:
            if steps:
                raise DataError(
                    f"--transform {','.join(names)}: {name} must come first: after another step "
                    "there are values that have no logarithm."
                )
            steps.append(Log())
        if name in {"diff", "log-return"}:
            steps.append(Difference(1))
        if name == "seasonal-diff":
            if period is None:
                raise DataError(
                    "--transform seasonal-diff: no season was found in the training part. "
                    "Say how many rows it has with --period, or leave seasonal-diff out."
                )
            steps.append(Difference(period))
    return tuple(steps)


def lost_rows(steps: Sequence[Step]) -> int:
    """Return how many rows at the beginning have no value after the steps."""
    return sum(step.lag for step in steps)


def transform(values: Floats, steps: tuple[Step, ...], label: str) -> Transformed:
    """Return `values`, shape (N,) with N above the rows that get lost, after each step.

    Raises
    ------
    DataError
        A value has no logarithm; `label` says whose.
    """
    if steps and isinstance(steps[0], Log) and not (values > 0).all():
        row = int(np.argmax(~(values > 0)))
        raise DataError(
            f"{label}: --transform log needs values above 0, but row {row + 1:,} is "
            f"{values[row]:g}. Leave log out, or add a constant to the series first."
        )
    stages = [values]
    for step in steps:
        stages.append(step.forward(stages[-1]))
    return Transformed(steps, tuple(stages))
