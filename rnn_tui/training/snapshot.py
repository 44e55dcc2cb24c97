"""The read-only picture of a run that the worker publishes and the screen polls.

Every array in a snapshot is a copy with its write flag cleared: a reader never sees a buffer that
a kernel is writing to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.gradients.walk import Walk
from rnn_tui.training.events import Floats, RunEnded
from rnn_tui.training.files import Stamp

Match = Literal["units", "parameters"]
"""What several nets have in common: hidden units, or the number of their parameters."""
SLOPE = "1−h²"
"""Name of tanh's slope at the hidden state among what a trace shows: how much gradient passes."""
Times = NDArray[np.float64] | NDArray[np.datetime64]


class State(StrEnum):
    """What the session is doing."""

    LOADING = "loading"
    COMPILING = "compiling"
    TRAINING = "training"
    PAUSED = "paused"
    SCORING = "scoring"
    """Training is over; `Snapshot.ended` says how, and has no scores yet."""
    ENDED = "ended"

    @property
    def is_over(self) -> bool:
        """Whether no step will be taken any more."""
        return self in {State.SCORING, State.ENDED}


@dataclass(frozen=True, slots=True)
class Curve:
    """A quantity over steps; `step` and `value` have shape (n,), ascending in step.

    Where the run is longer than what is kept, an entry of the whole-run curve stands for several
    steps: `low` and `high` are their extremes and `value` their mean.
    """

    step: NDArray[np.int64]
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Marks:
    """Steps at which something happened, and what: both of shape (n,), ascending in step."""

    step: NDArray[np.int64]
    value: Floats

    @classmethod
    def none(cls) -> "Marks":
        """Return no marks."""
        return cls(np.empty(0, np.int64), np.empty(0))


class Happening(StrEnum):
    """What may befall a run on its way, beside epochs and learning rates."""

    CLIP = "clipping threshold"
    BATCH = "batch size"
    OPTIMIZER = "optimizer"
    SAVED = "model saved"
    GOAL = "goal reached"
    GRADIENT = "gradient lost"
    """Underflow or overflow at some timestep, where there was none before."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that befell a run after a step."""

    step: int
    kind: Happening
    text: str
    """In words, as in "1 → 0.5"."""


@dataclass(frozen=True, slots=True)
class Clipping:
    """How many of the last steps had a gradient whose norm was above the threshold."""

    clipped: int
    steps: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 before the first step."""
        return self.clipped / self.steps if self.steps else 0.0


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The run so far: recent steps exactly, the whole run decimated."""

    loss: Curve
    """Training loss, whole run."""
    recent_loss: Curve
    """Training loss, the last steps one by one."""
    validation_loss: Curve
    gradient_norm: Curve
    epochs: Marks = field(default_factory=Marks.none)
    """Where epochs begin: the first step of each, or of every tenth, …; the value is its number."""
    rates: Marks = field(default_factory=Marks.none)
    """Where the learning rate has changed by a tenth or more, and what it was from there on."""
    happened: tuple[Happened, ...] = ()
    """What else befell the run, the latest at the end."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One-step-ahead (teacher-forced) predictions of one column in data units.

    `time`, `actual` and `predicted` have shape (n,); `predicted` is NaN where there are not enough
    timesteps before a point. Points [0, validation_start) belong to the training part,
    [validation_start, test_start) to validation, the rest to test.
    """

    name: str
    unit: str
    time_name: str
    time: Times
    actual: Floats
    predicted: Floats
    validation_start: int
    test_start: int
    horizon: int = 1
    """Steps that one prediction covers; `predicted` is the first of them."""
    start: int = 0
    """Index in the series of the first point."""
    target: int = 0
    """Number of the column among those to forecast, from 0."""
    targets: tuple[str, ...] = ()
    """The names of all of them."""
    free: Floats | None = None
    """What is forecast from the beginning of the test part on by reading the forecasts themselves,
    shape (n,), NaN outside; only where it is asked for, and possible."""

    @property
    def is_one_of_several(self) -> bool:
        """Whether other columns are forecast as well."""
        return len(self.targets) > 1


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened inside the network at every timestep of one window.

    `gates` maps a name to activations of shape (T, H): "i", "f", "g", "o", "c", "h" for an LSTM,
    "r", "z", "n", "h" for a GRU, "h" and "1−h²", the slope of tanh, for an RNN; timestep 0 is the
    oldest of the window. The window is fixed for the run (the last one of the
    validation part), so that changes are the network's, not the data's.
    """

    gates: dict[str, NDArray[np.float32]]
    start: int
    """Index in the series of the window's first timestep."""
    below: tuple["Trace", ...] = ()
    """Of the layers below the last one, the first layer first."""

    @property
    def layers(self) -> tuple["Trace", ...]:
        """Of every layer, the first layer first."""
        return (*self.below, self)


