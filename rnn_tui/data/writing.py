"""Columns as the bytes of a CSV, Parquet or JSON file."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def table_bytes(columns: "Mapping[str, NDArray[Any]]", kind: str) -> bytes:
    """Return a table as a file of one of `KINDS`.

    A number that is not finite is no value: an empty cell, or null. JSON is an array of objects.

    Parameters
    ----------
    columns
        Name -> numbers, text or times, all of shape (n,).
    kind
        One of `KINDS`.
    """
    import polars as pl  # noqa: PLC0415 - the command asks for `table_kind` before anything heavy

    frame = pl.DataFrame({name: _column(values) for name, values in columns.items()})
    number, date = pl.selectors.float(), pl.selectors.datetime()
    frame = frame.with_columns(pl.when(number.is_finite()).then(number).name.keep())
    for name in frame.select(date).columns:
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


def _column(values: "NDArray[Any]") -> "NDArray[Any]":
    is_time = values.dtype.kind == "M"
    return values.astype("datetime64[us]") if is_time else values
