"""Cut a series in time: a part to train on, one to choose the best weights, one to score."""

import math
from dataclasses import dataclass

import numpy as np

from rnn_tui.data.series import Series, SplitTimes
from rnn_tui.errors import DataError

DEFAULT_SIZE = 0.15


@dataclass(frozen=True, slots=True)
class Split:
    """Rows [0, validation_start) train, [.., test_start) validate, [.., end) test."""

    validation_start: int
    test_start: int
    end: int


def split_series(
    series: Series,
    input_chunk_length: int,
    validation_size: float | None = None,
    test_size: float | None = None,
) -> Split:
    """Return where `series` is cut.

    Without any size the series' standard split holds, if it has one; else a size that is not
    given is 0.15 of the series.

    Raises
    ------
    DataError
        The training part has not one whole window with its target (input_chunk_length + 1 rows).
    """
    if series.standard_split is not None and validation_size is None and test_size is None:
        split = _at_times(series, series.standard_split)
        share = None
    else:
        validation = DEFAULT_SIZE if validation_size is None else validation_size
        test = DEFAULT_SIZE if test_size is None else test_size
        split = _by_shares(len(series), validation, test)
        share = 1 - validation - test
    _check_training_part(series, split, input_chunk_length, share)
    return split


def _at_times(series: Series, times: SplitTimes) -> Split:
    validation, test = np.searchsorted(series.time, [times.validation, times.test])
    end = np.searchsorted(series.time, times.end, side="right")
    return Split(int(validation), int(test), int(end))


def _by_shares(rows: int, validation: float, test: float) -> Split:
    test_start = rows - max(1, round(rows * test))
    return Split(test_start - max(1, round(rows * validation)), test_start, rows)


def _check_training_part(
    series: Series, split: Split, input_chunk_length: int, share: float | None
) -> None:
    rows, needed = max(split.validation_start, 0), input_chunk_length + 1
    if rows >= needed:
        return
    largest = rows - 1
    mends = []
    if largest >= 1:
        mends.append(f"--input-chunk-length {largest} or less")
    if share is not None:
        mends.append(f"a series of about {math.ceil((needed + 1) / share):,} rows or more")
    raise DataError(
        f"{series.name}: too short: of its {len(series):,} rows {rows:,} are for training, and a "
        f"window of {input_chunk_length:,} (--input-chunk-length) with its target needs "
        f"{needed:,}. What works: {', or '.join(mends)}."
    )
