"""The best weights of a run, chosen by their loss on the validation part."""

import numpy as np
from numpy.typing import NDArray


class Best:
    """The weights with the lowest validation loss so far; those of the start before any has one.

    Parameters
    ----------
    parameters
        What the run starts from, shape (n,); copied.
    """

    def __init__(self, parameters: NDArray[np.floating]) -> None:
        self.parameters = parameters.copy()
        self.loss = np.inf
        self.step: int | None = None
        """The step that they are of; None before any have been evaluated."""
        self.since = 0
        """Evaluations since then."""

    def offer(self, parameters: NDArray[np.floating], step: int, loss: float) -> None:
        """Let weights compete that have been evaluated; they are copied where they win."""
        self.since += 1
        if loss < self.loss:
            self.loss, self.since = loss, 0
            self.take(parameters, step)

    def take(self, parameters: NDArray[np.floating], step: int) -> None:
        """Let weights be the best ones, whatever their loss."""
        self.step = step
        self.parameters[:] = parameters
