"""Arrays and data frames as a series."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_tui.data.numbers import LARGEST
from rnn_tui.data.series import Channel, Floats, Series, Times
from rnn_tui.errors import DataError


def series_of(y: ArrayLike, X: ArrayLike | None = None, time: ArrayLike | None = None) -> Series:
    """Return columns as a series.

    Parameters
    ----------
    y
        What is to be forecast, oldest row first, shape (N,) or (N, O): an array, a list, or a
        column or table of pandas or Polars, whose names are taken over.
    X
        What is read along but not forecast, shape (N,) or (N, C).
    time
        Increasing numbers or dates, shape (N,). None: the dates that index `y`, else row numbers.

    Raises
    ------
    DataError
        Not numbers, not finite, not of one length, or times that do not increase.
    """
    names, values = _columns(y, "y", "y")
    along_names, along = (
        _columns(X, "X", "x") if X is not None else ((), np.empty((len(values), 0)))
    )
    if len(along) != len(values):
        raise DataError(f"X has {len(along):,} rows and y {len(values):,}: they must be as many.")
    _check_alike(y, X)
    if len(values) < 2:
        raise DataError(f"y: a series needs two rows, got {len(values)}.")
    time_name, points = _times(y, time, len(values))
    return Series(
        name=names[0],
        unit="",
        time_name=time_name,
        time=points,
        values=values[:, 0],
        source="arrays",
        more_targets=_channels(names[1:], values[:, 1:]),
        covariates=_channels(along_names, along),
    )


def _channels(names: tuple[str, ...], values: Floats) -> tuple[Channel, ...]:
    return tuple(Channel(name, column) for name, column in zip(names, values.T, strict=True))


def _columns(data: Any, argument: str, letter: str) -> tuple[tuple[str, ...], Floats]:
    """Return names and values, shape (N, O)."""
    try:
        values = _numbers(data)
    except (TypeError, ValueError) as error:
        raise DataError(f"{argument}: expected numbers, shape (N,) or (N, O): {error}.") from error
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.ndim != 2 or values.shape[1] == 0:
        raise DataError(f"{argument}: got shape {values.shape}, expected (N,) or (N, O).")
    usable = np.abs(values) <= LARGEST
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise DataError(
            f"{argument}: row {row}, column {column} is {values[row, column]}; every value must be "
            f"finite and not above {LARGEST:g}. Fill gaps, or leave such rows out."
        )
    return _names(data, letter, values.shape[1]), values


def _numbers(data: Any) -> Floats:
    """Return float64 numbers, NaN where an array is masked; TypeError, ValueError for others."""
    if np.iscomplexobj(data):
        raise TypeError("complex numbers are not forecast; give their parts as columns")
    if getattr(getattr(data, "dtype", None), "kind", "") in {"M", "m"}:
        raise TypeError("these are times; they go to the argument time")
    if not isinstance(data, np.ma.MaskedArray):
        return np.asarray(data, dtype=np.float64)
    values: Floats = np.array(data.data, dtype=np.float64)
    values[np.ma.getmaskarray(data)] = np.nan
    return values


def _names(data: Any, letter: str, count: int) -> tuple[str, ...]:
    """Return the names that a column or table of pandas or Polars has, else y, or y1, y2, …."""
    found = getattr(data, "columns", None)
    if found is not None and len(found) == count:
        return tuple(str(name) for name in found)
    name = getattr(data, "name", None)
    if count == 1:
        return (str(name) if name is not None else letter,)
    return tuple(f"{letter}{i + 1}" for i in range(count))


def _times(y: Any, told: ArrayLike | None, rows: int) -> tuple[str, Times]:
    told = _dates_of(y) if told is None else told
    if told is None:
        return "row", np.arange(rows, dtype=np.float64)
    points = _points(told)
    if points.shape != (rows,) or points.dtype.kind not in "Miuf":
        raise DataError(
            f"time: got {points.dtype} of shape {points.shape}, expected numbers or dates, "
            f"shape ({rows:,},)."
        )
    if not (points[1:] > points[:-1]).all():
        row = 1 + int(np.argmin(points[1:] > points[:-1]))
        raise DataError(
            f"time: row {row} ({points[row]}) does not come after the one before it "
            f"({points[row - 1]}): the oldest row comes first, and no time twice."
        )
    kind = "datetime64[us]" if points.dtype.kind == "M" else np.float64
    return str(getattr(told, "name", None) or "time"), points.astype(kind)


def _dates_of(data: Any) -> Any:
    """Return the dates or periods that index a column or table of pandas; None for others."""
    index = getattr(data, "index", None)
    kind = getattr(getattr(index, "dtype", None), "kind", "")
    is_of_dates = kind == "M" or hasattr(index, "tz") or hasattr(index, "to_timestamp")
    return index if is_of_dates else None


def _points(told: Any) -> NDArray[Any]:
    """Return times as an array, dates of any kind as datetime64, those with a zone in UTC."""
    if hasattr(told, "to_timestamp"):  # periods of pandas, by their beginnings
        told = told.to_timestamp()
    if getattr(told, "tz", None) is not None:
        told = told.tz_convert(None)
    points = np.asarray(told)
    if points.dtype.kind not in "OU":
        return points
    try:
        return np.asarray(told, dtype="datetime64[us]")
    except (TypeError, ValueError):
        return points


def _check_alike(y: Any, X: Any) -> None:
    """Raise DataError where the rows of tables belong to different dates."""
    own, along = _dates_of(y), _dates_of(X)
    if own is None or along is None:
        return
    if not np.array_equal(_points(own), _points(along)):
        raise DataError(
            "X: the dates that index it are not those of y: bring both to the same rows, such as "
            "X.reindex(y.index)."
        )
