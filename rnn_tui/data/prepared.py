"""From the configuration to arrays that a network can be trained on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import DataConfig, Dtype
from rnn_tui.data.catalogue import DEFAULT_DATASET, load_dataset
from rnn_tui.data.reader import read_series
from rnn_tui.data.scaling import Scaler
from rnn_tui.data.series import Floats, Series
from rnn_tui.data.split import Split, split_series
from rnn_tui.data.windows import Part, Starts, next_values, window_starts
from rnn_tui.errors import DataError

Inputs = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A series, cut, scaled and addressed by windows.

    `inputs` and `targets` are left writable, since a compiled kernel takes a read-only array for
    another type; nobody writes to them.
    """

    series: Series
    """The N rows that take part in the run; a standard split may end before the data do."""
    split: Split
    """Its `end` is N."""
    scaler: Scaler
    input_chunk_length: int
    """Timesteps of one window, T."""
    inputs: Inputs
    """Scaled values, shape (N, 1), C-contiguous."""
    targets: Inputs
    """Scaled values one row later, shape (N, 1): what is to be predicted after reading row k."""
    starts: Mapping[Part, Starts]
    """First row of every window by the part of its target; a window s reads rows s … s+T-1."""


def prepare(config: DataConfig, dtype: Dtype, *, scaler: Scaler | None = None) -> Prepared:
    """Return the series of `config`, ready for training in `dtype`.

    Parameters
    ----------
    scaler
        The scaling of a model that was trained before. None: fitted on the training part.

    Raises
    ------
    DataError
        The series cannot be read, or is not fit for the run.
    """
    series = load_series(config)
    split = split_series(
        series, config.input_chunk_length, config.validation_size, config.test_size
    )
    if scaler is None:
        try:
            scaler = Scaler.fit(series.values[: split.validation_start])
        except DataError as error:
            raise DataError(f"{series.name}: {error}") from error
    series = series.first(split.end)
    scaled = scaler.transform(series.values)
    return Prepared(
        series=series,
        split=split,
        scaler=scaler,
        input_chunk_length=config.input_chunk_length,
        inputs=_column(scaled, dtype, series.name),
        targets=_column(next_values(scaled), dtype, series.name),
        starts=window_starts(split, config.input_chunk_length),
    )


def load_series(config: DataConfig) -> Series:
    """Return the file's column, the dataset, or the default dataset that `config` names.

    Raises
    ------
    DataError
        It does not exist or cannot be read.
    """
    if config.file is not None:
        return read_series(config)
    return load_dataset(
        config.dataset or DEFAULT_DATASET,
        columns=config.column,
        covariates=config.covariates,
        length=config.length,
        noise=config.noise,
        seed=config.data_seed,
    )


def _column(scaled: Floats, dtype: Dtype, name: str) -> Inputs:
    largest = np.abs(scaled).max()
    if not largest <= np.finfo(dtype).max ** 0.5:
        raise DataError(
            f"{name}: a value lies {largest:.3g} standard deviations from the training mean, more "
            f"than {dtype} can work with. Remove the outlier, or transform the series first."
        )
    return np.ascontiguousarray(scaled[:, np.newaxis], dtype=dtype)