@dataclass(frozen=True, slots=True)
class GradientFlow:
    """How much gradient reached every timestep in the last training step.

    `hidden` and `cell` have shape (T,): ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ (None for an RNN), t = 1 … T,
    the total derivative (what comes back through time plus the readout's own term), the Frobenius
    norm over the batch, in float64. 0 is underflow, inf overflow. They are those of the last layer.
    """

    hidden: Floats
    cell: Floats | None
    below: tuple["GradientFlow", ...] = ()
    """Of the layers below it, the first layer first."""

    @property
    def layers(self) -> tuple["GradientFlow", ...]:
        """Of every layer, the first layer first."""
        return (*self.below, self)

    @property
    def trouble(self) -> str:
        """What floats cannot hold of any layer: "overflow", "underflow", or nothing."""
        if not all(np.isfinite(layer.hidden).all() for layer in self.layers):
            return "overflow"
        return "underflow" if any((layer.hidden == 0).any() for layer in self.layers) else ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of writing a model file during a run."""

    path: Path
    step: int
    """The step whose weights these are."""
    fault: str = ""
    """Why it was not written, in words."""
    files: tuple[Path, ...] = ()
    """What was written, one for each net."""
    stamps: tuple[Stamp, ...] = ()
    """What each of them was like then."""
    changed: Path | None = None
    """A file that another program has written meanwhile, for which nothing was."""


@dataclass(frozen=True, slots=True)
class Left:
    """The files that a run has left at its end."""

    models: tuple[Path, ...] = ()
    """One for each net."""
    forecasts: Path | None = None
    notes: tuple[str, ...] = ()
    """What landed elsewhere than it was to, and why, a sentence each."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One frame of a run. Fields are None until the run has got that far."""

    state: State
    title: str
    """Cell, size and series, as in "LSTM 32 · sunspots"."""
    message: str = ""
    """What is going on or went wrong, one sentence."""
    step: int = 0
    epoch: int = 0
    steps_per_second: float = 0.0
    learning_rate: float = 0.0
    set_learning_rate: float = 0.0
    """The learning rate before the schedule."""
    clip: float = 0.0
    """Clipping threshold, 0 where clipping is off."""
    batch_size: int = 0
    optimizer: str = ""
    speed_limit: float | None = None
    """Steps a second, at most."""
    goal: str = ""
    """What the run goes on until, in words, as in "loss < 0.01"."""
    reason: str = ""
    """Why the run holds by itself, one sentence."""
    refused: str = ""
    """Why the last change of settings was not made, one sentence."""
    saved: Saved | None = None
    """The last model file that was asked for."""
    left: Left | None = None
    """Files that it has left by itself; None before its end."""
    loss: float | None = None
    validation_loss: float | None = None
    best_validation_loss: float | None = None
    best_step: int | None = None
    gradient_norm: float | None = None
    clipped_steps: int = 0
    """Steps so far whose gradient had a norm above the clipping threshold of then."""
    clipped_lately: Clipping = Clipping(0, 0)
    seconds: float = 0.0
    compile_seconds: float | None = None
    history: HistoryView | None = None
    forecast: Forecast | None = None
    trace: Trace | None = None
    gradient: GradientFlow | None = None
    walk: Walk | None = None
    """One training step on the traced window, with the present weights; only where asked for."""
    validation_rmse: float | None = None
    """Of the current weights on the column that `forecast` shows, over all steps ahead, in data
    units."""
    baselines: dict[str, Scores] | None = None
    """Scores of the baselines on its validation part, in data units."""
    notes: tuple[str, ...] = ()
    """What was found or changed on reading the series, a sentence each."""
    rows_followed: int | None = None
    """Rows that have come since the run goes on with them; `validation_rmse` and `baselines` are
    then about those rows. None: it does not, or not yet."""
    ended: RunEnded | None = None
    parameters: int | None = None
    """Number of trained numbers."""
    peers: tuple["Snapshot", ...] = ()
    """The nets that train in lockstep with this one."""
    match: Match | None = None
    """What is equal among them; None where there are none."""

    @property
    def final_scores(self) -> Mapping[str, Scores]:
        """What the run has come to on the column that `forecast` shows; empty before its end."""
        if self.ended is None:
            return {}
        return self.ended.scores_of(self.forecast.name if self.forecast else "")

    @property
    def net(self) -> str:
        """Cell and size, as in "LSTM 32"."""
        return name_of(self.title)

    @property
    def heading(self) -> str:
        """The title, with the names of all nets that train in lockstep."""
        if not self.peers:
            return self.title
        _, dot, series = self.title.partition(" · ")
        between = " beside " if len(self.nets) == 2 else ", "
        return f"{between.join(net.net for net in self.nets)}{dot}{series}"

    @property
    def nets(self) -> tuple["Snapshot", ...]:
        """All nets that train in lockstep, this one first."""
        return (self, *self.peers)


def name_of(title: str) -> str:
    """Return cell and size, as in "LSTM 32", of the title of a run."""
    return title.partition(" · ")[0]
