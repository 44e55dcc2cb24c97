"""The one object between a run and who watches it: events go out, commands come in.

`events` runs in the caller's thread (batch, the Python interface); `start` runs it in a thread of
its own (the app). NumPy and Numba are imported by the run, not by this module's importers.
"""

import gc
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_tui.config import DEFAULT_FPS, RunConfig
from rnn_tui.crash import rescue_path
from rnn_tui.errors import DataError, SaveError
from rnn_tui.training.controls import Joinable
from rnn_tui.training.endings import blame, outcome, scoring
from rnn_tui.training.events import (
    Event,
    KernelsReady,
    Noted,
    RowFollowed,
    RunEnded,
    RunStarted,
    Status,
    StepsDone,
    versions,
)
from rnn_tui.training.leaving import Leaving
from rnn_tui.training.obeying import Clock, Obeying
from rnn_tui.training.snapshot import Match, Saved, Snapshot, State
from rnn_tui.training.speed import Speed

if TYPE_CHECKING:
    from rnn_tui.data.growing import Opened
    from rnn_tui.data.series import Series
    from rnn_tui.data.split import Split
    from rnn_tui.training.closing import Baselines
    from rnn_tui.training.run import Run
    from rnn_tui.training.trainer import Burst

BURST_SECONDS = 0.010
"""Pause and single step act within one burst; Python's share of the time falls with its length."""
ROW_SECONDS = 0.05
"""How long to wait for a row before commands are looked at."""
STEPS_BEFORE_FOLLOWING = 1_000
"""Where a run that follows a source is told no number: it has to come to the rows one day."""
PICTURES_SHARE = 0.02
"""Most of the worker's time that looking into the network may take."""


