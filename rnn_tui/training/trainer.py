"""The optimisation of one model on one prepared series. Knows no clock, no thread, no screen."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import (
    CompilerOffError,
    Dropout,
    LayerStates,
    Workspace,
    compile_kernels,
    forward,
    measure,
    processors,
    train_steps,
)
from rnn_tui.config import OptimizerName, RunConfig
from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.data.windows import Part
from rnn_tui.errors import UsageError
from rnn_tui.gradients.walk import Walk
from rnn_tui.gradients.walking import take_walk
from rnn_tui.training.checkpoint import SavedMoments
from rnn_tui.training.events import Floats
from rnn_tui.training.intervals import steps_to_evaluation
from rnn_tui.training.model import Model
from rnn_tui.training.moments import Moments, restore_moments
from rnn_tui.training.predictor import Predictor
from rnn_tui.training.rules import loss_of, new_optimizer, schedule_of
from rnn_tui.training.sampling import BatchSampler, Starts
from rnn_tui.training.scoring import Errors, root_mean_square
from rnn_tui.training.shown import Asked, forecast_shown, free_run_shown, predicted_rows
from rnn_tui.training.snapshot import SLOPE, Forecast, GradientFlow, Trace

FIRST = Asked()
DIVERGED_ERROR = 1_000
"""Scaled error at which a run counts as diverged: so many standard deviations."""
MOST_VALIDATION_WINDOWS = 8_192
"""Of a longer validation part so many windows, evenly spaced, stand for all: see docs/data.md."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Steps taken in one jitted call; `loss` and the next two have shape (n,)."""

    loss: Floats
    gradient_norm: Floats
    learning_rate: Floats
    epoch: int
    """Of the last step."""
    epoch_starts: tuple[int, ...]
    """Places of the steps, the first left out, that begin another epoch."""
    fault: str | None
    """Why training cannot go on, in words, with the number of the step; else None."""


