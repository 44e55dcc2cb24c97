"""What the app needs of a session: the latest snapshot, and commands."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from rnn_tui.config import RunConfig
from rnn_tui.training.commands import Adjust
from rnn_tui.training.controls import Joinable
from rnn_tui.training.events import Status
from rnn_tui.training.files import Stamp
from rnn_tui.training.goals import Goal
from rnn_tui.training.snapshot import Match, Snapshot


class RunSession(Protocol):
    """A run in a thread of its own; see `rnn_tui.training.session.Session`."""

    @property
    def snapshot(self) -> Snapshot:
        """The latest picture of the run."""

    @property
    def held(self) -> bool:
        """Whether the run is to hold: what was last asked for, obeyed already or not yet."""

    @property
    def config(self) -> RunConfig:
        """What the run began with."""

    @property
    def others(self) -> tuple[RunConfig, ...]:
        """What the nets that train in lockstep with the run began with; none of one run alone."""

    @property
    def match(self) -> Match:
        """What those nets have in common with it."""

    @property
    def saves_itself(self) -> bool:
        """Whether the model is saved when the run ends, however it ends."""

    @property
    def error(self) -> Exception | None:
        """What ended the run before its time."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, in any thread, where a snapshot answers a command or has a new state."""

    def start(self, after: Joinable | None = None) -> None:
        """Run in a thread, once a session that has been told to stop has ended."""

    def pause(self) -> None:
        """Hold the run after the current burst."""

    def resume(self) -> None:
        """Go on."""

    def step(self, count: int = 1) -> None:
        """Take `count` optimisation steps and pause."""

    def finish_epoch(self) -> None:
        """Take the steps that are left of the epoch and pause."""

    def run_until(self, goal: Goal | None) -> None:
        """Go on until `goal` is reached, then pause; None gives an earlier goal up."""

    def limit_speed(self, steps_per_second: float | None) -> None:
        """Take no more than so many steps a second; None: as many as there can be."""

    def adjust(self, change: Adjust) -> None:
        """Change settings from the next step on."""

    def save(self, path: Path, seen: Mapping[Path, Stamp] | None = None) -> None:
        """Write the best weights to a model file; `snapshot.saved` tells what came of it."""

    def show_free_running(self, *, on: bool) -> None:
        """Look at the forecast that is fed with itself, too, or no longer."""

    def show_target(self, target: int) -> None:
        """Look at the forecast of a column by its number among those to forecast, from 0."""

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate."""

    def take_walk(self, net: int = 0) -> None:
        """Hold the run and take one backpropagation of a net apart, into its `snapshot.walk`."""

    def stop(self, status: Status = Status.STOPPED) -> None:
        """End the run after the current burst."""

    def give_up(self) -> None:
        """End the run for another one: it is scored only where it leaves a file."""

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; return whether it has ended."""
