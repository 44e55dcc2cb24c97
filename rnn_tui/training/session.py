"""The one object between a run and who watches it: events go out, commands come in.

`events` runs in the caller's thread (batch, the Python interface); `start` runs it in a thread of
its own (the app). NumPy and Numba are imported by the run, not by this module's importers.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from rnn_tui.config import RunConfig
from rnn_tui.errors import RnnTuiError, SaveError
from rnn_tui.training.checkpoint import check_writable
from rnn_tui.training.commands import (
    Command,
    Pause,
    Resume,
    ScaleLearningRate,
    Step,
    Stop,
)
from rnn_tui.training.events import Event, KernelsReady, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.snapshot import Snapshot, State

if TYPE_CHECKING:
    from rnn_tui.training.run import Run

BURST_SECONDS = 0.010
"""Pause and single step act within one burst; Python's share of the time falls with its length."""
PUBLISHING_SHARE = 0.05
"""Most of the worker's time that pictures of the run may take."""
Clock = Callable[[], float]


class Session:
    """One run of a configuration.

    Parameters
    ----------
    config
        What to run. `training.steps` None trains until `stop`.
    load_from
        Model file whose weights and scaling the run starts from.
    save_to
        Model file to write when the run ends, however it ends; the best weights are saved.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        config: RunConfig,
        *,
        load_from: Path | None = None,
        save_to: Path | None = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        self._config = config
        self._load_from = load_from
        self._save_to = save_to
        self._clock = clock
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._frame_seconds: float | None = None
        self._next_frame = 0.0
        self._paused = False
        self._single_steps = 0
        self._stop: Stop | None = None
        self._rate = 0.0
        self.error: Exception | None = None
        """What ended a run in a thread before its time; errors of a user's making and ours."""
        self.snapshot = Snapshot(
            state=State.LOADING,
            title=f"{config.model.cell.upper()} {config.model.hidden_size}",
            learning_rate=config.training.learning_rate,
            clip=config.training.clip,
        )

    def pause(self) -> None:
        """Hold the run after the current burst."""
        self._commands.put(Pause())

    def resume(self) -> None:
        """Go on."""
        self._commands.put(Resume())

    def step(self, count: int = 1) -> None:
        """Take `count` optimisation steps and pause."""
        self._commands.put(Step(count))

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate by `factor`, from the next burst on."""
        self._commands.put(ScaleLearningRate(factor))

    def stop(self, status: Status = Status.STOPPED) -> None:
        """End the run after the current burst, save it, and score it. Safe in a signal handler."""
        self._commands.put(Stop(status))

    def start(self) -> None:
        """Run in a thread, publishing a snapshot for every frame of the screen."""
        self._frame_seconds = 1.0 / self._config.display.fps
        self._thread = threading.Thread(target=self._run_in_thread, name="training", daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; return whether it has ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run_in_thread(self) -> None:
        try:
            for _ in self.events():
                pass
        except Exception as error:  # noqa: BLE001 - kept in `error`: the screen must stay alive
            self.error = error
            reason = str(error) if isinstance(error, RnnTuiError) else repr(error)
            ended = RunEnded(Status.FAILED, reason, self.snapshot.step, None, 0.0, {})
            self.snapshot = replace(self.snapshot, state=State.ENDED, message=reason, ended=ended)

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
        from rnn_tui.training.run import Run  # noqa: PLC0415 - imports NumPy and Numba

        run = Run(self._config, self._load_from)
        self.snapshot = replace(self.snapshot, state=State.COMPILING, title=run.title)
        yield RunStarted(
            config=self._config,
            versions=_versions(),
            parameters=run.parameter_count,
            windows=run.window_counts,
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
        yield self._end(run)

    def _train(self, run: "Run") -> Iterator[StepsDone]:
        last = self._config.training.steps
        self._publish(run)
        while run.fault is None and (last is None or run.step < last):
            self._obey(run)
            if self._stop is not None:
                return
            began = self._clock()
            room = run.trainer.steps_to_evaluation
            if last is not None:
                room = min(room, last - run.step)
            if self._paused:
                room = min(room, self._single_steps)
            count = max(1, min(room, int(self._rate * BURST_SECONDS)))
            burst = run.burst(count, final=last is not None and run.step + count >= last)
            taken = len(burst.loss)
            seconds = max(self._clock() - began, 1e-9)
            self._rate = _blend(self._rate, taken / seconds, seconds)
            self._single_steps = max(0, self._single_steps - taken)
            event = run.record(burst, self._rate, seconds)
            if self._paused or self._frame_due():
                self._publish(run)
            yield event

    def _obey(self, run: "Run") -> None:
        """Carry out the commands that wait; while paused, wait for them."""
        shown = self.snapshot.state
        while True:
            idle = self._paused and self._single_steps == 0 and self._stop is None
            if not idle and self._commands.empty():
                return
            if idle and self._commands.empty() and shown is not State.PAUSED:
                self._publish(run)
                shown = State.PAUSED
            match self._commands.get():
                case Pause():
                    self._paused, self._single_steps = True, 0
                case Resume():
                    self._paused, self._single_steps = False, 0
                case Step(count):
                    self._paused = True
                    self._single_steps += count
                case ScaleLearningRate(factor):
                    run.scale_learning_rate(factor)
                    self._publish(run)
                case Stop() as stop:
                    self._stop = stop

    def _frame_due(self) -> bool:
        return self._frame_seconds is not None and self._clock() >= self._next_frame

    def _publish(self, run: "Run") -> None:
        if self._frame_seconds is None and run.step and run.fault is None and not self._paused:
            return
        began = self._clock()
        state = State.PAUSED if self._paused else State.TRAINING
        self.snapshot = run.snapshot(
            state=state, steps_per_second=self._rate, compile_seconds=self.snapshot.compile_seconds
        )
        now = self._clock()
        wait = max(self._frame_seconds or 0.0, (now - began) / PUBLISHING_SHARE)
        self._next_frame = began + wait

    def _end(self, run: "Run") -> RunEnded:
        status = Status.COMPLETED
        reason = f"took all {run.step:,} steps"
        if run.fault is not None:
            status, reason = Status.DIVERGED, run.fault
        elif self._stop is not None:
            status, reason = self._stop.status, f"{self._stop.status} after step {run.step:,}"
        try:
            self._save(run)
        except SaveError as error:
            status, reason = Status.FAILED, f"{reason}, but {error}"
        ended = run.end(status, reason)
        self.snapshot = run.snapshot(
            state=State.ENDED,
            steps_per_second=self._rate,
            compile_seconds=self.snapshot.compile_seconds,
            ended=ended,
        )
        return ended

    def _save(self, run: "Run") -> None:
        if self._save_to is not None:
            run.save(self._save_to)


def _blend(average: float, latest: float, seconds: float) -> float:
    """Return an average of rates that forgets over about half a second of training."""
    if average == 0.0:
        return latest
    share = min(1.0, seconds / 0.5)
    return average + share * (latest - average)


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("rnn-tui", "numpy", "numba")}
