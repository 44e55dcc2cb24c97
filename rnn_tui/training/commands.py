"""What a watcher may ask of a run."""

from dataclasses import dataclass

from rnn_tui.training.events import Status


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
class ScaleLearningRate:
    """Multiply the learning rate by `factor`."""

    factor: float


@dataclass(frozen=True, slots=True)
class TakeWalk:
    """Take one backpropagation apart, for the screen to walk through."""

    net: int = 0
    """Which of the nets that train in lockstep."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run."""

    status: Status


Command = Pause | Resume | Step | ScaleLearningRate | TakeWalk | Stop
