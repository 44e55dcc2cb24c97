"""The state of one run: what it has learned, its best weights, its history, its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import unpack
from rnn_tui.config import RunConfig
from rnn_tui.data.growing import Opened
from rnn_tui.data.prepared import Prepared, prepare
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split
from rnn_tui.errors import SaveError
from rnn_tui.forecasting.baselines import EVERY, Kind
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.best import Best
from rnn_tui.training.checkpoint import SavedModel, load_model, save_model
from rnn_tui.training.closing import Baselines, Closing, check_forecast, close
from rnn_tui.training.commands import Adjust
from rnn_tui.training.endings import advised
from rnn_tui.training.events import RunEnded, Status, StepsDone
from rnn_tui.training.following import Following, check_memory
from rnn_tui.training.settled import Settled
from rnn_tui.training.shown import Asked, validation_baselines
from rnn_tui.training.snapshot import Happening, Snapshot, State
from rnn_tui.training.starting import start_trainer
from rnn_tui.training.stopping import Progress, enough
from rnn_tui.training.tally import Tally
from rnn_tui.training.trainer import Burst

SHOWN: tuple[Kind, ...] = ("naive",)
"""The baselines that a screen has room for beside the last scores."""
FOLLOWING_STREAM = 1
"""Tells the random numbers of following from those of training."""
SHOWN_POINTS = 2_000
"""Most points of the series that a snapshot's forecast covers."""


