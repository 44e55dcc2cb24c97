"""From the configuration to arrays that a network can be trained on, and back to data units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import DataConfig, Dtype, Scaling
from rnn_tui.data.catalogue import DEFAULT_DATASET, load_dataset
from rnn_tui.data.scaling import Scaler
from rnn_tui.data.seasonality import find_period
from rnn_tui.data.series import Floats, Series
from rnn_tui.data.split import Split, check_parts, split_series
from rnn_tui.data.transforms import Log, Transformed, lost_rows, steps_of, transform
from rnn_tui.data.windows import Part, Starts, next_values, window_starts
from rnn_tui.errors import DataError

Inputs = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A series, cut, transformed, scaled and addressed by windows.

    N rows, O columns to forecast, C covariates, D = O + C inputs, horizon H. `inputs` and `targets`
    are left writable, since a compiled kernel takes a read-only array for another type; nobody
    writes to them.
    """

    series: Series
    """The N rows that take part in the run; a standard split may end before the data do."""
    split: Split
    """Its `end` is N."""
    scalers: tuple[Scaler, ...]
    """Scaling of the D inputs, the columns to forecast first."""
    transformed: tuple[Transformed, ...]
    """The O columns to forecast after each step of the transform."""
    input_chunk_length: int
    """Timesteps of one window, T."""
    horizon: int
    """Rows that one prediction covers, H."""
    inputs: Inputs
    """Scaled columns to forecast, then covariates; shape (N, D), C-contiguous."""
    targets: Inputs
    """What is to be predicted after reading row k: the scaled columns to forecast in row k+1, then
    in row k+2, … k+H; shape (N, H·O), C-contiguous."""
    starts: Mapping[Part, Starts]
    """First row of every window by the part of its targets; a window s reads rows s … s+T-1."""

    @property
    def label(self) -> str:
        """The series, how many more columns are forecast, how far one prediction reaches."""
        series, horizon = self.series, self.horizon
        more = f" and {len(series.more_targets):,} more" if series.more_targets else ""
        ahead = f", {horizon:,} steps ahead" if horizon > 1 else ""
        return f"{series.name}{more}{ahead}"

    @property
    def scaler(self) -> Scaler:
        """Scaling of the first column to forecast."""
        return self.scalers[0]

    @property
    def origins_shift(self) -> int:
        """What turns a window's start into its origin, the last row that it reads: T - 1."""
        return self.input_chunk_length - 1

    @property
    def on_log(self) -> bool:
        """Whether the columns to forecast are read as logarithms."""
        steps = self.transformed[0].steps
        return bool(steps) and isinstance(steps[0], Log)

    def restore(self, predicted: Inputs, starts: Starts) -> Floats:
        """Return predictions in data units: scaling and transform undone.

        Parameters
        ----------
        predicted
            What the network says after reading the windows, shape (n, H·O).
        starts
            First rows of those windows, shape (n,).

        Returns
        -------
        Shape (n, H, O); [i, h, o] predicts row starts[i] + T + h of column o. Of the series, only
        rows up to each window's last one have a part in it.
        """
        origins = starts + self.origins_shift
        count = len(self.transformed)
        steps = predicted.astype(np.float64).reshape(len(starts), -1, count)
        columns = [
            transformed.undo(scaler.inverse(steps[:, :, o]), origins)
            for o, (transformed, scaler) in enumerate(
                zip(self.transformed, self.scalers[:count], strict=True)
            )
        ]
        return np.stack(columns, axis=2)

    def actual(self, starts: Starts) -> Floats:
        """Return the truth in data units for windows at `starts` (n,), shape (n, H, O)."""
        rows = starts[:, np.newaxis] + self.input_chunk_length + np.arange(self.horizon)
        return np.stack([transformed.stages[0][rows] for transformed in self.transformed], axis=2)


def prepare(
    config: DataConfig,
    dtype: Dtype,
    *,
    scaler: Scaler | Sequence[Scaler] | None = None,
    series: Series | None = None,
    split: Split | None = None,
) -> Prepared:
    """Return the series of `config`, ready for training in `dtype`.

    Parameters
    ----------
    config
        The section data of a run's configuration.
    dtype
        "float32" or "float64".
    scaler
        The scaling of a model that was trained before, one for each input. None: fitted on the
        training part.
    series
        The series, where it has been read already (standard input can be read once).
    split
        Where to cut, as for the folds of a backtest. None: as `config` says.

    Raises
    ------
    DataError
        The series cannot be read, or is not fit for the run.
    """
    series = load_series(config) if series is None else series
    if config.period is not None:
        series = replace(series, period=config.period)
    split = cut_series(series, config) if split is None else split
    if series.period is None:
        series = replace(series, period=find_period(series.values[: split.validation_start]))
    lost = lost_rows(steps_of(config.transform, series.period))
    check_parts(series, split, config.input_chunk_length, config.horizon, lost)
    return _make_ready(config, dtype, series.first(split.end), split, scaler)


