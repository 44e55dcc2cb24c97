"""Columns as the bytes of a CSV, Parquet or JSON file."""

import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rnn_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

KINDS = (".csv", ".parquet", ".json")
ISO = "%Y-%m-%dT%H:%M:%S%.f"
"""The form of a time that is no whole day."""


def table_kind(path: Path) -> str:
    """Return which of `KINDS` a file's name asks for.

    Raises
    ------
    UsageError
        None of them.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UsageError(f"--output {path}: the name must end in {', '.join(KINDS)}.")
    return kind


def are_whole_days(columns: "Mapping[str, NDArray[Any]]") -> bool:
    """Return whether every time in a table is a date."""
    times = [values for values in columns.values() if values.dtype.kind == "M"]
    return all((values == values.astype("datetime64[D]")).all() for values in times)


def table_bytes(
    columns: "Mapping[str, NDArray[Any]]", kind: str, *, as_dates: bool = True
) -> bytes:
    """Return a table as a file of one of `KINDS`.

    A number that is not finite is no value: an empty cell, or null. JSON is an array of objects.

    Parameters
    ----------
    columns
        Name -> numbers, text or times, all of shape (n,).
    kind
        One of `KINDS`.
    as_dates
        Whether times that are all whole days are written without hours.
    """
    import polars as pl  # noqa: PLC0415 - the command asks for `table_kind` before anything heavy

    frame = pl.DataFrame({name: _column(values) for name, values in columns.items()})
    number, date = pl.selectors.float(), pl.selectors.datetime()
    frame = frame.with_columns(pl.when(number.is_finite()).then(number).name.keep())
    for name in frame.select(date).columns if as_dates else ():
        if frame[name].dt.truncate("1d").equals(frame[name]):
            frame = frame.with_columns(pl.col(name).cast(pl.Date))
    file = io.BytesIO()
    if kind == ".parquet":
        frame.write_parquet(file)
    elif kind == ".csv":
        frame.write_csv(file, datetime_format=ISO)
    else:
        frame.with_columns(date.dt.to_string(ISO)).write_json(file)
    return file.getvalue()


def parquet_of_csv(file: IO[bytes], types: "Mapping[str, np.dtype[Any]]") -> bytes:
    """Return the Parquet file of a table that `table_bytes` wrote as CSV without dates.

    Parameters
    ----------
    types
        Name -> type of the column.
    """
    import polars as pl  # noqa: PLC0415 - as in `table_bytes`

    kinds = {"M": pl.Datetime("us"), "f": pl.Float64(), "U": pl.String(), "i": pl.Int64()}
    schema = {name: kinds[dtype.kind] for name, dtype in types.items()}
    frame = pl.read_csv(file, schema=schema)
    return table_bytes({name: frame[name].to_numpy() for name in frame.columns}, ".parquet")


def _column(values: "NDArray[Any]") -> "NDArray[Any]":
    is_time = values.dtype.kind == "M"
    return values.astype("datetime64[us]") if is_time else values
