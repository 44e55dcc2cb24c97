"""What a watcher may ask of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rnn_tui.config import OptimizerName
from rnn_tui.training.events import Status
from rnn_tui.training.files import Stamp
from rnn_tui.training.goals import Goal


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold the run."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Step:
    """Take `count` optimisation steps, then hold."""

    count: int


@dataclass(frozen=True, slots=True)
class FinishEpoch:
    """Take the steps that are left of the epoch, or those of the next one, then hold."""


@dataclass(frozen=True, slots=True)
class RunUntil:
    """Go on until `goal` is reached, then hold; None gives an earlier goal up."""

    goal: Goal | None


@dataclass(frozen=True, slots=True)
class LimitSpeed:
    """Take no more than so many steps a second; None: as many as there can be."""

    steps_per_second: float | None


@dataclass(frozen=True, slots=True)
class ScaleLearningRate:
    """Multiply the learning rate by `factor`."""

    factor: float


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change how the run trains from here on; None leaves a setting as it is."""

    learning_rate: float | None = None
    """Before the schedule."""
    clip: float | None = None
    batch_size: int | None = None
    optimizer: OptimizerName | None = None


@dataclass(frozen=True, slots=True)
class ShowFreeRunning:
    """Look at the forecast that is fed with itself, too, or no longer."""

    on: bool


@dataclass(frozen=True, slots=True)
class ShowTarget:
    """Look at the forecast of another column."""

    target: int
    """Its number among those to forecast, from 0."""


@dataclass(frozen=True, slots=True)
class Save:
    """Write the best weights to a model file, of each net to one; older ones are replaced."""

    path: Path
    seen: Mapping[Path, Stamp] = field(default_factory=dict)
    """What the files were like when the watcher saw them: another one is not replaced."""


@dataclass(frozen=True, slots=True)
class TakeWalk:
    """Take one backpropagation apart, for the screen to walk through."""

    net: int = 0
    """Which of the nets that train in lockstep."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run."""

    status: Status
    is_given_up: bool = False
    """Whether nobody wants to know how good it was."""


Command = (
    Pause
    | Resume
    | Step
    | FinishEpoch
    | RunUntil
    | LimitSpeed
    | ScaleLearningRate
    | Adjust
    | ShowFreeRunning
    | ShowTarget
    | Save
    | TakeWalk
    | Stop
)
