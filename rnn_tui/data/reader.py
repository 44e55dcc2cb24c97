"""Read one column of a CSV file as a series.

All cells come in as text and are cast afterwards, so that an error can name the line, the column
and the text at fault.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_tui.data.csvtext import BLANKS, Table, read_table
from rnn_tui.data.naming import nearest
from rnn_tui.data.series import Floats, Series, Times
from rnn_tui.data.timeaxis import TIME_NAMES, increasing, looks_like_date, parse_dates
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

LARGEST = 1e100
"""Above it sums of squares overflow."""
SAMPLE_ROWS = 1000
GAPS = ["", "na", "n/a", "nan", "null", "none", "?", "-"]
NAMES_SHOWN = 12


def read_csv(path: Path, column: str | None = None) -> Series:
    """Return a column of the file and its time axis.

    Delimiter (tab, semicolon or comma), header and, with semicolons, the decimal comma are found
    out. A first row of numbers and dates only is data; the columns are then column_1, column_2, …
    The time axis is the first other column of strictly increasing numbers that stands first or is
    called like a time, or of strictly increasing ISO dates; without one it is the row number.

    Parameters
    ----------
    path
        A UTF-8 text file with at least two rows of data.
    column
        Name of the column, upper or lower case. None: the only one with numbers, time left out.

    Raises
    ------
    DataError
        The file cannot be read, the column cannot be told, or it holds text, gaps, or nothing to
        learn from. The message names file, line and column.
    """
    table = read_table(path)
    if len(table.cells) < 2:
        found = "one row of data" if len(table.cells) else "a header and no data"
        raise DataError(f"{path}: {found}; a series needs two rows, and a window many more.")
    index = _column_index(table, column)
    values = _values(table, index)
    time_name, time = _time_axis(table, index)
    return Series(
        name=table.names[index] if table.has_header else path.stem,
        unit="",
        time_name=time_name,
        time=time,
        values=values,
        source=str(path),
    )


def _column_index(table: Table, column: str | None) -> int:
    if column is None:
        return _only_numeric(table)
    for matches in (
        [i for i, name in enumerate(table.names) if name == column],
        [i for i, name in enumerate(table.names) if name.casefold() == column.strip().casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            same = ", ".join(str(i + 1) for i in matches)
            raise DataError(
                f"{table.path}: --column {column} fits the columns number {same}: "
                "rename all but one of them."
            )
    raise DataError(
        f"{table.path}: --column {column}: no such column.{nearest(column, table.names)} "
        f"There are: {_list(table.names)}."
    )


def _only_numeric(table: Table) -> int:
    """Return the only column that is numeric and not the time axis."""
    if len(table.names) == 1:
        return 0
    numeric = _numeric_columns(table)
    if len(numeric) > 1:
        time = next((i for i in numeric if _numeric_time(table, i) is not None), None)
        numeric = [i for i in numeric if i != time]
    if len(numeric) == 1:
        return numeric[0]
    if numeric:
        names = _list([table.names[i] for i in numeric])
        raise DataError(
            f"{table.path}: several columns hold numbers: {names}. "
            "Say which one to forecast with --column NAME."
        )
    raise DataError(
        f"{table.path}: no column holds numbers (columns: {_list(table.names)}; "
        f"delimiter {table.delimiter!r}). A series is a column with one number on each line."
    )


def _numeric_columns(table: Table) -> list[int]:
    """Return the columns in whose first rows numbers are the majority of what is filled in."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    cells = table.cells.head(SAMPLE_ROWS).select(_tidy(pl.all(), table.delimiter))
    numbers = cells.cast(pl.Float64, strict=False)
    filled = cells.select(pl.all().count()).row(0)
    numeric = numbers.select(pl.all().count()).row(0)
    return [i for i in range(cells.width) if 2 * numeric[i] > filled[i]]


