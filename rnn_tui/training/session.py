"""The one object between a run and who watches it: events go out, commands come in.

`events` runs in the caller's thread (batch, the Python interface); `start` runs it in a thread of
its own (the app). NumPy and Numba are imported by the run, not by this module's importers.
"""

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING

from rnn_tui.config import DEFAULT_FPS, RunConfig
from rnn_tui.crash import report_crash, rescue_path
from rnn_tui.errors import RnnTuiError, SaveError
from rnn_tui.training.commands import (
    Adjust,
    Command,
    FinishEpoch,
    Pause,
    Save,
    ScaleLearningRate,
    ShowFreeRunning,
    Step,
    Stop,
)
from rnn_tui.training.controls import Controls, Joinable
from rnn_tui.training.events import Event, KernelsReady, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.files import check_output, check_writable
from rnn_tui.training.snapshot import Saved, Snapshot, State
from rnn_tui.training.speed import Speed
from rnn_tui.training.steering import Steering

if TYPE_CHECKING:
    from rnn_tui.training.run import Run
    from rnn_tui.training.trainer import Burst

BURST_SECONDS = 0.010
"""Pause and single step act within one burst; Python's share of the time falls with its length."""
PICTURES_SHARE = 0.05
"""Most of the worker's time that looking into the network may take."""
Clock = Callable[[], float]


