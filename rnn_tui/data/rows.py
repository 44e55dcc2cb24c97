"""One line of a table at a time, read as the lines before it were."""

import csv
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_tui.config import Missing
from rnn_tui.data.layout import Layout
from rnn_tui.data.numbers import GAP, LARGEST, NUMBER
from rnn_tui.data.series import Floats
from rnn_tui.data.table import BLANKS, shorten
from rnn_tui.data.tail import Line
from rnn_tui.errors import DataError

Time = np.datetime64 | float


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a series."""

    line: int
    """Where it stands in its source, from 1."""
    time: Time
    values: Floats
    """The columns to forecast, then the covariates, finite; shape (O + C,)."""


class RowReader:
    """Reads lines in the layout of those before them.

    Parameters
    ----------
    layout
        How the cells stand.
    missing
        "ffill" repeats the value before, "drop" leaves a row with a gap out, else it is refused.
    last
        The row before the first one that is to be read; times must rise from its on.
    """

    def __init__(self, layout: Layout, missing: Missing, last: Row) -> None:
        self._layout = layout
        self._missing = missing
        self._last = last
        self.dropped = 0
        """Rows that were left out because of a gap."""

    def read(self, line: Line) -> Row | None:
        """Return the row in a line; None for a blank line, a header, or a row that is left out.

        Raises
        ------
        DataError
            The line is no row of the table; the message names the line, the column and the cell.
        """
        if line.fault is not None:
            raise DataError(f"{self._where(line)}: {line.fault}.")
        cells = self._cells(line)
        if cells is None:
            return None
        values = np.array([self._value(line, cells, i) for i in range(len(self._layout.columns))])
        gaps = np.isnan(values)
        if gaps.any():
            if self._missing == "drop":
                self.dropped += 1
                return None
            values = np.where(gaps, self._last.values, values)
        self._last = Row(line.number, self._time(line, cells), values)
        return self._last

    def _cells(self, line: Line) -> list[str | None] | None:
        """Return the cells of a line, None where it holds no row."""
        if not line.text.strip(BLANKS + ",;|\0"):
            return None
        if self._layout.kind == "jsonl":
            return self._cells_of_object(line)
        try:
            rows = list(csv.reader([line.text], delimiter=self._layout.delimiter, strict=True))
        except csv.Error as error:
            raise DataError(
                f'{self._where(line)}: the quotation marks (") do not enclose whole cells; a row '
                "that is followed stands on one line."
            ) from error
        cells: list[str | None] = [cell.strip(BLANKS) for cell in rows[0]]
        if self._layout.has_header and cells == list(self._layout.names):
            return None  # the file has begun anew, or several were put together
        if len(cells) > len(self._layout.names):
            raise DataError(
                f"{self._where(line)}: {len(cells)} fields, where the first line has "
                f"{len(self._layout.names)} (delimiter {self._layout.delimiter!r})."
            )
        return cells + [None] * (len(self._layout.names) - len(cells))

    def _cells_of_object(self, line: Line) -> list[str | None]:
        try:
            found = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "nested too deeply")
            raise DataError(f"{self._where(line)}: is not JSON ({reason}).") from error
        if not isinstance(found, dict):
            raise DataError(f"{self._where(line)}: is no JSON object.")
        return [_text(found.get(name)) for name in self._layout.names]

    def _value(self, line: Line, cells: list[str | None], number: int) -> float:
        """Return the number in a cell, NaN for a gap that is not refused."""
        index, mark = self._layout.columns[number], self._layout.decimals[number]
        cell = (cells[index] or "").strip(BLANKS)
        if GAP.fullmatch(cell) and "inf" not in cell.lower():
            if self._missing in {"ffill", "drop"}:
                return float("nan")
            held = f"no value ({cell!r})" if cell else "no value"
            raise DataError(
                f"{self._in_column(line, index)}: {held}. What works: --missing ffill or drop."
            )
        value = _number(cell, mark)
        if value is None:
            raise DataError(f"{self._in_column(line, index)}: {shorten(cell)!r} is not a number.")
        if not abs(value) <= LARGEST:
            raise DataError(
                f"{self._in_column(line, index)}: {shorten(cell)!r} is not a usable number: values "
                f"must be finite and not above {LARGEST:g} in size."
            )
        return value

    def _time(self, line: Line, cells: list[str | None]) -> Time:
        form, last = self._layout.time, self._last.time
        if form is None:
            return float(last) + 1
        cell = (cells[form.index] or "").strip(BLANKS)
        where = self._in_column(line, form.index)
        time = _number(cell, None) if form.form is None else _date(cell, form.form)
        if time is None:
            kind = "number" if form.form is None else f"date in the form {form.form}"
            raise DataError(f"{where}: {shorten(cell)!r} is no {kind}, as the times before it are.")
        if not time > last:
            how = "repeats" if time == last else "comes before"
            raise DataError(
                f"{where}: {_shown(time)} {how} the time of line {self._last.line:,} "
                f"({_shown(last)}); times must rise."
            )
        return time

    def _where(self, line: Line) -> str:
        return f"{self._layout.label}, line {line.number:,}"

    def _in_column(self, line: Line, index: int) -> str:
        return f"{self._where(line)}, column {self._layout.names[index]!r}"


def _number(cell: str, mark: str | None) -> float | None:
    """Return a number as its column writes it; None for anything else."""
    if not NUMBER.fullmatch(cell) or (mark == "." and "," in cell) or (mark == "," and "." in cell):
        return None
    return float(cell.replace(",", "."))


def _date(cell: str, form: str) -> np.datetime64 | None:
    """Return a point in time, None where the cell does not have the form."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    from rnn_tui.data.dates import parse_dates  # noqa: PLC0415 - likewise

    parsed = parse_dates(pl.Series("time", [cell], dtype=pl.String), form)
    if parsed.null_count():
        return None
    point: np.datetime64 = parsed.to_numpy().astype("datetime64[us]")[0]
    return point


def _shown(time: Time) -> str:
    if isinstance(time, np.datetime64):
        return str(time.astype("datetime64[s]")).replace("T", " ")
    return f"{time:.15g}"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
