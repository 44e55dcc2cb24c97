"""What the steps of a run have come to, counted burst by burst."""

from dataclasses import replace

import numpy as np

from rnn_tui.training.events import StepsDone
from rnn_tui.training.history import History, RecentCurve
from rnn_tui.training.snapshot import (
    Clipping,
    GradientFlow,
    Happened,
    Happening,
    HistoryView,
    Snapshot,
)
from rnn_tui.training.trainer import Burst, Trainer

LATELY = 1_000
"""Steps over which the share of clipped ones is taken."""


class Tally:
    """The history of a run, its last burst, its seconds, and how many steps were clipped."""

    def __init__(self) -> None:
        self.last: StepsDone | None = None
        self.seconds = 0.0
        self._history = History()
        self._clipped_steps = 0
        self._clipped = RecentCurve(LATELY)
        """1 for every step that was clipped, 0 for the others."""

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
        clipped = burst.gradient_norm > clip if clip > 0 else np.zeros(len(burst.loss), np.bool_)
        self._clipped_steps += int(np.count_nonzero(clipped))
        steps = np.arange(self.last.first_step, self.last.last_step + 1)
        self._clipped.extend(steps, clipped.astype(np.float64))
        return self.last

    def note(self, kind: Happening, step: int, text: str) -> None:
        """Take in something that befell the run after a step."""
        self._history.happenings.add(Happened(step, kind, text))

    def watch(self, trainer: Trainer) -> GradientFlow:
        """Return the gradient of the last step; where it leaves what floats can hold, note it."""
        flow = trainer.gradient_flow()
        self._history.happenings.watch(flow, trainer.step)
        return flow

    @property
    def history(self) -> HistoryView:
        """Read-only copies of the curves so far."""
        return self._history.view()

    def shown_on(self, before: Snapshot) -> Snapshot:
        """Return a snapshot with these numbers in the place of older ones."""
        last, history = self.last, self.history
        validation, clipped = history.validation_loss.value, self._clipped.view().value
        return replace(
            before,
            epoch=last.epoch if last else 0,
            loss=float(last.loss[-1]) if last else None,
            validation_loss=float(validation[-1]) if validation.size else None,
            gradient_norm=float(last.gradient_norm[-1]) if last else None,
            clipped_steps=self._clipped_steps,
            clipped_lately=Clipping(int(clipped.sum()), len(clipped)),
            seconds=self.seconds,
            history=history,
        )