def _values(table: Table, index: int) -> Floats:
    cells = _cells(table, index)
    numbers = _as_numbers(cells)
    name = table.names[index]
    _refuse_gaps(table, index, cells)
    if numbers.null_count():
        row = int(numbers.is_null().arg_max() or 0)
        raise DataError(
            f"{table.where(row, name)}: {_shorten(cells[row])!r} is not a number. "
            "Correct the line, or choose another column with --column NAME."
        )
    values = numbers.to_numpy()
    unusable = ~(np.abs(values) <= LARGEST)
    if unusable.any():
        row = int(np.argmax(unusable))
        raise DataError(
            f"{table.where(row, name)}: {_shorten(cells[row])!r} is not a usable number: "
            f"values must be finite and not above {LARGEST:g} in size. Correct or remove the line."
        )
    if np.ptp(values) == 0:
        raise DataError(
            f"{table.path}, column {name!r}: all {len(values):,} values are {values[0]:g}: "
            "there is nothing to learn. Choose another column with --column NAME."
        )
    return values


def _refuse_gaps(table: Table, index: int, cells: "pl.Series") -> None:
    gaps = cells.null_count()
    if not gaps:
        return
    row = int(cells.is_null().arg_max() or 0)
    text = table.cells.to_series(index)[row]
    found = f"no value ({_shorten(text)!r})" if text and text.strip() else "no value"
    count = "the only gap" if gaps == 1 else f"the first of {gaps:,} gaps"
    raise DataError(
        f"{table.where(row, table.names[index])}: {found}, {count}. "
        "Fill the gaps or remove the lines: a network reads one value after the other."
    )


def _time_axis(table: Table, chosen: int) -> tuple[str, Times]:
    dates_backwards = None
    for index, name in enumerate(table.names):
        if index == chosen:
            continue
        time: Times | None = _numeric_time(table, index)
        if time is None:
            time = _dates(table, index)
        if time is not None and increasing(time):
            return name or "time", time
        if time is not None and increasing(time[::-1]):
            dates_backwards = dates_backwards or name
    if dates_backwards is not None:
        raise DataError(
            f"{table.path}, column {dates_backwards!r}: the dates run backwards. "
            "Sort the file with the oldest line first."
        )
    return "row", np.arange(len(table.cells), dtype=np.float64)


def _numeric_time(table: Table, index: int) -> Floats | None:
    """Return the column where it is one of strictly increasing numbers and may stand for time."""
    if index > 0 and table.names[index].casefold() not in TIME_NAMES:
        return None
    numbers = _as_numbers(_cells(table, index))
    if numbers.null_count():
        return None
    time = numbers.to_numpy()
    return time if np.isfinite(time).all() and increasing(time) else None


def _dates(table: Table, index: int) -> Times | None:
    first = table.cells.to_series(index)[0] or ""
    return parse_dates(_cells(table, index)) if looks_like_date(first.strip(BLANKS)) else None


def _cells(table: Table, index: int) -> "pl.Series":
    """Return a column's cells, tidied."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    column = pl.col(table.cells.columns[index])
    return table.cells.select(_tidy(column, table.delimiter)).to_series()


def _tidy(cells: "pl.Expr", delimiter: str) -> "pl.Expr":
    """Return the cells without surrounding blanks, gaps as null, the decimal point a point."""
    import polars as pl  # noqa: PLC0415 - as above

    cells = cells.str.strip_chars(BLANKS)
    cells = pl.when(~cells.str.to_lowercase().is_in(GAPS)).then(cells)
    if delimiter == ";":
        # A column with points as well has its commas for something else: they stay, and fail.
        points = cells.str.contains(".", literal=True).any()
        cells = pl.when(points).then(cells).otherwise(cells.str.replace(",", ".", literal=True))
    return cells


def _as_numbers(cells: "pl.Series") -> "pl.Series":
    import polars as pl  # noqa: PLC0415 - as above

    return cells.cast(pl.Float64, strict=False)


def _list(names: list[str]) -> str:
    shown = ", ".join(_shorten(name) for name in names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