class Session(Obeying):
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
    series
        The series, where it has been read already.
    split
        Where it is cut. None: as the configuration says.
    baselines
        Their scores on the test part, where another run on the same rows has made them.
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
        series: "Series | None" = None,
        split: "Split | None" = None,
        baselines: "Baselines | None" = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        super().__init__(clock)
        self._config = config
        self._load_from = load_from
        self._leaving = Leaving(save_to, output_to)
        self._series = series
        self._split = split
        self._baselines = baselines
        self._thread: threading.Thread | None = None
        self._frame_seconds: float | None = None
        self._next_frame = 0.0
        self._next_pictures = 0.0
        self._failure: str | None = None
        """What ended the run before its end, by no fault of ours."""
        self._pace = Speed()
        """Of the kernels alone: how many steps fit in a burst."""
        self._speed = Speed()
        """Of the whole run on the wall clock, pauses left out: what is shown."""
        self.error: Exception | None = None
        """What ended a run in a thread before its time; errors of a user's making and ours."""
        self.run: Run | None = None
        """What there is of the run once its series has been read."""
        self.snapshot = Snapshot(
            state=State.LOADING,
            title=config.model.label,
            learning_rate=config.training.learning_rate,
            set_learning_rate=config.training.learning_rate,
            clip=config.training.clip,
            batch_size=config.training.batch_size,
            optimizer=config.training.optimizer,
        )

    @property
    def config(self) -> RunConfig:
        """What the run began with."""
        return self._config

    @property
    def others(self) -> tuple[RunConfig, ...]:
        """What the nets that train in lockstep with the run began with; none of one run alone."""
        return ()

    @property
    def match(self) -> Match:
        """What those nets have in common with it."""
        return "units"

    @property
    def saves_itself(self) -> bool:
        """Whether the model is saved when the run ends, however it ends."""
        return self._leaving.save_to is not None

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
            reason = blame(error, self.snapshot.saved)
            ended = RunEnded(Status.FAILED, reason, self.snapshot.step, None, 0.0, {})
            self.snapshot = replace(self.snapshot, state=State.ENDED, message=reason, ended=ended)
        self._changed()

    def events(self) -> Iterator[Event]:
        """Run, in the calling thread.

        Raises
        ------
        DataError, ModelFileError
            Before the first event, where the series or a model file is not fit for the run. A
            model that cannot be saved at the end is told by `RunEnded`: its status is FAILED.
        """
        self._leaving.check()
        opened = yield from self._open()
        if self._steering.stop is not None:
            return
        series = self._series if opened is None else opened.series
        self.run = run = self._begin(series)
        self._leaving.look(run)
        self.snapshot = replace(
            self.snapshot, state=State.COMPILING, title=run.title, notes=run.notes
        )
        self._changed()
        yield RunStarted(
            config=self._config,
            versions=versions(),
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
            if opened is not None and run.fault is None and self._steering.stop is None:
                yield from self._follow(run, opened)
        except GeneratorExit:
            self._leaving.save(run)
            raise
        except Exception:
            self._save_as(run, self._leaving.place_for_rescue(run, rescue_path()))
            raise
        yield self._end(run)
        if self._frame_seconds is not None:
            self._linger(run)

    def _begin(self, series: "Series | None") -> "Run":
        from rnn_tui.training.run import Run  # noqa: PLC0415 - imports NumPy and Numba

        return Run(self._config, self._load_from, series, self._split, self._baselines)

    def _open(self) -> Generator[Noted, None, "Opened | None"]:
        """Wait for the first rows of a source that is followed; None where none is."""
        if not self._config.follow.enabled:
            return None
        from rnn_tui.training.following import growing_source  # noqa: PLC0415 - imports NumPy

        source, needed = growing_source(self._config)
        while not source.gather(ROW_SECONDS):
            if not self.snapshot.message:
                yield Noted(
                    f"waiting for {needed:,} rows to learn from first; there are {source.rows:,} "
                    "so far (--first-rows ROWS asks for fewer)"
                )
            message = f"Waiting for rows to learn from: {source.rows:,} of {needed:,}"
            self.snapshot = replace(self.snapshot, message=message)
            self._look_for_stop()
            if self._steering.stop is not None:
                source.close()
                return None
        self.snapshot = replace(self.snapshot, message="")
        return source.open()

    def _follow(self, run: "Run", opened: "Opened") -> Iterator[RowFollowed | Noted | StepsDone]:
        """Forecast rows as they come, and learn from them, until none will come any more."""
        following = run.follow(opened)
        try:
            self._leaving.follow(following)
            yield following.begin()
            while run.fault is None and not following.ended:
                self._obey(run)
                if self._steering.stop is not None:
                    return
                notes, row = following.take(ROW_SECONDS)
                yield from notes
                if row is not None:
                    if (learned := self._learn_row(run)) is not None:
                        yield learned
                    else:
                        self._steering.took_row()
                    yield following.forecast_next(row)
                self._show(run, self._clock())
        except (DataError, SaveError) as error:
            self._failure = str(error).rstrip(".")
        finally:
            following.close()

    def _learn_row(self, run: "Run") -> StepsDone | None:
        began = self._clock()
        burst = run.learn_row()
        if burst is None:
            return None
        seconds = self._clock() - began
        self._speed.add(len(burst.loss), seconds)
        event = run.record(burst, self._speed.value, seconds)
        self._steer(run, event, began)
        return event

    def _train(self, run: "Run") -> Iterator[StepsDone]:
        last = self._config.training.steps
        if last is None and self._config.follow.enabled:
            last = STEPS_BEFORE_FOLLOWING
        if self._frame_seconds is not None:
            self._answer(run)
        before = self._clock()
        while not run.fault and not run.enough and (last is None or run.step < last):
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
            self._show(run, now)
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

    def _show(self, run: "Run", now: float) -> None:
        """Publish a frame where the screen is due one; nobody polls while the run is to hold."""
        if self._frame_seconds is not None and now >= self._next_frame:
            self._publish(run, pictures=now >= self._next_pictures)
            if self._steering.paused:
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
        status, reason = outcome(run, self._failure, self._steering.stop)
        if self._is_given_up:
            ended = run.give_up(status, reason)
            self.snapshot = replace(self.snapshot, state=State.ENDED, ended=ended)
            return ended
        is_watched = self._frame_seconds is not None
        if is_watched:
            self.snapshot = scoring(run, self.snapshot, status, reason)
            self._changed()
        if run.following is None:
            run.evaluate_last()
        try:
            self._leaving.save(run)
        except SaveError as error:
            status, reason = Status.FAILED, f"{reason}, but {error}"
            if self._leaving.save_to is not None:
                saved = Saved(self._leaving.save_to, run.kept_step, str(error))
                self._note_saved(run, saved)
        ended = run.end(status, reason, on_screen=is_watched)
        ended = self._leaving.write_forecast(run, ended)
        shot = run.snapshot(
            self.snapshot, state=State.ENDED, steps_per_second=self._speed.value, ended=ended
        )
        self.snapshot = replace(shot, left=self._leaving.left)
        return ended

    @property
    def _is_given_up(self) -> bool:
        """Whether nobody wants the scores, and the run leaves no file."""
        stop = self._steering.stop
        return stop is not None and stop.is_given_up and not self._leaving.is_anything
