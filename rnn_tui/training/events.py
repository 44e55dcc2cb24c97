"""What a run says while it goes: the one vocabulary of app, batch and recordings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from itertools import chain, pairwise, repeat
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import RunConfig
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.metrics import Scores

if TYPE_CHECKING:
    from rnn_tui.forecasting.future import Future

Floats = NDArray[np.float64]
Time = np.datetime64 | float


class Status(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"
    FAILED = "failed"


def versions() -> dict[str, str]:
    """Return the versions of what a run's numbers depend on, by name."""
    return {name: version(name) for name in ("rnn-tui", "numpy", "numba")}


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run as configured, before its first step."""

    config: RunConfig
    versions: Mapping[str, str]
    parameters: int
    """Number of trained numbers."""
    windows: Mapping[str, int]
    """Number of windows whose target lies in each part: train, validation, test."""
    notes: tuple[str, ...] = ()
    """What was found or changed on reading the series that one has to know, a sentence each."""


@dataclass(frozen=True, slots=True)
class KernelsReady:
    """The kernels are compiled (or loaded from the cache); training can begin."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepsDone:
    """A burst of optimisation steps that ran without returning to Python.

    `loss` and `gradient_norm` have one entry per step, shape (n,), read-only; the norm is the
    global one before clipping. `first_step` counts from 1. `validation_loss` belongs to the last
    step of the burst. Losses are in scaled units.
    """

    first_step: int
    epoch: int
    """Of the last step."""
    loss: Floats
    gradient_norm: Floats
    learning_rate: float | Floats
    """Of every step, or of all of them."""
    clip: float
    steps_per_second: float
    seconds: float
    """Time since training began, pauses left out."""
    validation_loss: float | None = None
    epoch_starts: tuple[int, ...] = ()
    """Places in `loss`, the first left out, of the steps that begin another epoch."""

    @property
    def epochs(self) -> Iterator[int]:
        """The epoch of every step."""
        bounds = (0, *self.epoch_starts, len(self.loss))
        first = self.epoch - len(self.epoch_starts)
        return chain.from_iterable(
            repeat(first + place, stop - start)
            for place, (start, stop) in enumerate(pairwise(bounds))
        )

    @property
    def last_step(self) -> int:
        """Number of the last step in the burst."""
        return self.first_step + len(self.loss) - 1


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The end of a run, with the test scores of the best weights.

    `scores` maps "model" and every baseline ("naive", "seasonal naive", "AR(9)") to its scores on
    the test part in data units, over all steps ahead; it is empty where the run failed before it
    could forecast. With several columns to forecast it is about the first, and `more_scores` has
    those of the others by name.
    """

    status: Status
    reason: str
    steps: int
    best_step: int | None
    """Step with the lowest validation loss; its weights are the ones scored and saved."""
    seconds: float
    scores: Mapping[str, Scores]
    more_scores: Mapping[str, Mapping[str, Scores]] = field(default_factory=dict)
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """What the prediction intervals hold on the test part, by the name of the column; empty where
    there are none."""
    future: "Future | None" = None
    """What is forecast beyond the end of the series."""
    rows_followed: int = 0
    """Rows that came while it went on. Where there were any, the scores are on them, each forecast
    before it came, and not on the test part."""

    def scores_of(self, column: str) -> Mapping[str, Scores]:
        """Return the scores of a column by its name, those of the first for any other."""
        return self.more_scores.get(column, self.scores)


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that befell the source of a series while it was followed."""

    text: str
    """A sentence."""
    is_bad_row: bool = False
    """Whether it is a line that was skipped."""


@dataclass(frozen=True, slots=True)
class RowFollowed:
    """A row that came, what had been forecast for it, and the forecast of those after it."""

    row: int
    """From 1; 0 stands for the beginning: there is a forecast, and no row yet."""
    line: int
    """Where it stands in its source."""
    time: Time
    actual: Floats
    """The columns to forecast in data units, shape (O,)."""
    predicted: Floats
    """What had been forecast for it one step ahead, shape (O,)."""
    ahead: Floats
    """The forecast of the rows after it, shape (H, O)."""
    rmse: Mapping[str, float]
    """Of "model" and of every baseline so far, first column, over all steps ahead; NaN where no
    whole forecast has come true yet."""


Event = RunStarted | KernelsReady | StepsDone | RowFollowed | Noted | RunEnded
