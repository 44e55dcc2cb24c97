"""A forecaster in scikit-learn's manner, which does not need scikit-learn."""

import inspect
import os
from html import escape
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rnn_tui.api.ahead import Ahead, ahead_of
from rnn_tui.api.arrays import series_of
from rnn_tui.api.fitting import Fit, Progress, checked_level, checked_steps, configure, train
from rnn_tui.api.wording import speaking_python
from rnn_tui.data.series import Floats
from rnn_tui.errors import UsageError
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.learned import Learned
from rnn_tui.training.snapshot import HistoryView


class Forecaster:
    """A recurrent network that learns a series given as arrays.

    The parameters are those of a configuration file by their own names, and `progress`, which
    `fit` calls after every burst of steps. As scikit-learn has it, they are stored as they come and
    checked by `fit`; `clone`, `get_params` and `set_params` work, and what has been learned is in
    attributes that end in an underscore:

    fit_ : Fit
        The run: scores, baselines, verdict, history, configuration.
    model_ : Learned
        The weights that are used.
    n_features_in_ : int
        Columns that are forecast and read along.
    """

    def __init__(
        self,
        *,
        cell: str = "lstm",
        hidden_size: int = 32,
        layers: int = 1,
        dropout: float = 0.0,
        init: str = "pytorch",
        spectral_radius: float | None = None,
        forget_bias: float = 1.0,
        dtype: str = "float32",
        input_chunk_length: int = 24,
        horizon: int = 1,
        transform: tuple[str, ...] = (),
        scaling: str = "standard",
        period: int | None = None,
        validation_size: float | str | None = None,
        test_size: float | str | None = None,
        steps: int | None = 1_000,
        patience: int | None = None,
        until_loss: float | None = None,
        time_limit: float | str | None = None,
        batch_size: int = 32,
        loss: str = "mse",
        loss_at: str = "last",
        huber_delta: float = 1.0,
        quantiles: tuple[float, ...] = (0.05, 0.5, 0.95),
        optimizer: str = "adam",
        momentum: float = 0.0,
        nesterov: bool = False,
        betas: tuple[float, float] = (0.9, 0.999),
        smoothing: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float | None = None,
        learning_rate: float = 1e-2,
        schedule: str = "constant",
        schedule_steps: int | None = None,
        lr_decay: float = 0.1,
        lr_floor: float = 0.0,
        warm_up: int = 0,
        clip: float = 1.0,
        clip_value: float = 0.0,
        seed: int = 0,
        threads: int = 1,
        progress: Progress | None = None,
    ) -> None:
        self.cell = cell
        self.hidden_size = hidden_size
        self.layers = layers
        self.dropout = dropout
        self.init = init
        self.spectral_radius = spectral_radius
        self.forget_bias = forget_bias
        self.dtype = dtype
        self.input_chunk_length = input_chunk_length
        self.horizon = horizon
        self.transform = transform
        self.scaling = scaling
        self.period = period
        self.validation_size = validation_size
        self.test_size = test_size
        self.steps = steps
        self.patience = patience
        self.until_loss = until_loss
        self.time_limit = time_limit
        self.batch_size = batch_size
        self.loss = loss
        self.loss_at = loss_at
        self.huber_delta = huber_delta
        self.quantiles = quantiles
        self.optimizer = optimizer
        self.momentum = momentum
        self.nesterov = nesterov
        self.betas = betas
        self.smoothing = smoothing
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.schedule_steps = schedule_steps
        self.lr_decay = lr_decay
        self.lr_floor = lr_floor
        self.warm_up = warm_up
        self.clip = clip
        self.clip_value = clip_value
        self.seed = seed
        self.threads = threads
        self.progress = progress

    @classmethod
    def _parameters(cls) -> dict[str, Any]:
        """Return the names of the parameters and their defaults."""
        signature = inspect.signature(cls)
        return {name: parameter.default for name, parameter in signature.parameters.items()}

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Return the parameters by name. `deep` changes nothing: none of them has parameters."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> Self:
        """Change parameters by name; what has been learned stays until the next `fit`.

        Raises
        ------
        UsageError
            There is no parameter of that name; nothing is changed.
        """
        known = self._parameters()
        for name in params:
            if name not in known:
                raise UsageError(
                    f"Forecaster: unknown parameter {name!r}; known: {', '.join(known)}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    @speaking_python()
    def fit(
        self, y: ArrayLike, X: ArrayLike | None = None, *, time: ArrayLike | None = None
    ) -> Self:
        """Learn a series.

        Parameters
        ----------
        y
            What is to be forecast, oldest row first, shape (N,) or (N, O): an array, a list, or a
            column or table of pandas or Polars.
        X
            What is read along but not forecast, shape (N,) or (N, C), known up to the present.
        time
            Increasing numbers or dates, shape (N,). None: the dates that index `y`, else row
            numbers.

        Raises
        ------
        UsageError
            A parameter has a value that cannot be run.
        DataError
            The arrays are not fit for the run.
        """
        options = self.get_params()
        del options["progress"]
        series = series_of(y, X, time)
        self.fit_ = train(configure(options, "Forecaster"), series=series, progress=self.progress)
        self.model_ = self.fit_.learned
        self.n_features_in_ = self.fit_.prepared.inputs.shape[1]
        return self

    @speaking_python()
    def predict(
        self,
        y: ArrayLike | None = None,
        X: ArrayLike | None = None,
        *,
        time: ArrayLike | None = None,
    ) -> Floats:
        """Return what was forecast one step ahead of every row, from the rows before it alone.

        Parameters
        ----------
        y, X, time
            As in `fit`. None: the series that was learned.

        Returns
        -------
        Shape (N,), or (N, O) with several columns; NaN where too few rows come before.

        Raises
        ------
        UsageError
            Nothing has been learned.
        DataError
            The arrays are too short or have other columns.
        """
        model = self._learned("predict")
        series = self._run("predict").prepared.series if y is None else series_of(y, X, time)
        predicted = model.predict(series)
        return predicted[:, 0] if predicted.shape[1] == 1 else predicted

    @speaking_python()
    def forecast(
        self,
        horizon: int | None = None,
        *,
        level: float | None = None,
        y: ArrayLike | None = None,
        X: ArrayLike | None = None,
        time: ArrayLike | None = None,
    ) -> Ahead:
        """Return a forecast of the rows after the last one.

        Parameters
        ----------
        horizon
            Rows to forecast. None: the parameter `horizon`. Beyond that the network reads its own
            predictions.
        level
            Share of values that the interval is to hold, such as 0.9. None: no interval.
        y, X, time
            Rows to forecast after. None: the series that was learned.

        Raises
        ------
        UsageError
            Nothing has been learned, an argument is out of range, or a model from a file, which has
            no errors of its own, is asked for an interval.
        DataError
            The arrays do not fit, the validation part is too short for the interval, or covariates
            would have to be known beyond the end.
        """
        model = self._learned("forecast")
        steps = checked_steps(horizon, model.saved.config.data.horizon, "horizon")
        prepared = (
            self._run("forecast").prepared if y is None else model.prepare(series_of(y, X, time))
        )
        margins = None
        if level is not None:
            known = self._run("forecast(level=…)").prepared
            margins = model.margins(known, steps, checked_level(level))
        return ahead_of(prepared, model.forecast(prepared, steps), margins)

    @speaking_python()
    def score(
        self,
        y: ArrayLike | None = None,
        X: ArrayLike | None = None,
        *,
        time: ArrayLike | None = None,
    ) -> float:
        """Return R² of one-step forecasts; 1 is perfect, 0 as good as the mean.

        Over the test part where no arrays are given, else over all rows that have a prediction;
        with several columns their mean, as scikit-learn has it.

        Raises
        ------
        UsageError, DataError
            As `predict`.
        """
        model = self._learned("score")
        if y is None:
            prepared = self._run("score").prepared
            series, first = prepared.series, prepared.split.test_start
        else:
            series, first = series_of(y, X, time), 0
        predicted = model.predict(series)
        rows = first + np.flatnonzero(np.isfinite(predicted[first:]).all(axis=1))
        actual, said = series.targets[rows], predicted[rows]
        if len(actual) < 2:
            raise UsageError("score: fewer than two rows have a prediction; give more rows.")
        spread = ((actual - actual.mean(axis=0)) ** 2).sum(axis=0)
        if not spread.all():
            raise UsageError("score: R² is not defined where a column is constant.")
        return float(np.mean(1 - ((actual - said) ** 2).sum(axis=0) / spread))

    @property
    def metrics_(self) -> Scores | None:
        """Scores of the model on the test part, in data units."""
        return self._run("metrics_").metrics

    @property
    def baselines_(self) -> dict[str, Scores]:
        """Scores of the simple forecasts on the test part, by name."""
        return self._run("baselines_").baselines

    @property
    def verdict_(self) -> str | None:
        """Whether the model beats the baselines, in one sentence."""
        return self._run("verdict_").verdict

    @property
    def history_(self) -> HistoryView:
        """Losses and gradient norms by step, as arrays."""
        return self._run("history_").history

    @speaking_python()
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what has been learned to a file, which `load` and `--load-model` read.

        Raises
        ------
        UsageError
            Nothing has been learned.
        SaveError
            The file cannot be written.
        """
        self._learned("save").save(Path(path))

    def __repr__(self) -> str:
        """Return the parameters that differ from their defaults."""
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self._parameters().items()
            if getattr(self, name) is not default and getattr(self, name) != default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        fitted: Fit | None = getattr(self, "fit_", None)
        below = fitted._repr_html_() if fitted is not None else ""
        return f"<code>{escape(repr(self))}</code>{below}"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn's searches ask for; they alone call it."""
        from sklearn.utils import Tags, TargetTags  # noqa: PLC0415 - it is there where it calls

        return Tags(estimator_type="regressor", target_tags=TargetTags(required=False))

    def _learned(self, what: str) -> Learned:
        model: Learned | None = getattr(self, "model_", None)
        if model is None:
            raise UsageError(f"{what}: nothing has been learned yet; call fit(y) first.")
        return model

    def _run(self, what: str) -> Fit:
        self._learned(what)
        fitted: Fit | None = getattr(self, "fit_", None)
        if fitted is None:
            raise UsageError(
                f"{what}: a model from a file has no series of its own; give y, or call fit(y)."
            )
        return fitted


@speaking_python()
def load(path: str | os.PathLike[str]) -> Forecaster:
    """Return the model in a file that `save` or `--save-model` wrote, ready to forecast.

    Its series is not in the file: `predict`, `forecast` and `score` need `y`.

    Raises
    ------
    ModelFileError
        The file cannot be read, or is no model of ours.
    """
    model = Learned.load(Path(path))
    config = model.saved.config
    kept = {**config.data.model_dump(), **config.model.model_dump(), **config.training.model_dump()}
    forecaster = Forecaster()
    known = forecaster.get_params()
    forecaster.set_params(**{name: kept[name] for name in known if name in kept})
    forecaster.model_ = model
    forecaster.n_features_in_ = len(model.saved.scalers)
    return forecaster