def prepare_to_predict(
    config: DataConfig, dtype: Dtype, series: Series, scalers: Sequence[Scaler]
) -> Prepared:
    """Return a series for a model that has been trained: all of it is the part "test".

    Parameters
    ----------
    config
        Of the data that the model was trained on.
    dtype
        "float32" or "float64".
    series
        With the columns of those data; its `period` is known where the transform needs it.
    scalers
        Those of the model.

    Raises
    ------
    DataError
        The series is shorter than a window or has other columns.
    """
    series = replace(series, period=config.period or series.period)
    lost = lost_rows(steps_of(config.transform, series.period))
    needed = config.input_chunk_length + lost
    if len(series) < needed:
        raise DataError(
            f"{series.name}: {len(series):,} rows are too few: the model reads "
            f"{needed:,} before its first prediction."
        )
    return _make_ready(config, dtype, series, Split(0, 0, len(series)), scalers)


def _make_ready(
    config: DataConfig,
    dtype: Dtype,
    series: Series,
    split: Split,
    scaler: Scaler | Sequence[Scaler] | None,
) -> Prepared:
    """Return the series transformed, scaled and addressed by windows."""
    steps = steps_of(config.transform, series.period)
    lost = lost_rows(steps)
    transformed = tuple(
        transform(column, steps, f"{series.name}, column {name!r}")
        for name, column in zip(series.target_names, series.targets.T, strict=True)
    )
    columns = [*(t.values for t in transformed), *(c.values for c in series.covariates)]
    names = [*series.target_names, *(c.name for c in series.covariates)]
    scalers = _scalers(scaler, config, names, [c[lost : split.validation_start] for c in columns])
    scaled = np.column_stack(
        [_scaled(s, c, dtype, name) for s, c, name in zip(scalers, columns, names, strict=True)]
    )
    return Prepared(
        series=series,
        split=split,
        scalers=scalers,
        transformed=transformed,
        input_chunk_length=config.input_chunk_length,
        horizon=config.horizon,
        inputs=np.ascontiguousarray(scaled),
        targets=np.ascontiguousarray(next_values(scaled[:, : len(transformed)], config.horizon)),
        starts=window_starts(split, config.input_chunk_length, config.horizon, lost),
    )


def load_series(config: DataConfig) -> Series:
    """Return the file's columns, the dataset, or the default dataset that `config` names.

    Raises
    ------
    DataError
        It does not exist or cannot be read.
    """
    if config.file is not None:
        from rnn_tui.data.reader import read_series  # noqa: PLC0415 - slow to import, seldom needed

        return read_series(config)
    return load_dataset(
        config.dataset or DEFAULT_DATASET,
        columns=config.column,
        covariates=config.covariates,
        length=config.length,
        noise=config.noise,
        seed=config.data_seed,
    )


def cut_series(series: Series, config: DataConfig) -> Split:
    """Return where a series is cut as `config` says.

    Raises
    ------
    DataError
        See `split_series`.
    """
    return split_series(
        series,
        config.input_chunk_length,
        config.validation_size,
        config.test_size,
        horizon=config.horizon,
    )


def _scalers(
    told: Scaler | Sequence[Scaler] | None,
    config: DataConfig,
    names: list[str],
    training: list[Floats],
) -> tuple[Scaler, ...]:
    """Return the scaling of each column, told or fitted on its training part."""
    if told is None:
        return tuple(
            _fit(config.scaling, values, name) for name, values in zip(names, training, strict=True)
        )
    scalers = (told,) if isinstance(told, Scaler) else tuple(told)
    if len(scalers) != len(names):
        raise DataError(
            f"the model was trained on {len(scalers)} columns, and the data have {len(names)} "
            f"({', '.join(names)}). Choose the same with --column and --covariate."
        )
    return scalers


def _fit(kind: Scaling, training: Floats, name: str) -> Scaler:
    try:
        return Scaler.fit(training, kind)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error


def _scaled(scaler: Scaler, values: Floats, dtype: Dtype, name: str) -> Inputs:
    """Return a column in scaled units, 0 where it has no value."""
    scaled = np.nan_to_num(scaler.transform(values), nan=0.0, posinf=np.inf, neginf=-np.inf)
    largest = np.abs(scaled).max()
    if not largest <= np.finfo(dtype).max ** 0.5:
        raise DataError(
            f"{name}: a value lies {largest:.3g} standard deviations from the training mean, more "
            f"than {dtype} can work with. Remove the outlier, or transform the series first."
        )
    return scaled.astype(dtype)