class Run:
    """One run in progress.

    Parameters
    ----------
    config
        What to run.
    load_from
        Model file whose weights and scaling the run starts from.
    series
        The series, where it has been read already.
    split
        Where it is cut. None: as the configuration says.
    baselines
        Their scores on the test part, where another run on the same rows has made them.

    Raises
    ------
    DataError, ModelFileError, UsageError
        The series, the model file or the memory is not fit for the run.
    """

    def __init__(
        self,
        config: RunConfig,
        load_from: Path | None = None,
        series: Series | None = None,
        split: Split | None = None,
        baselines: Baselines | None = None,
    ) -> None:
        saved = load_model(load_from) if load_from is not None else None
        self._config = config
        self._prepared = prepare(
            config.data,
            config.model.dtype,
            scaler=saved.scalers if saved else None,
            series=series,
            split=split,
        )
        if config.follow.enabled:
            check_memory(config.follow, self._prepared)
        self.trainer, said = start_trainer(config, self._prepared, load_from, saved)
        self.following: Following | None = None
        """What takes in the rows that come, once the run goes on with them."""
        self._notes = (*said, *check_forecast(config, self._prepared))
        self._baselines = baselines
        self._closing: Closing | None = None
        self.fault: str | None = None
        self.asked = Asked()
        """What snapshots show of the forecast."""
        self.tally = Tally()
        self._validation_loss: float | None = None
        self._validation_rmses: tuple[float, ...] | None = None
        self._evaluated_step: int | None = None
        self._best = Best(self.trainer)
        self._validation_baselines = cache(partial(validation_baselines, self._prepared))
        self._validation_baselines(0)  # those of other columns are made when they are asked for

    @property
    def config(self) -> RunConfig:
        """What it began with."""
        return self._config

    @property
    def prepared(self) -> Prepared:
        """The series that the run trains on."""
        return self._prepared

    @property
    def saved(self) -> SavedModel:
        """The best weights, or the present ones where none have been evaluated."""
        step, parameters, moments = self._best.kept
        network = self.trainer.model.network
        data = self._config.data
        if "seasonal-diff" in data.transform:  # the season that was found is part of the model
            data = data.model_copy(update={"period": self._prepared.series.period})
        return SavedModel(
            config=self._config.model_copy(update={"data": data}),
            scalers=self._prepared.scalers,
            step=step,
            parameters=unpack(network, parameters),
            moments=moments.named(network),
        )

    @property
    def title(self) -> str:
        """Cell, size and series, how many more columns, how far one prediction reaches."""
        return f"{self._config.model.label} · {self._prepared.label}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found or changed on reading the series."""
        return (*self._prepared.series.notes, *self.trainer.notes, *self._notes)

    @property
    def step(self) -> int:
        """Optimisation steps taken."""
        return self.trainer.step

    @property
    def parameter_count(self) -> int:
        """Number of trained numbers."""
        return self.trainer.model.network.parameter_count

    @property
    def window_counts(self) -> dict[str, int]:
        """Windows by the part of their target."""
        return {part: len(starts) for part, starts in self._prepared.starts.items()}

    def compile(self) -> None:
        """Compile the kernels; the weights that the run starts from are the best so far."""
        self.trainer.compile()
        self._evaluate()

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate, within what float32 can tell from 0 and inf."""
        self.trainer.learning_rate = float(np.clip(self.trainer.learning_rate * factor, 1e-12, 1e6))

    def adjust(self, change: Adjust) -> None:
        """Change how the run trains from the next step on.

        Raises
        ------
        MemoryError
            There is no room for so large a batch; nothing has been changed.
        """
        before = Settled.of(self.trainer)
        if change.batch_size is not None:
            self.trainer.set_batch_size(change.batch_size)
        if change.optimizer is not None:
            self.trainer.set_optimizer(change.optimizer)
        if change.learning_rate is not None:
            self.trainer.learning_rate = change.learning_rate
        if change.clip is not None:
            self.trainer.clip = change.clip
        for kind, text in before.changes_to(Settled.of(self.trainer)):
            self.tally.note(kind, self.step, text)

    def forgive(self) -> None:
        """Go on after a fault, with the weights that there are."""
        self.fault = None

    def burst(self, count: int, *, final: bool) -> Burst:
        """Train up to `count` steps; evaluate where validation is due or the run is at its end."""
        due = self.trainer.steps_to_evaluation
        burst = self.trainer.train(count)
        self.fault = advised(burst.fault, self.trainer.learning_rate)
        taken = len(burst.loss)
        self._validation_loss = None
        if self.fault is None and (taken >= due or (final and taken == count)):
            self._evaluate()
        return burst

    def _evaluate(self) -> None:
        errors = self.trainer.errors("validation")
        self._validation_loss, self._validation_rmses = errors.loss, errors.rmses
        self._evaluated_step = self.step
        self._best.offer(errors.loss)

    def evaluate_last(self) -> None:
        """Let the last weights compete with the best ones, where a run ends between evaluations."""
        if self.fault is None and self._evaluated_step != self.step:
            self._evaluate()

    @property
    def enough(self) -> str | None:
        """Why the run should end, beyond its number of steps, in words."""
        loss = self._validation_loss
        progress = Progress(self.tally.seconds, loss, self._best.step, self._best.since)
        return enough(self._config.training, progress)

    def record(self, burst: Burst, rate: float, seconds: float) -> StepsDone:
        """Take a burst into the history and return its event."""
        return self.tally.record(
            burst,
            self.step,
            self.trainer.clip,
            rate=rate,
            seconds=seconds,
            validation_loss=self._validation_loss,
        )

    def follow(self, opened: Opened) -> Following:
        """Go on with the rows that come, from the best weights."""
        self._best.put_back()
        seed = (self._config.training.seed, FOLLOWING_STREAM)
        self.following = Following(
            self._config.follow,
            opened,
            self.trainer,
            self._prepared,
            np.random.default_rng(seed),
        )
        return self.following

    def learn_row(self) -> Burst | None:
        """Take the steps that a row is worth; the weights that come out are those to be kept."""
        if self.following is None or (burst := self.following.learn()) is None:
            return None
        self.fault = advised(burst.fault, self.trainer.learning_rate)
        self._validation_loss = None
        if self.fault is None:
            self._best.take()
        return burst

    def end(self, status: Status, reason: str, *, on_screen: bool = False) -> RunEnded:
        """Go back to the best weights and score them on the test part, beside the baselines.

        Where rows have come, the scores are those of the forecasts of them.

        Parameters
        ----------
        on_screen
            Whether the scores are for a screen, which shows the naive forecast alone beside them:
            the other baselines may take seconds.
        """
        self._best.put_back()
        if self.following is not None and self.following.rows:
            scores = self.following.scores()
            return self._ended(status, reason, scores, rows_followed=self.following.rows)
        closing = self._closing = close(
            self._config,
            self._prepared,
            self.trainer,
            self._baselines,
            SHOWN if on_screen else EVERY,
        )
        ended = self._ended(status, reason, closing.scores)
        return replace(ended, coverage=closing.coverage, future=closing.future)

    def give_up(self, status: Status, reason: str) -> RunEnded:
        """End without scores."""
        return self._ended(status, reason, [{} for _ in self._prepared.series.target_names])

    def _ended(
        self,
        status: Status,
        reason: str,
        scores: Sequence[Mapping[str, Scores]],
        rows_followed: int = 0,
    ) -> RunEnded:
        return RunEnded(
            status=status,
            reason=reason,
            steps=self.step,
            best_step=self._best.step,
            seconds=self.tally.seconds,
            scores=scores[0],
            more_scores=dict(zip(self._prepared.series.target_names[1:], scores[1:], strict=True)),
            rows_followed=rows_followed,
        )

    @property
    def kept_step(self) -> int:
        """The step whose weights are kept: the best one, or the present one before any is."""
        return self._best.kept[0]

    @property
    def nets(self) -> tuple["Run", ...]:
        """Itself, and those that train in lockstep with it."""
        return (self,)

    def save(self, path: Path, asked_by: str = "--save-model") -> None:
        """Write the best weights, or the present ones where none have been evaluated.

        Raises
        ------
        SaveError
            The file cannot be written; the message begins with `asked_by`.
        """
        try:
            save_model(path, self.saved, asked_by)
        except MemoryError as error:
            why = "too little memory to gather the weights, which are kept: free some, save again"
            raise SaveError(f"{asked_by} {path}: cannot be written: {why}.") from error
        text = f"weights of step {self.kept_step:,} as {path.name}"
        self.tally.note(Happening.SAVED, self.step, text)

    @property
    def is_scored(self) -> bool:
        """Whether the run has ended with `forecasts`."""
        return self._closing is not None

    def forecasts(self) -> dict[str, NDArray[Any]]:
        """Return the columns of a table of all forecasts of the weights that were scored.

        Raises
        ------
        RuntimeError
            The run has not been scored.
        """
        if self._closing is None:
            raise RuntimeError("there is no forecast before the end of a run")
        return self._closing.table(self._prepared, self.trainer)

    def snapshot(
        self,
        before: Snapshot,
        *,
        state: State,
        steps_per_second: float,
        pictures: bool = True,
        ended: RunEnded | None = None,
    ) -> Snapshot:
        """Return the run as it stands.

        Parameters
        ----------
        before
            The snapshot that this one follows.
        pictures
            Whether to look into the network for forecast, activations and gradient; False keeps
            the ones of `before` and costs microseconds.
        """
        best, target, rmses = self._best, self.asked.target, self._validation_rmses
        numbers = replace(
            self.tally.shown_on(before),
            state=state,
            title=self.title,
            parameters=self.parameter_count,
            message=ended.reason if ended else "",
            step=self.step,
            steps_per_second=steps_per_second,
            learning_rate=self.trainer.rate_now,
            set_learning_rate=self.trainer.learning_rate,
            clip=self.trainer.clip,
            batch_size=self.trainer.batch_size,
            optimizer=self.trainer.optimizer,
            best_validation_loss=float(best.loss) if np.isfinite(best.loss) else None,
            best_step=best.step,
            walk=before.walk if self._is_still_as(before) and ended is None else None,
            validation_rmse=None if rmses is None else rmses[target],
            baselines=self._validation_baselines(target),
            ended=ended,
        )
        if self.following is not None:
            numbers = self.following.shown_on(numbers, target)
        return self._with_pictures(numbers) if pictures else numbers

    def _is_still_as(self, before: Snapshot) -> bool:
        """Whether neither a step nor a row has come since `before`."""
        rows = None if self.following is None else self.following.rows
        return before.step == self.step and before.rows_followed == rows

    def with_walk(self, snapshot: Snapshot, _net: int) -> Snapshot:
        """Return a snapshot with a walk through one training step, with the present weights."""
        following = self.following
        walk = self.trainer.walk() if following is None else following.walk()
        return replace(snapshot, walk=walk)

    def _with_pictures(self, snapshot: Snapshot) -> Snapshot:
        following = self.following
        if following is None:
            shown, trace = self.trainer.forecast(SHOWN_POINTS, self.asked), self.trainer.trace()
        else:
            shown, trace = following.forecast(self.asked.target), following.trace()
        gradient = self.tally.watch(self.trainer) if self.tally.last else None
        return replace(snapshot, forecast=shown, trace=trace, gradient=gradient)
