"""Texts as points in time: the forms that are known, and a column read in one of them."""

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.numbers import tidy
from rnn_tui.data.order import increasing

if TYPE_CHECKING:
    import polars as pl

Dates = NDArray[np.datetime64]

DAYS = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}\.?", ("%Y.%m.%d",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%d/%m/%Y", "%m/%d/%Y")),
    (r"\d{1,2}/\d{1,2}/\d{2}", ("%d/%m/%y", "%m/%d/%y")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", ("%d %b %Y",)),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", ("%d-%b-%Y",)),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", ("%d-%b-%y",)),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", ("%b %d, %Y",)),
    (r"[A-Za-z]{4,} \d{1,2}, \d{4}", ("%B %d, %Y",)),
)
CLOCKS = (
    ("", ""),
    (r"[T ]\d{1,2}:\d\d", "%H:%M"),
    (r"[T ]\d{1,2}:\d\d:\d\d(\.\d+)?", "%H:%M:%S%.f"),
    (r" \d{1,2}:\d\d ?[AaPp][Mm]", "%I:%M %p"),
    (r" \d{1,2}:\d\d:\d\d ?[AaPp][Mm]", "%I:%M:%S %p"),
)
ZONES = (("", ""), (r"(Z|[+-]\d\d:?\d\d)", "%#z"))
MONTHS = (
    (r"\d{4}-\d{1,2}", "%Y-%m %d"),
    (r"\d{4}/\d{1,2}", "%Y/%m %d"),
    (r"\d{1,2}/\d{4}", "%m/%Y %d"),
    (r"[A-Za-z]{3} \d{4}", "%b %Y %d"),
    (r"[A-Za-z]{3}-\d{4}", "%b-%Y %d"),
    (r"[A-Za-z]{4,} \d{4}", "%B %Y %d"),
)
"""Months alone; they are read with a day 01 at their end."""
QUARTER = r"^(\d{4})[- ]?[Qq]([1-4])$"
COMPACT = (r"\d{8}", "%Y%m%d")
"""A date without marks: only where a column's name says that it holds times."""
QUARTERS = "quarters"


def date_formats(text: str, *, compact: bool = False) -> list[str]:
    """Return the forms that a text may have, the likelier first; [] where it is no date.

    Forms are those of strptime as Polars has them, or "quarters". Two forms come back where day
    and month cannot be told apart by the text alone.
    """
    text = text.strip()
    if re.match(QUARTER, text):
        return [QUARTERS]
    if compact and re.fullmatch(COMPACT[0], text):
        return [COMPACT[1]]
    for shape, form in MONTHS:
        if re.fullmatch(shape, text):
            return [form]
    return list(_with_clock(text))


def looks_like_date(text: str) -> bool:
    """Return whether a text has the form of a date."""
    return bool(text) and bool(date_formats(text))


def _with_clock(text: str) -> Iterator[str]:
    for (day, forms), (clock, clock_form), (zone, zone_form) in product(DAYS, CLOCKS, ZONES):
        if (zone and not clock) or not re.fullmatch(day + clock + zone, text):
            continue
        gap = "" if not clock else "T" if "T" in text else " "
        tail = clock_form.replace(" %p", "%p") if re.search(r"\d[AaPp][Mm]$", text) else clock_form
        yield from (form + gap + tail + zone_form for form in forms)
        return


def parse_dates(cells: "pl.Series", form: str) -> "pl.Series":
    """Return texts as points in time to the microsecond (zones as UTC), null where they do not fit.

    Raises
    ------
    ValueError
        `form` is not one that can be read.
    """
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    if form == QUARTERS:
        cells, form = _first_months(cells), "%Y-%m %d"
    if form.endswith(" %d"):
        cells = cells + " 01"
    try:
        dates = cells.str.to_datetime(form, strict=False, time_unit="us")
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    return dates.dt.replace_time_zone(None)


def _first_months(cells: "pl.Series") -> "pl.Series":
    import polars as pl  # noqa: PLC0415 - as above

    column = pl.col(cells.name)
    month = column.str.extract(QUARTER, 2).cast(pl.Int32) * 3 - 2
    text = pl.format("{}-{}", column.str.extract(QUARTER, 1), month)
    return cells.to_frame().select(text.alias(cells.name)).to_series()


class DateColumn:
    """A column of dates as it is read, in every form that has fitted so far; a gap is NaT."""

    def __init__(self, forms: list[str]) -> None:
        self._parts: dict[str, list[Dates]] = {form: [] for form in forms}

    def add(self, cells: "pl.Series") -> int | None:
        """Take the cells of the next block; return the first row that fits no form, if any."""
        misfits = []
        parsed = {form: parse_dates(cells, form) for form in self._parts}
        if all(dates.null_count() for dates in parsed.values()):
            cells = tidy(cells)
            parsed = {form: parse_dates(cells, form) for form in self._parts}
        for form, dates in parsed.items():
            misfit = dates.is_null() & cells.is_not_null()
            if misfit.any():
                misfits.append(int(misfit.arg_max() or 0))
                if len(self._parts) == 1:
                    return max(misfits)
                del self._parts[form]
            else:
                self._parts[form].append(dates.to_numpy().astype("datetime64[us]"))
        return None

    def readings(self) -> dict[str, Dates]:
        """Return the column in each form that fits all of it; what has been read is given up."""
        parts, self._parts = self._parts, {}
        return {form: np.concatenate(found) for form, found in parts.items()}


def best_reading(readings: dict[str, Dates]) -> str | None:
    """Return the form to read a column in; None where two of them fit and both make sense.

    Of two forms that fit, the one whose times increase is meant.
    """
    if len(readings) == 1:
        return next(iter(readings))
    rising = [form for form, dates in readings.items() if increasing(dates)]
    if len(rising) == 2:
        one, two = (readings[form] for form in rising)
        return rising[0] if np.array_equal(one, two) else None
    return rising[0] if rising else next(iter(readings))


def typed_dates(cells: "pl.Series") -> Dates:
    """Return a column that is of dates or times already, null as NaT."""
    import polars as pl  # noqa: PLC0415 - as above

    dates: Any = cells.cast(pl.Datetime("us")).to_numpy()
    return np.asarray(dates, dtype="datetime64[us]")