class Trainer:
    """Trains a model in bursts of steps and looks into it on request."""

    def __init__(
        self, config: RunConfig, prepared: Prepared, model: Model, order: np.random.Generator
    ) -> None:
        training, dtype = config.training, model.parameters.dtype
        window = config.data.input_chunk_length
        self.model = model
        self.step = 0
        self.learning_rate = training.learning_rate
        """Before the schedule; see `rate_now`."""
        self.clip = training.clip
        self._training = training
        self._loss = loss_of(training)
        self._schedule = schedule_of(training)
        self._clip_value = training.clip_value
        self._diverged = DIVERGED_ERROR ** (2 if training.loss == "mse" else 1)
        self._window = window
        self._prepared = prepared
        self._first = window - 1 if training.loss_at == "last" else 0
        self._sampler = BatchSampler(prepared.starts["train"], training.batch_size, order)
        self._gradient = np.zeros_like(model.parameters)
        self._optimizer = new_optimizer(training, training.optimizer, model.parameters.size, dtype)
        rate = config.model.dropout
        self._dropout = Dropout(rate, training.seed) if rate else None
        self._workspace = self._training_workspace(self._sampler.batch_size)
        self._trained = self._workspace
        """Where the last step's norms are."""
        self._predictor = Predictor(model, window)
        self._walker = Predictor(model, window, batch_size=1)
        self._trace_workspace = self._new_workspace(1)
        self._epochs_from = 0
        """A step that ended an epoch, or the first one that will."""
        self._validation = _thinned(prepared.starts["validation"], MOST_VALIDATION_WINDOWS)

    def _training_workspace(self, batch_size: int) -> Workspace:
        """More threads than processors would only wait for each other."""
        return self._new_workspace(batch_size, min(self._training.threads, processors()))

    def _new_workspace(self, batch_size: int, threads: int = 1) -> Workspace:
        return Workspace(
            self.model.network,
            timesteps=self._window,
            batch_size=batch_size,
            dtype=self.model.parameters.dtype,
            threads=threads,
        )

    def compile(self) -> None:
        """Compile the kernels that the run needs, or load them from the cache.

        Raises
        ------
        UsageError
            The environment switches the compiler off.
        """
        try:
            compile_kernels(
                self.model.network,
                self.model.parameters.dtype,
                optimizer=self._optimizer.name,
                loss=self._loss,
                clip_value=self._clip_value,
                dropout=self._dropout,
            )
        except CompilerOffError as error:
            raise UsageError(f"{error}.") from error

    @property
    def batch_size(self) -> int:
        """Windows in one step: those asked for, or as many as there are."""
        return self._sampler.batch_size

    @property
    def rate_now(self) -> float:
        """Learning rate of the next step."""
        return self.learning_rate * self._schedule.factor(self.step)

    @property
    def steps_to_evaluation(self) -> int:
        """Steps until validation is due, at the end of an epoch or where one takes too long."""
        taken = self.step - self._epochs_from
        return steps_to_evaluation(taken, self._sampler.batches_per_epoch)

    @property
    def left_in_epoch(self) -> int:
        """Steps to the end of the epoch, or of the next one where this one is at its end."""
        return self._sampler.left_in_epoch

    @property
    def optimizer(self) -> OptimizerName:
        """The update rule."""
        return self._optimizer.name

    @property
    def moments(self) -> Moments:
        """What the optimizer remembers, a copy."""
        return Moments.of(self._optimizer)

    def restore_moments(self, saved: SavedMoments) -> str | None:
        """Let the optimizer go on where a model file left off; return why it cannot, in words."""
        return restore_moments(self._optimizer, self.model.network, saved)

    def set_batch_size(self, batch_size: int) -> None:
        """Take other batches from the next step on, of what is left of the epoch first.

        Raises
        ------
        MemoryError
            There is no room for so large a batch; the present size stays.
        """
        size = self._sampler.limit(batch_size)
        if size == self._sampler.batch_size:
            return
        self._workspace = self._training_workspace(size)
        self._sampler.resize(size)
        self._epochs_from = self.step + self._sampler.left_in_epoch

    def set_optimizer(self, name: OptimizerName) -> None:
        """Go over to another update rule, which begins without a memory; compile what it needs."""
        if name != self._optimizer.name:
            parameters = self.model.parameters
            self._optimizer = new_optimizer(self._training, name, parameters.size, parameters.dtype)
            self.compile()

    def train(self, count: int) -> Burst:
        """Take `count` steps, fewer where training breaks down; they may be of several epochs.

        On a loss or gradient that is not finite the weights are those before the faulty step.
        """
        sampler = self._sampler
        starts = range(sampler.left_in_epoch, count, sampler.batches_per_epoch)
        batches = sampler.take(count)
        burst = self.learn(self._prepared.inputs, self._prepared.targets, batches)
        begun = tuple(place for place in starts if place < len(burst.loss))
        epoch = sampler.epoch - (len(starts) - len(begun))
        return replace(burst, epoch=epoch, epoch_starts=begun)

    def learn(self, inputs: Inputs, targets: Inputs, batches: Starts) -> Burst:
        """Take a step for every batch of windows, fewer where training breaks down.

        Parameters
        ----------
        inputs, targets
            As those of `Prepared`, shapes (N, D) and (N, H·O).
        batches
            First rows of the windows, shape (n, `batch_size`).
        """
        self._trained = self._workspace
        loss, norm, rates = (np.empty(len(batches)) for _ in range(3))
        self._schedule.fill(rates, self.learning_rate, self.step)
        done = train_steps(
            self.model.network,
            self.model.parameters,
            self._gradient,
            self._optimizer,
            self._workspace,
            inputs,
            targets,
            batches,
            first=self._first,
            learning_rate=rates,
            clip=self.clip,
            losses=loss,
            norms=norm,
            loss=self._loss,
            clip_value=self._clip_value,
            dropout=self._dropout,
        )
        fault = None
        seen = done
        if done < len(batches):
            seen = done + 1
            what = "gradient" if np.isfinite(loss[done]) else "loss"
            fault = f"the {what} was not finite at step {self.step + seen:,}"
        high = np.flatnonzero(~(loss[:done] <= self._diverged))
        if high.size:
            seen = int(high[0]) + 1
            fault = f"the loss reached {loss[seen - 1]:.1e} at step {self.step + seen:,}"
        self.step += seen
        for array in (loss, norm, rates):
            array.setflags(write=False)
        return Burst(loss[:seen], norm[:seen], rates[:seen], self._sampler.epoch, (), fault)

    def predict(self, starts: Starts) -> Floats:
        """Return predictions in data units for windows at `starts` (n,), shape (n, H, O)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._prepared.restore(self.read(self._prepared.inputs, starts), starts)

    def outer_quantiles(self, starts: Starts) -> tuple[Floats, Floats]:
        """Return the lowest and the highest quantile that the network forecasts, each (n, H, O).

        In data units. After a transform that adds steps up (diff, log-return), those of later steps
        are sums of quantiles, which lie further apart than the quantiles of sums.
        """
        quantiles = self._predictor.quantiles(self._prepared.inputs, starts)
        with np.errstate(over="ignore", invalid="ignore"):
            lower, upper = (
                self._prepared.restore(end, starts)
                for end in (quantiles[:, :, 0], quantiles[:, :, -1])
            )
        return lower, upper

    def read(self, inputs: Inputs, starts: Starts) -> Inputs:
        """Return what is forecast after windows of `inputs` (N, D), scaled, (n, H·O)."""
        return self._predictor(inputs, starts)

    @property
    def last_start(self) -> int:
        """First row of the last window of the series."""
        return len(self._prepared.inputs) - self._window

    @property
    def notes(self) -> tuple[str, ...]:
        """What is done otherwise with a long series, a sentence each."""
        every, some = len(self._prepared.starts["validation"]), len(self._validation)
        if some == every:
            return ()
        said = f"the weights are chosen by {some:,} of the {every:,} windows of the validation part"
        return (f"{said}, evenly spaced; the test part is scored whole.",)

    def errors(self, part: Part) -> Errors:
        """Return the errors of the current weights on "train", "validation" or "test".

        Of a long validation part windows that are evenly spaced stand for all.
        """
        prepared = self._prepared
        starts = self._validation if part == "validation" else prepared.starts[part]
        outputs = self._predictor.outputs(prepared.inputs, starts)
        targets = prepared.targets[starts + prepared.origins_shift][np.newaxis]
        loss = measure(self._loss, outputs[np.newaxis], targets, np.empty_like(outputs)[np.newaxis])
        with np.errstate(over="ignore", invalid="ignore"):
            predicted = prepared.restore(self._predictor.points(outputs), starts)
            off = predicted - prepared.actual(starts)
        rmses = tuple(root_mean_square(off[:, :, column]) for column in range(off.shape[2]))
        return Errors(loss if np.isfinite(loss) else np.inf, rmses)

    def forecast(self, limit: int | None = None, asked: Asked = FIRST) -> Forecast:
        """Return what was forecast one step ahead of the last `limit` points, or of all of them."""
        shown = forecast_shown(self._prepared, self.predict, limit, asked.target)
        if not asked.free:
            return shown
        free = free_run_shown(self._prepared, self._read_one, shown.start, asked.target)
        return replace(shown, free=free)

    def forecast_rows(self, limit: int) -> Floats:
        """Return what was forecast of all columns one step ahead of the last rows, (rows, O)."""
        return predicted_rows(self._prepared, self.predict, limit)

    def _read_one(self, window: Inputs) -> Inputs:
        said: Inputs = self._walker(window, np.zeros(1, np.int64))[0]
        return said

    def trace(self, inputs: Inputs | None = None, start: int = 0) -> Trace:
        """Return the activations of the current weights on a window, of every layer.

        Parameters
        ----------
        inputs
            What it reads, shape (T, D). None: the last window of the validation part.
        start
            Row of the series that it begins with.
        """
        if inputs is None:
            start = int(self._prepared.starts["validation"][-1])
            inputs = self._prepared.inputs[start : start + self._window]
        workspace = self._trace_workspace
        workspace.x[:, 0] = inputs
        network = self.model.network
        forward(network, self.model.parameters, workspace, first=self._window - 1)
        *below, last = (Trace(self._gates(layer), start) for layer in workspace.layers)
        return replace(last, below=tuple(below))

    def _gates(self, layer: LayerStates) -> dict[str, NDArray[np.float32]]:
        network = self.model.network
        states = ("c", "h") if network.has_cell_state else ("h",)
        names = dict.fromkeys((*network.gate_names, *states))
        gates = {name: layer.gate(name)[:, 0].astype(np.float32) for name in names}
        if network.cell == "rnn":
            gates[SLOPE] = 1 - gates["h"] ** 2
        for values in gates.values():
            values.setflags(write=False)
        return gates

    def walk(self, window: tuple[Inputs, Inputs] | None = None, start: int = 0) -> Walk:
        """Return one training step on a window, taken apart; nothing is changed.

        Parameters
        ----------
        window
            What it reads, (T, D), and the truth, (T, O). None: the last window of the validation
            part.
        start
            Row of the series that it begins with.
        """
        if window is None:
            start = int(self._prepared.starts["validation"][-1])
            rows = slice(start, start + self._window)
            window = self._prepared.inputs[rows], self._prepared.targets[rows]
        return take_walk(
            self.model.network,
            self.model.parameters,
            *window,
            first=self._first,
            start=start,
            loss=self._loss,
        )

    def gradient_flow(self) -> GradientFlow:
        """Return the per-timestep gradient norms of the last training step."""
        *below, last = (self._flow(layer) for layer in self._trained.layers)
        return replace(last, below=tuple(below))

    def _flow(self, layer: LayerStates) -> GradientFlow:
        hidden, cell = layer.dh_norm.copy(), layer.dc_norm.copy()
        for norms in (hidden, cell):
            norms.setflags(write=False)
        return GradientFlow(hidden, cell if self.model.network.has_cell_state else None)


def _thinned(starts: Starts, most: int) -> Starts:
    """Return at most `most` of the windows, evenly spaced, the first and the last among them."""
    if len(starts) <= most:
        return starts
    return starts[np.linspace(0, len(starts) - 1, most).astype(np.int64)]
