"""What a watcher calls to steer a run: each call is a command, obeyed in the run's own time."""

from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Protocol

from rnn_tui.training.commands import (
    Adjust,
    Command,
    FinishEpoch,
    LimitSpeed,
    Pause,
    Resume,
    RunUntil,
    Save,
    ScaleLearningRate,
    ShowFreeRunning,
    ShowTarget,
    Step,
    Stop,
    TakeWalk,
)
from rnn_tui.training.events import Status
from rnn_tui.training.files import Stamp
from rnn_tui.training.goals import Goal


class Joinable(Protocol):
    """Something whose end can be waited for."""

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it has come."""


class Controls:
    """The commands of one run; safe in any thread."""

    def __init__(self) -> None:
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._telling = Lock()
        self.held = False
        """Whether the run is to hold: what was last asked for, obeyed already or not yet."""

    def pause(self) -> None:
        """Hold the run after the current burst."""
        self._tell(Pause(), held=True)

    def resume(self) -> None:
        """Go on."""
        self._tell(Resume(), held=False)

    def step(self, count: int = 1) -> None:
        """Take `count` optimisation steps and pause."""
        self._tell(Step(count), held=True)

    def finish_epoch(self) -> None:
        """Take the steps that are left of the epoch, or those of the next one, and pause."""
        self._tell(FinishEpoch(), held=True)

    def run_until(self, goal: Goal | None) -> None:
        """Go on until `goal` is reached, then pause; None gives an earlier goal up."""
        self._tell(RunUntil(goal), held=self.held if goal is None else False)

    def limit_speed(self, steps_per_second: float | None) -> None:
        """Take no more than so many steps a second; None: as many as there can be."""
        self._commands.put(LimitSpeed(steps_per_second))

    def adjust(self, change: Adjust) -> None:
        """Change learning rate, clipping, batch size or optimizer from the next step on."""
        self._commands.put(change)

    def save(self, path: Path, seen: Mapping[Path, Stamp] | None = None) -> None:
        """Write the best weights to a model file; `snapshot.saved` tells what came of it.

        Parameters
        ----------
        seen
            What the files were like when it was decided to replace them.
        """
        self._commands.put(Save(path, seen or {}))

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate by `factor`, from the next burst on."""
        self._commands.put(ScaleLearningRate(factor))

    def take_walk(self, net: int = 0) -> None:
        """Hold the run and take one backpropagation of a net apart, into its `snapshot.walk`."""
        self.pause()
        self._commands.put(TakeWalk(net))

    def show_free_running(self, *, on: bool) -> None:
        """Look at the forecast that is fed with itself, too, or no longer."""
        self._commands.put(ShowFreeRunning(on))

    def show_target(self, target: int) -> None:
        """Look at the forecast of a column by its number among those to forecast, from 0."""
        self._commands.put(ShowTarget(target))

    def stop(self, status: Status = Status.STOPPED) -> None:
        """End the run after the current burst, save it, and score it. Safe in a signal handler."""
        self._commands.put(Stop(status))

    def give_up(self) -> None:
        """End the run for another one: it is scored only where it leaves a file."""
        self._commands.put(Stop(Status.STOPPED, is_given_up=True))

    def _tell(self, command: Command, *, held: bool) -> None:
        with self._telling:
            self.held = held
            self._commands.put(command)

    def _note_hold(self) -> bool:
        """Note that the run holds, unless another command waits; return whether it did."""
        with self._telling:
            if self._commands.empty():
                self.held = True
                return True
        return False
