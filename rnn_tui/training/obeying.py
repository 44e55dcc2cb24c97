"""The run's side of the commands: carried out between bursts, in the run's own thread."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from queue import Empty
from types import MappingProxyType
from typing import TYPE_CHECKING

from rnn_tui.errors import SaveError
from rnn_tui.training.commands import (
    Adjust,
    Command,
    FinishEpoch,
    Pause,
    Save,
    ScaleLearningRate,
    ShowFreeRunning,
    ShowTarget,
    Step,
    Stop,
    TakeWalk,
)
from rnn_tui.training.controls import Controls
from rnn_tui.training.events import StepsDone
from rnn_tui.training.files import Stamp, stamp_of
from rnn_tui.training.leaving import model_files, save_models
from rnn_tui.training.snapshot import Happening, Saved, Snapshot, State
from rnn_tui.training.steering import Steering

if TYPE_CHECKING:
    from rnn_tui.training.run import Run

Clock = Callable[[], float]
NOTHING_SEEN: Mapping[Path, Stamp] = MappingProxyType({})


class Obeying(Controls, ABC):
    """Carries out what was asked for, and tells who watches.

    Parameters
    ----------
    clock
        Monotonic seconds.
    """

    snapshot: Snapshot

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._steering = Steering()
        self._next_burst = 0.0
        """When the speed limit allows the next step."""
        self._changed: Callable[[], None] = _nobody

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` in the run's thread where a snapshot answers a command or has a new state.

        The snapshots of training as it goes are not told one by one: they are to be polled.
        """
        self._changed = changed

    @abstractmethod
    def _publish(self, run: "Run", *, pictures: bool) -> None:
        """Put the present state of the run into `snapshot`."""

    def _obey(self, run: "Run") -> float:
        """Carry out the commands that wait; hold while paused. Return the seconds held.

        Under a speed limit it waits as well, until the next step may be taken.
        """
        held, began = 0.0, None
        while True:
            wait: float | None = 0.0
            if self._steering.is_holding:
                if self._note_hold():
                    wait = None
                    if began is None:
                        began = self._clock()
                        self._answer(run)
            elif self._commands.empty():
                wait = self._next_burst - self._clock()
                if wait <= 0 or self._steering.limit is None or self._steering.stop is not None:
                    return held
            command = self._next_command(wait)
            if command is not None:
                self._carry_out(command, run)
            if began is not None and not self._steering.is_holding:
                now = self._clock()
                held, began, self._next_burst = held + now - began, None, now

    def _look_for_stop(self) -> None:
        """Take in a stop; the other commands wait until there is a run to obey them."""
        waiting = []
        while not self._commands.empty():
            waiting.append(self._commands.get())
        for command in waiting:
            if isinstance(command, Stop):
                self._steering.stop = command
            else:
                self._commands.put(command)

    def _next_command(self, seconds: float | None) -> Command | None:
        """Wait for a command for so long, None: for ever."""
        try:
            return self._commands.get(timeout=seconds)
        except Empty:
            return None

    def _carry_out(self, command: Command, run: "Run") -> None:
        match command:
            case ScaleLearningRate(factor):
                run.scale_learning_rate(factor)
            case Adjust():
                self._adjust(run, command)
            case Save(path, seen):
                self._save_as(run, path, seen)
            case TakeWalk(net):
                self._publish(run, pictures=True)
                self.snapshot = run.with_walk(self.snapshot, net)
                self._changed()
            case ShowFreeRunning() | ShowTarget():
                _look_at(run, command)
            case _:
                left = run.trainer.left_in_epoch if run.following is None else 1
                self._steering.obey(command, step=run.step, left_in_epoch=left)
        if not isinstance(command, Pause | Step | FinishEpoch | TakeWalk | Stop):
            self._answer(run, pictures=isinstance(command, ShowFreeRunning | ShowTarget))

    def _adjust(self, run: "Run", change: Adjust) -> None:
        refused = ""
        if change.optimizer not in {None, run.trainer.optimizer}:
            self.snapshot = replace(self.snapshot, state=State.COMPILING)
            self._changed()
        try:
            run.adjust(change)
        except MemoryError:
            refused = f"There is not enough memory for batches of {change.batch_size:,}."
        self.snapshot = replace(self.snapshot, refused=refused)

    def _save_as(self, run: "Run", path: Path, seen: Mapping[Path, Stamp] = NOTHING_SEEN) -> None:
        """Write the best weights, unless a file is no longer as it was seen."""
        files, fault = model_files(run, path), ""
        changed = next((f for f in files if f in seen and stamp_of(f) != seen[f]), None)
        if changed is not None:
            fault = f"{changed} was written by another program meanwhile."
        else:
            try:
                save_models(run, files, "save as")
            except SaveError as error:
                fault = str(error)
        written = () if fault else files
        stamps = tuple(map(stamp_of, written))
        self._note_saved(run, Saved(path, run.kept_step, fault, written, stamps, changed))

    def _note_saved(self, run: "Run", saved: Saved) -> None:
        self.snapshot = replace(self.snapshot, saved=saved, history=run.tally.history)

    def _linger(self, run: "Run") -> None:
        """Answer who still looks at a run that has ended by itself, until it is told to stop."""
        self._changed()
        while self._steering.stop is None:
            command = self._commands.get()
            match command:
                case Save(path, seen):
                    self._save_as(run, path, seen)
                    self._changed()
                case TakeWalk(net):
                    self.snapshot = run.with_walk(self.snapshot, net)
                    self._changed()
                case ShowFreeRunning() | ShowTarget():
                    _look_at(run, command)
                    shot = self.snapshot
                    self.snapshot = run.snapshot(
                        shot,
                        state=State.ENDED,
                        steps_per_second=shot.steps_per_second,
                        ended=shot.ended,
                    )
                    self._changed()
                case Stop():
                    self._steering.stop = command

    def _answer(self, run: "Run", *, pictures: bool = True) -> None:
        """Publish the numbers at once, then what takes longer, and tell who watches of both."""
        self._publish(run, pictures=False)
        self._changed()
        if pictures:
            self._publish(run, pictures=True)
            self._changed()

    def _steer(self, run: "Run", event: StepsDone, began: float) -> None:
        """Take in the steps of a burst that began at `began`: goal, fault, speed limit."""
        steering = self._steering
        steering.took(event)
        if run.fault is not None and steering.survives(run.fault):
            run.forgive()
        if steering.reason:
            run.tally.note(Happening.GOAL, run.step, steering.reason)
        self._space_out(len(event.loss), began)

    def _space_out(self, steps: int, began: float) -> None:
        """Put the next burst as far off as the speed limit wants after `steps` from `began` on."""
        limit = self._steering.limit
        if limit is not None:
            self._next_burst = max(self._next_burst, began) + steps / limit


def _look_at(run: "Run", command: ShowFreeRunning | ShowTarget) -> None:
    """Let the pictures to come show what is asked for."""
    match command:
        case ShowFreeRunning(on):
            run.asked = replace(run.asked, free=on)
        case ShowTarget(target):
            run.asked = replace(run.asked, target=target)


def _nobody() -> None:
    """Stand in for a watcher."""
