"""Tell which texts are points in time."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

TIME_NAMES = frozenset(
    {"", "date", "datetime", "day", "ds", "hour", "index", "month", "period", "step", "t"}
    | {"time", "timestamp", "week", "year"}
)
"""Names (lower case) of columns that may stand for time; a data frame's index has none."""

ISO_DATE = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:[\d:.]+Z?)?)?")
ISO_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
)


def looks_like_date(text: str) -> bool:
    """Return whether a text has the form of an ISO 8601 date (year-month, or finer)."""
    return ISO_DATE.fullmatch(text) is not None


def parse_dates(cells: "pl.Series") -> NDArray[np.datetime64] | None:
    """Return texts as ISO 8601 dates (year-month, or finer), None where one of them is no date.

    A time zone "Z" at the end is taken as it stands. The unit is a microsecond.
    """
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    if cells.null_count() or not len(cells):
        return None
    if cells.str.contains(r"^\d{4}-\d{2}$").all():
        cells = cells + "-01"
    cells = cells.str.strip_suffix("Z")
    for form in ISO_FORMATS:
        if cells.head(1).str.to_datetime(form, strict=False, time_unit="us").null_count():
            continue
        dates = cells.str.to_datetime(form, strict=False, time_unit="us")
        if not dates.null_count():
            return dates.cast(pl.Datetime("us")).to_numpy().astype("datetime64[us]")
    return None


def increasing(time: NDArray[Any]) -> bool:
    """Return whether every point comes after the one before it."""
    return bool((time[1:] > time[:-1]).all())
