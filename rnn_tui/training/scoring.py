"""How far the predictions of one part of a series are off."""

from dataclasses import dataclass

import numpy as np

from rnn_tui.training.events import Floats


@dataclass(frozen=True, slots=True)
class Errors:
    """How far the predictions of one part are off; inf where one is not finite."""

    loss: float
    """The loss that is trained, in scaled units, over all steps ahead and columns."""
    rmses: tuple[float, ...]
    """Of each column to forecast, over all steps ahead, in data units."""

    @property
    def rmse(self) -> float:
        """Of the first column to forecast."""
        return self.rmses[0]


def root_mean_square(values: Floats) -> float:
    """Return the root of the mean square of an array; inf where a value is not finite."""
    largest = float(np.max(np.abs(values)))
    if not np.isfinite(largest):
        return float("inf")
    if largest == 0.0:
        return 0.0
    return largest * float(np.sqrt(np.mean((values / largest) ** 2)))
