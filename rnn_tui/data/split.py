"""Cut a series in time: a part to train on, one to choose the best weights, one to score."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rnn_tui.data.series import Series, SplitTimes
from rnn_tui.errors import DataError

DEFAULT_SIZE = 0.15
VALIDATION, TEST = "--validation-size", "--test-size"


@dataclass(frozen=True, slots=True)
class Split:
    """Rows [0, validation_start) train, [.., test_start) validate, [.., end) test."""

    validation_start: int
    test_start: int
    end: int


def split_series(
    series: Series,
    input_chunk_length: int,
    validation_size: float | str | None = None,
    test_size: float | str | None = None,
    *,
    horizon: int = 1,
) -> Split:
    """Return where `series` is cut.

    A size is a share of the series, or the time, as text, at which the part begins. Without any
    size the series' standard split holds, if it has one; else a size that is not given is 0.15.

    Parameters
    ----------
    series
        What is cut.
    input_chunk_length, horizon
        Rows that a window reads, and rows that it predicts.
    validation_size, test_size
        Sizes of the parts.

    Raises
    ------
    DataError
        A part has not one whole window, or a time is not on the series' axis.
    """
    share = None
    if series.standard_split is not None and validation_size is None and test_size is None:
        split = _at_times(series, series.standard_split)
    else:
        validation = DEFAULT_SIZE if validation_size is None else validation_size
        test = DEFAULT_SIZE if test_size is None else test_size
        split = _cut(series, validation, test)
        if isinstance(validation, float) and isinstance(test, float):
            share = 1 - validation - test
    check_parts(series, split, input_chunk_length, horizon, share=share)
    return split


def check_parts(
    series: Series,
    split: Split,
    input_chunk_length: int,
    horizon: int = 1,
    lost: int = 0,
    *,
    share: float | None = None,
) -> None:
    """Raise DataError unless every part has a whole window.

    Parameters
    ----------
    series, split
        What is cut, and where.
    input_chunk_length, horizon
        Rows that a window reads, and rows that it predicts.
    lost
        Rows at the beginning that a transform leaves without a value.
    share
        Part of the series that is trained on, where it is cut by shares.
    """
    _check_training_part(series, split, input_chunk_length, horizon, lost, share)
    _check_other_parts(series, split, horizon)


def walk_forward(
    series: Series,
    split: Split,
    folds: int,
    *,
    horizon: int = 1,
) -> list[Split]:
    """Return the splits of a walk-forward backtest: `split`'s test part, cut into `folds`.

    Every fold trains on all rows before it, the last of which choose the best weights, as many as
    in `split`; together the folds test the same rows as `split`, each exactly once.

    Raises
    ------
    DataError
        A fold's test part would be shorter than the horizon.
    """
    rows = split.end - split.test_start
    if not 1 <= folds <= rows // horizon:
        raise DataError(
            f"{series.name}: --backtest {folds}: the test part has {rows:,} rows, and every fold "
            f"needs {horizon:,}. What works: 1 to {rows // horizon:,} folds, or a larger {TEST}."
        )
    validation = split.test_start - split.validation_start
    cuts = [split.test_start + rows * fold // folds for fold in range(folds + 1)]
    return [Split(start - validation, start, end) for start, end in pairwise(cuts)]


def _at_times(series: Series, times: SplitTimes) -> Split:
    validation, test = np.searchsorted(series.time, [times.validation, times.test])
    end = np.searchsorted(series.time, times.end, side="right")
    return Split(int(validation), int(test), int(end))


def _cut(series: Series, validation: float | str, test: float | str) -> Split:
    rows = len(series)
    if isinstance(test, str):
        test_start = _row_at(series, test, TEST)
    else:
        test_start = rows - max(1, round(rows * test))
    if isinstance(validation, str):
        validation_start = _row_at(series, validation, VALIDATION)
        if validation_start >= test_start:
            raise DataError(
                f"{series.name}: {VALIDATION} {validation}: the validation part would begin in "
                f"the test part, which begins at {show_time(series, test_start)} ({TEST})."
            )
    else:
        validation_start = test_start - max(1, round(rows * validation))
    return Split(validation_start, test_start, rows)


def _row_at(series: Series, text: str, option: str) -> int:
    """Return the first row at or after a point in time."""
    is_dated = series.time.dtype.kind == "M"
    try:
        point = np.datetime64(text.removesuffix("Z")) if is_dated else float(text)
    except ValueError as error:
        expected = "a date such as 2020-01-31" if is_dated else f"a number ({series.time_name})"
        raise DataError(
            f"{series.name}: {option} {text}: expected a share between 0 and 1, or {expected} at "
            "which the part begins."
        ) from error
    row = int(np.searchsorted(series.time, np.asarray(point, dtype=series.time.dtype)))
    if not 0 < row < len(series):
        first, last = show_time(series, 0), show_time(series, len(series) - 1)
        raise DataError(
            f"{series.name}: {option} {text}: the part must begin after {first} and not after "
            f"{last}, the first and last {series.time_name} of the series."
        )
    return row


def show_time(series: Series, row: int) -> str:
    """Return the time of a row as text that `validation_size` and `test_size` take."""
    point = series.time[row]
    if isinstance(point, np.datetime64):
        return str(point.astype("datetime64[s]")).removesuffix("T00:00:00")
    return f"{point:.15g}"


def _check_training_part(
    series: Series,
    split: Split,
    input_chunk_length: int,
    horizon: int,
    lost: int,
    share: float | None,
) -> None:
    rows, needed = max(split.validation_start - lost, 0), input_chunk_length + horizon
    if rows >= needed:
        return
    mends = []
    if rows - horizon >= 1:
        mends.append(f"--input-chunk-length {rows - horizon} or less")
    if share is not None:
        mends.append(f"a series of about {math.ceil((needed + lost + 1) / share):,} rows or more")
    if not mends:
        mends.append("a longer series, or smaller parts to validate and test")
    target = "its target" if horizon == 1 else f"its {horizon:,} targets (--horizon)"
    after = f" after the {lost:,} that --transform takes" if lost else ""
    raise DataError(
        f"{series.name}: too short: of its {len(series):,} rows {rows:,} are for training{after}, "
        f"and a window of {input_chunk_length:,} (--input-chunk-length) with {target} needs "
        f"{needed:,}. What works: {', or '.join(mends)}."
    )


def _check_other_parts(series: Series, split: Split, horizon: int) -> None:
    validation, test = split.test_start - split.validation_start, split.end - split.test_start
    works = min(validation, test)
    for name, option, rows in (("validation", VALIDATION, validation), ("test", TEST, test)):
        if rows < horizon:
            raise DataError(
                f"{series.name}: too short: its {name} part has {rows:,} rows, fewer than the "
                f"{horizon:,} of one prediction (--horizon). What works: --horizon {works} or "
                f"less, or a larger {option}."
            )
