"""The optimisation of one model on one prepared series. Knows no clock, no thread, no screen."""

from dataclasses import dataclass

import numpy as np

from rnn_kernels import (
    CompilerOffError,
    Optimizer,
    Workspace,
    compile_kernels,
    forward,
    predict,
    train_steps,
)
from rnn_tui.config import OptimizerName, RunConfig
from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.data.windows import Part
from rnn_tui.errors import DataError, UsageError
from rnn_tui.forecasting.free_running import free_run
from rnn_tui.training.events import Floats
from rnn_tui.training.model import Model
from rnn_tui.training.sampling import BatchSampler, Starts
from rnn_tui.training.snapshot import SLOPE, Forecast, GradientFlow, Trace

PREDICTION_BATCH = 64
DIVERGED_LOSS = 1e6
"""Scaled squared error at which a run counts as diverged: errors of 1,000 standard deviations."""
EVALUATE_AT_LEAST_EVERY = 10
MOST_FREE_STEPS = 100
"""Rows that are forecast one after the other for the screen: each is a call of its own."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Steps taken in one jitted call; `loss` and `gradient_norm` have shape (n,)."""

    loss: Floats
    gradient_norm: Floats
    epoch: int
    """Of the last step."""
    epoch_starts: tuple[int, ...]
    """Places of the steps, the first left out, that begin another epoch."""
    fault: str | None
    """Why training cannot go on, in words, with the number of the step; else None."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How far the predictions of one part are off; inf where one is not finite."""

    loss: float
    """Mean squared error in scaled units, over all steps ahead and columns."""
    rmse: float
    """Of the first column to forecast, over all steps ahead, in data units."""


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
        self.clip = training.clip
        self._window = window
        self._prepared = prepared
        self._first = window - 1 if training.loss_at == "last" else 0
        self._sampler = BatchSampler(prepared.starts["train"], training.batch_size, order)
        self._gradient = np.zeros_like(model.parameters)
        self._optimizer = Optimizer(training.optimizer, size=model.parameters.size, dtype=dtype)
        self._threads = training.threads

        self._workspace = self._new_workspace(self._sampler.batch_size, self._threads)
        self._prediction_workspace = self._new_workspace(PREDICTION_BATCH, keep_gates=True)
        self._trace_workspace = self._new_workspace(1, keep_gates=True)
        self._trained = self._workspace
        """Where the last step's norms are."""
        self._epochs_from = 0
        """A step that ended an epoch, or the first one that will."""

    def _new_workspace(
        self, batch_size: int, threads: int = 1, *, keep_gates: bool = False
    ) -> Workspace:
        return Workspace(
            self.model.network,
            timesteps=self._window,
            batch_size=batch_size,
            dtype=self.model.parameters.dtype,
            threads=threads,
            keep_gates=keep_gates,
        )

    def compile(self) -> None:
        """Compile the kernels that the run needs, or load them from the cache.

        Raises
        ------
        UsageError
            The environment switches the compiler off.
        """
        try:
            compile_kernels(self.model.network, self.model.parameters.dtype, threads=self._threads)
        except CompilerOffError as error:
            raise UsageError(f"{error}.") from error

    @property
    def steps_to_evaluation(self) -> int:
        """Steps until validation is due: at the ends of epochs, ten steps apart at least."""
        per_epoch = self._sampler.batches_per_epoch
        interval = per_epoch * -(-EVALUATE_AT_LEAST_EVERY // per_epoch)
        return interval - (self.step - self._epochs_from) % interval

    @property
    def left_in_epoch(self) -> int:
        """Steps to the end of the epoch, or of the next one where this one is at its end."""
        return self._sampler.left_in_epoch

    @property
    def batch_size(self) -> int:
        """Windows in one step."""
        return self._sampler.batch_size

    @property
    def optimizer(self) -> OptimizerName:
        """The update rule."""
        return self._optimizer.name

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
        self._workspace = self._new_workspace(size, self._threads)
        self._sampler.resize(size)
        self._epochs_from = self.step + self._sampler.left_in_epoch

    def set_optimizer(self, name: OptimizerName) -> None:
        """Go over to another update rule, which begins without a memory."""
        if name != self._optimizer.name:
            parameters = self.model.parameters
            self._optimizer = Optimizer(name, size=parameters.size, dtype=parameters.dtype)

    def train(self, count: int) -> Burst:
        """Take `count` steps, fewer where training breaks down; they may be of several epochs.

        On a loss or gradient that is not finite the weights are those before the faulty step.
        """
        sampler = self._sampler
        starts = range(sampler.left_in_epoch, count, sampler.batches_per_epoch)
        batches = sampler.take(count)
        self._trained = self._workspace
        loss, norm = np.empty(len(batches)), np.empty(len(batches))
        done = train_steps(
            self.model.network,
            self.model.parameters,
            self._gradient,
            self._optimizer,
            self._workspace,
            self._prepared.inputs,
            self._prepared.targets,
            batches,
            first=self._first,
            learning_rate=self.learning_rate,
            clip=self.clip,
            losses=loss,
            norms=norm,
        )
        fault = None
        seen = done
        if done < len(batches):
            seen = done + 1
            what = "gradient" if np.isfinite(loss[done]) else "loss"
            fault = f"the {what} was not finite at step {self.step + seen:,}"
        high = np.flatnonzero(~(loss[:done] <= DIVERGED_LOSS))
        if high.size:
            seen = int(high[0]) + 1
            fault = f"the loss reached {loss[seen - 1]:.1e} at step {self.step + seen:,}"
        self.step += seen
        loss.setflags(write=False)
        norm.setflags(write=False)
        begun = tuple(place for place in starts if place < seen)
        epoch = sampler.epoch - (len(starts) - len(begun))
        return Burst(loss[:seen], norm[:seen], epoch, begun, fault)

    def predict(self, starts: Starts) -> Floats:
        """Return predictions in data units for windows at `starts` (n,), shape (n, H, O)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._prepared.restore(self._outputs(starts), starts)

    def _outputs(self, starts: Starts) -> Inputs:
        """Return what the network says after reading windows, in scaled units, (n, H·O)."""
        out: Inputs = np.empty(
            (len(starts), self.model.network.output_size), self.model.parameters.dtype
        )
        predict(
            self.model.network,
            self.model.parameters,
            self._prediction_workspace,
            self._prepared.inputs,
            starts,
            out,
        )
        return out

    def errors(self, part: Part) -> Errors:
        """Return the errors of the current weights on "train", "validation" or "test"."""
        prepared, starts = self._prepared, self._prepared.starts[part]
        outputs = self._outputs(starts)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = outputs.astype(np.float64) - prepared.targets[starts + prepared.origins_shift]
            restored = prepared.restore(outputs, starts)[:, :, 0]
            off = restored - prepared.actual(starts)[:, :, 0]
        rms = root_mean_square(scaled)
        return Errors(loss=rms * rms, rmse=root_mean_square(off))

    def forecast(self, limit: int | None = None, *, free: bool = False) -> Forecast:
        """Return what was forecast one step ahead of the last `limit` points, or of all of them.

        The first column to forecast is shown.

        Parameters
        ----------
        free
            Whether the test part is forecast once more, fed with its own forecasts.
        """
        prepared, series, end = self._prepared, self._prepared.series, self._prepared.split.end
        begin = 0 if limit is None else max(0, end - limit)
        starts = np.concatenate(list(prepared.starts.values()))
        starts = starts[starts + self._window >= begin]
        predicted = np.full(end - begin, np.nan)
        predicted[starts + self._window - begin] = self.predict(starts)[:, 0, 0]
        time, actual = series.time[begin:end].copy(), series.values[begin:end].copy()
        for array in (time, actual, predicted):
            array.setflags(write=False)
        return Forecast(
            name=series.name,
            unit=series.unit,
            time_name=series.time_name,
            time=time,
            actual=actual,
            predicted=predicted,
            validation_start=max(0, prepared.split.validation_start - begin),
            test_start=max(0, prepared.split.test_start - begin),
            horizon=prepared.horizon,
            start=begin,
            free=self._free_run(begin) if free else None,
        )

    def _free_run(self, begin: int) -> Floats | None:
        """Return a forecast that knows nothing after the beginning of the test part.

        Of the first column, for the points from row `begin` on, NaN where it does not reach. None
        where covariates would have to be known.
        """
        prepared, first, end = (
            self._prepared,
            self._prepared.split.test_start,
            self._prepared.split.end,
        )
        path = np.full(end - begin, np.nan)
        steps = min(MOST_FREE_STEPS, end - first)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                free = free_run(self._read_one, prepared, first - self._window, steps)
        except DataError:
            return None
        path[first - begin : first - begin + steps] = free[:, 0]
        path.setflags(write=False)
        return path

    def _read_one(self, window: Inputs) -> Inputs:
        out: Inputs = np.empty((1, self.model.network.output_size), window.dtype)
        predict(
            self.model.network,
            self.model.parameters,
            self._trace_workspace,
            window,
            np.zeros(1, np.int64),
            out,
        )
        said: Inputs = out[0]
        return said

    def trace(self) -> Trace:
        """Return the activations of the current weights on the last validation window."""
        start = int(self._prepared.starts["validation"][-1])
        workspace = self._trace_workspace
        workspace.x[:, 0] = self._prepared.inputs[start : start + self._window]
        forward(self.model.network, self.model.parameters, workspace, first=self._window - 1)
        names = ("i", "f", "g", "o", "c", "h") if self.model.network.cell == "lstm" else ("h",)
        gates = {name: workspace.gate(name)[:, 0].astype(np.float32) for name in names}
        if self.model.network.cell == "rnn":
            gates[SLOPE] = 1 - gates["h"] ** 2
        for values in gates.values():
            values.setflags(write=False)
        return Trace(gates=gates, start=start)

    def gradient_flow(self) -> GradientFlow:
        """Return the per-timestep gradient norms of the last training step."""
        hidden = self._trained.dh_norm.copy()
        hidden.setflags(write=False)
        if self.model.network.cell == "rnn":
            return GradientFlow(hidden=hidden, cell=None)
        cell = self._trained.dc_norm.copy()
        cell.setflags(write=False)
        return GradientFlow(hidden=hidden, cell=cell)


def root_mean_square(values: Floats) -> float:
    """Return the root of the mean square of an array; inf where a value is not finite."""
    largest = float(np.max(np.abs(values)))
    if not np.isfinite(largest):
        return float("inf")
    if largest == 0.0:
        return 0.0
    return largest * float(np.sqrt(np.mean((values / largest) ** 2)))
