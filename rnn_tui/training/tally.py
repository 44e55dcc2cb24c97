"""What the steps of a run have come to, counted burst by burst."""

from dataclasses import replace

import numpy as np

from rnn_tui.training.events import StepsDone
from rnn_tui.training.history import History
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.training.trainer import Burst


class Tally:
    """The history of a run, its last burst, its seconds, and how many steps were clipped."""

    def __init__(self) -> None:
        self.last: StepsDone | None = None
        self.seconds = 0.0
        self._history = History()
        self._clipped_steps = 0

    def record(
        self,
        burst: Burst,
        step: int,
        clip: float,
        *,
        rate: float,
        seconds: float,
        validation_loss: float | None,
    ) -> StepsDone:
        """Take in a burst that ended with `step` and return its event.

        Parameters
        ----------
        clip
            Largest norm of the gradient; 0 where it is not clipped.
        rate
            Steps a second, as they are shown.
        seconds
            That the burst took.
        validation_loss
            Of the weights after it, where they have been evaluated.
        """
        self.seconds += seconds
        self.last = StepsDone(
            first_step=step - len(burst.loss) + 1,
            epoch=burst.epoch,
            loss=burst.loss,
            gradient_norm=burst.gradient_norm,
            learning_rate=burst.learning_rate,
            clip=clip,
            steps_per_second=rate,
            seconds=self.seconds,
            validation_loss=validation_loss,
            epoch_starts=burst.epoch_starts,
        )
        self._history.add(self.last)
        if clip > 0:
            self._clipped_steps += int(np.count_nonzero(burst.gradient_norm > clip))
        return self.last

    def shown_on(self, before: Snapshot) -> Snapshot:
        """Return a snapshot with these numbers in the place of older ones."""
        last, history = self.last, self._history.view()
        validation = history.validation_loss.value
        return replace(
            before,
            epoch=last.epoch if last else 0,
            loss=float(last.loss[-1]) if last else None,
            validation_loss=float(validation[-1]) if validation.size else None,
            gradient_norm=float(last.gradient_norm[-1]) if last else None,
            clipped_steps=self._clipped_steps,
            seconds=self.seconds,
            history=history,
        )
