"""The best weights of a run, chosen by their loss on the validation part."""

import numpy as np

from rnn_tui.training.moments import Moments
from rnn_tui.training.trainer import Trainer


class Best:
    """The weights with the lowest validation loss so far; those of the start before any has one.

    Parameters
    ----------
    trainer
        Whose weights these are.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.parameters = trainer.model.parameters.copy()
        self.moments = trainer.moments
        """What the optimizer remembered beside them."""
        self.loss = np.inf
        self.step: int | None = None
        """The step that they are of; None before any have been evaluated."""
        self.since = 0
        """Evaluations since then."""

    def offer(self, loss: float) -> None:
        """Let the present weights compete, which have been evaluated; copied where they win."""
        self.since += 1
        if loss < self.loss:
            self.loss, self.since = loss, 0
            self.take()

    def take(self) -> None:
        """Let the present weights be the best ones, whatever their loss."""
        self.step = self._trainer.step
        self.parameters[:] = self._trainer.model.parameters
        self.moments = self._trainer.moments

    def put_back(self) -> None:
        """Give the trainer the best weights again, where any have been evaluated."""
        if self.step is not None:
            self._trainer.model.parameters[:] = self.parameters

    @property
    def kept(self) -> tuple[int, np.ndarray, Moments]:
        """Step, weights and moments to be saved: the present ones where none are the best."""
        trainer = self._trainer
        if self.step is None:
            return trainer.step, trainer.model.parameters, trainer.moments
        return self.step, self.parameters, self.moments