class Session(Controls):
    """One run of a configuration.

    Parameters
    ----------
    config
        What to run. `training.steps` None trains until `stop`.
    load_from
        Model file whose weights and scaling the run starts from.
    save_to
        Model file to write when the run ends, however it ends; the best weights are saved.
    output_to
        Table of all forecasts (CSV, Parquet or JSON) to write when the run ends.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        config: RunConfig,
        *,
        load_from: Path | None = None,
        save_to: Path | None = None,
        output_to: Path | None = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        super().__init__()
        self._config = config
        self._load_from = load_from
        self._save_to = save_to
        self._output_to = output_to
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._changed: Callable[[], None] = _nobody
        self._frame_seconds: float | None = None
        self._next_frame = 0.0
        self._next_pictures = 0.0
        self._steering = Steering()
        self._next_burst = 0.0
        """When the speed limit allows the next step."""
        self._pace = Speed()
        """Of the kernels alone: how many steps fit in a burst."""
        self._speed = Speed()
        """Of the whole run on the wall clock, pauses left out: what is shown."""
        self.error: Exception | None = None
        """What ended a run in a thread before its time; errors of a user's making and ours."""
        self.snapshot = Snapshot(
            state=State.LOADING,
            title=f"{config.model.cell.upper()} {config.model.hidden_size}",
            learning_rate=config.training.learning_rate,
            clip=config.training.clip,
            batch_size=config.training.batch_size,
            optimizer=config.training.optimizer,
        )

    @property
    def config(self) -> RunConfig:
        """What the run began with."""
        return self._config

    @property
    def saves_itself(self) -> bool:
        """Whether the model is saved when the run ends, however it ends."""
        return self._save_to is not None

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` in the run's thread where a snapshot answers a command or has a new state.

        The snapshots of training as it goes are not told one by one: they are to be polled.
        """
        self._changed = changed

    def start(self, after: Joinable | None = None) -> None:
        """Run in a thread, publishing a snapshot for every frame of the screen.

        Parameters
        ----------
        after
            A session that has been told to stop: this one begins once that one has ended.
        """
        self._frame_seconds = 1.0 / (self._config.display.fps or DEFAULT_FPS)
        self._thread = threading.Thread(
            target=self._run_in_thread, args=(after,), name="training", daemon=True
        )
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; return whether it has ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run_in_thread(self, after: Joinable | None) -> None:
        if after is not None:
            after.join()
        try:
            for event in self.events():
                if isinstance(event, KernelsReady):
                    gc.freeze()  # the compiler's 200,000 objects: searching them stops all threads
        except Exception as error:  # noqa: BLE001 - kept in `error`: the screen must stay alive
            self.error = error
            reason = str(error)
            if not isinstance(error, RnnTuiError):
                reason = report_crash(error, sys.argv[1:]) + self._rescued
            ended = RunEnded(Status.FAILED, reason, self.snapshot.step, None, 0.0, {})
            self.snapshot = replace(self.snapshot, state=State.ENDED, message=reason, ended=ended)
        self._changed()

    @property
    def _rescued(self) -> str:
        """Where the weights are that a slip of ours has left, a sentence."""
        saved = self.snapshot.saved
        if saved is None:
            return ""
        if saved.fault:
            return f" The weights are lost: {saved.fault}"
        return f" The weights of step {saved.step:,} are in {saved.path}."

    def events(self) -> Iterator[Event]:
        """Run, in the calling thread.

        Raises
        ------
        DataError, ModelFileError
            Before the first event, where the series or a model file is not fit for the run. A
            model that cannot be saved at the end is told by `RunEnded`: its status is FAILED.
        """
        if self._save_to is not None:
            check_writable(self._save_to)
        if self._output_to is not None:
            check_output(self._output_to)
        from rnn_tui.training.run import Run  # noqa: PLC0415 - imports NumPy and Numba

        run = Run(self._config, self._load_from)
        self.snapshot = replace(
            self.snapshot, state=State.COMPILING, title=run.title, notes=run.notes
        )
        self._changed()
        yield RunStarted(
            config=self._config,
            versions=_versions(),
            parameters=run.parameter_count,
            windows=run.window_counts,
            notes=run.notes,
        )
        began = self._clock()
        run.compile()
        ready = KernelsReady(self._clock() - began)
        self.snapshot = replace(self.snapshot, compile_seconds=ready.seconds)
        yield ready
        try:
            yield from self._train(run)
        except GeneratorExit:
            self._save(run)
            raise
        except Exception:
            self._save_as(run, self._save_to or rescue_path())
            raise
        yield self._end(run)
        if self._frame_seconds is not None:
            self._linger(run)

    def _train(self, run: "Run") -> Iterator[StepsDone]:
        last = self._config.training.steps
        if self._frame_seconds is not None:
            self._answer(run)
        before = self._clock()
        while run.fault is None and (last is None or run.step < last):
            before += self._obey(run)
            if self._steering.stop is not None:
                return
            began = self._clock()
            burst = self._burst(run, last)
            now = self._clock()
            taken = len(burst.loss)
            self._pace.add(taken, now - began)
            self._speed.add(taken, now - before)
            event = run.record(burst, self._speed.value, now - before)
            before = now
            self._steer(run, event, began)
            if self._frame_seconds is not None and now >= self._next_frame:
                self._publish(run, pictures=now >= self._next_pictures)
            yield event

    def _burst(self, run: "Run", last: int | None) -> "Burst":
        """Take as many steps as fit in `BURST_SECONDS`, none beyond what ends or interrupts."""
        room = run.trainer.steps_to_evaluation
        if last is not None:
            room = min(room, last - run.step)
        rate = self._pace.value
        if (asked := self._steering.room(run.step)) is not None:
            room = min(room, asked)
        if (limit := self._steering.limit) is not None:
            rate = min(rate, limit)
        count = max(1, min(room, int(rate * BURST_SECONDS)))
        return run.burst(count, final=last is not None and run.step + count >= last)

    def _steer(self, run: "Run", event: StepsDone, began: float) -> None:
        """Take in the steps of a burst that began at `began`: goal, fault, speed limit."""
        steering = self._steering
        steering.took(event)
        if run.fault is not None and steering.survives(run.fault):
            run.forgive()
        if steering.limit is not None:
            self._next_burst = max(self._next_burst, began) + len(event.loss) / steering.limit

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
            case Save(path):
                self._save_as(run, path)
            case ShowFreeRunning(on):
                run.shows_free_running = on
            case _:
                trainer = run.trainer
                self._steering.obey(command, step=trainer.step, left_in_epoch=trainer.left_in_epoch)
        if not isinstance(command, Pause | Step | FinishEpoch | Stop):
            self._answer(run, pictures=isinstance(command, ShowFreeRunning))

    def _adjust(self, run: "Run", change: Adjust) -> None:
        refused = ""
        try:
            run.adjust(change)
        except MemoryError:
            refused = f"There is not enough memory for batches of {change.batch_size:,}."
        self.snapshot = replace(self.snapshot, refused=refused)

    def _save_as(self, run: "Run", path: Path) -> None:
        fault = ""
        try:
            run.save(path, "save as")
        except SaveError as error:
            fault = str(error)
        self.snapshot = replace(self.snapshot, saved=Saved(path, run.kept_step, fault))

    def _linger(self, run: "Run") -> None:
        """Save the model of a run that has ended by itself, until it is told to stop."""
        self._changed()
        while self._steering.stop is None:
            command = self._commands.get()
            match command:
                case Save(path):
                    self._save_as(run, path)
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

    def _publish(self, run: "Run", *, pictures: bool) -> None:
        began = self._clock()
        shot = run.snapshot(
            self.snapshot,
            state=State.PAUSED if self._steering.paused else State.TRAINING,
            steps_per_second=self._speed.value,
            pictures=pictures,
        )
        self.snapshot = replace(
            shot,
            speed_limit=self._steering.limit,
            goal=str(self._steering.goal or ""),
            reason=self._steering.reason,
        )
        frame = self._frame_seconds or 0.0
        self._next_frame = began + frame
        if pictures:
            took = self._clock() - began
            self._next_pictures = began + max(frame, took / PICTURES_SHARE)

    def _end(self, run: "Run") -> RunEnded:
        status = Status.COMPLETED
        reason = f"took all {run.step:,} steps"
        if run.fault is not None:
            status, reason = Status.DIVERGED, run.fault
        elif (stop := self._steering.stop) is not None:
            status, reason = stop.status, f"{stop.status} after step {run.step:,}"
        try:
            self._save(run)
        except SaveError as error:
            status, reason = Status.FAILED, f"{reason}, but {error}"
        ended = self._write_forecast(run, run.end(status, reason))
        self.snapshot = run.snapshot(
            self.snapshot, state=State.ENDED, steps_per_second=self._speed.value, ended=ended
        )
        return ended

    def _write_forecast(self, run: "Run", ended: RunEnded) -> RunEnded:
        """Write the forecast of the weights that were scored; a failure is the run's."""
        if self._output_to is None:
            return ended
        try:
            run.write_forecast(self._output_to)
        except SaveError as error:
            reason = f"{ended.reason}, but {error}"
            return replace(ended, status=Status.FAILED, reason=reason)
        return ended

    def _save(self, run: "Run") -> None:
        if self._save_to is not None:
            run.save(self._save_to)


def _nobody() -> None:
    """Stand in for a watcher."""


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("rnn-tui", "numpy", "numba")}
