"""Whether and how far a run goes on: what its commands come to. Knows no clock and no network."""

from rnn_tui.training.commands import FinishEpoch, LimitSpeed, Pause, Resume, RunUntil, Step, Stop
from rnn_tui.training.events import StepsDone
from rnn_tui.training.goals import Goal, Target

Steer = Pause | Resume | Step | FinishEpoch | RunUntil | LimitSpeed | Stop
"""The commands that say how far to go; the others change what is trained or keep it."""


class Steering:
    """Holds, counts single steps, watches for a goal and for the end."""

    def __init__(self) -> None:
        self.paused = False
        self.goal: Goal | None = None
        self.limit: float | None = None
        """Steps a second, at most."""
        self.stop: Stop | None = None
        self.reason = ""
        """Why the run holds by itself, one sentence; empty where a person asked for it."""
        self._single_steps = 0

    @property
    def is_holding(self) -> bool:
        """Whether no step is to be taken before another command."""
        return self.paused and self._single_steps == 0 and self.stop is None

    def obey(self, command: Steer, *, step: int, left_in_epoch: int) -> None:
        """Take in a command.

        Parameters
        ----------
        step
            Steps taken so far.
        left_in_epoch
            Steps to the end of this epoch, or of the next one where this one is at its end.
        """
        match command:
            case Pause():
                self._hold()
            case Resume():
                self._go_on()
            case Step(count):
                self._take(self._single_steps + count)
            case FinishEpoch():
                self._take(left_in_epoch)
            case RunUntil(goal):
                self._run_until(goal, step)
            case LimitSpeed(limit):
                self.limit = limit
            case Stop():
                self.stop = command

    def room(self, step: int) -> int | None:
        """Return how many steps may be taken after `step` before looking again; None: any."""
        rooms = [self._single_steps] if self.paused else []
        if self.goal is not None and self.goal.target is Target.STEP:
            rooms.append(int(self.goal.number) - step)
        return min(rooms, default=None)

    def took(self, steps: StepsDone) -> None:
        """Take in what was trained: hold where the goal is reached."""
        self._single_steps = max(0, self._single_steps - len(steps.loss))
        if self.goal is not None:
            reached = _reached(self.goal, steps)
            if reached:
                self._reach(reached)

    def took_row(self) -> None:
        """Take in a row that came and of which nothing was learned: it counts as a step."""
        self._single_steps = max(0, self._single_steps - 1)

    def survives(self, fault: str) -> bool:
        """Hold at a divergence that was waited for; return whether it was."""
        if self.goal is None or self.goal.target is not Target.DIVERGENCE:
            return False
        self._reach(f"Diverged, as awaited: {fault}.")
        return True

    def _hold(self, reason: str = "") -> None:
        self.paused, self._single_steps, self.reason = True, 0, reason

    def _go_on(self) -> None:
        self.paused, self._single_steps, self.reason = False, 0, ""

    def _take(self, count: int) -> None:
        self.paused, self._single_steps, self.reason = True, count, ""

    def _run_until(self, goal: Goal | None, step: int) -> None:
        self.goal = goal
        if goal is None:
            return
        self._go_on()
        if goal.target is Target.STEP and step >= goal.number:
            self._reach(f"Step {int(goal.number):,} has been taken already.")

    def _reach(self, reason: str) -> None:
        self.goal = None
        self._hold(reason)


def _reached(goal: Goal, steps: StepsDone) -> str:
    """Return in a sentence that a goal is reached; nothing where it is not."""
    match goal.target:
        case Target.STEP if steps.last_step >= goal.number:
            return f"Reached step {steps.last_step:,}."
        case Target.LOSS if (steps.loss < goal.number).any():
            place = int((steps.loss < goal.number).argmax())
            at = steps.first_step + place
            return f"The loss of step {at:,} was {steps.loss[place]:.3g}, below {goal.number:g}."
        case Target.VALIDATION if _falls_below(steps.validation_loss, goal.number):
            return (
                f"The validation loss was {steps.validation_loss:.3g} at step {steps.last_step:,}, "
                f"below {goal.number:g}."
            )
        case _:
            return ""


def _falls_below(loss: float | None, threshold: float) -> bool:
    return loss is not None and loss < threshold
