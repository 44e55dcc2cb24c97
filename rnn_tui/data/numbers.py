"""Cells as numbers, block by block, with errors that show the cell at fault."""

import re
from typing import TYPE_CHECKING

import numpy as np

from rnn_tui.data.series import Floats
from rnn_tui.data.table import BLANKS, Places, Table, shorten
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

LARGEST = 1e100
"""Above it sums of squares overflow."""
GAPS = ("", "na", "n/a", "nan", "null", "none", "?", "-")
GAP = re.compile(r"|na|n/a|nan|null|none|\?|-|[+-]?inf(inity)?", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d+)?", re.ASCII)
UNIT = re.compile(r"[€$£¥]\s*[\d.,]+|[\d.,]+\s*([%€$£¥]|[A-Za-z°/]+)", re.ASCII)


class NumberColumn:
    """A column of the table as it is read; a gap becomes NaN."""

    def __init__(self, table: Table, index: int) -> None:
        self.name = table.names[index]
        self.index = index
        self.gap_text: str | None = None
        """What the first gap holds."""
        self._table = table
        marks = table.decimal_marks
        self._decimal = marks if len(marks) == 1 else None
        self._parts: list[Floats] = []
        self._rows = 0

    @property
    def decimal(self) -> str | None:
        """Decimal mark of its numbers; None: none has had one."""
        return self._decimal

    def add(self, cells: "pl.Series", places: Places) -> None:
        """Take the cells of the next block, whose rows are in `places` already.

        Raises
        ------
        DataError
            A cell holds anything but a usable number or a gap.
        """
        import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

        if cells.dtype in {pl.Categorical, pl.Enum}:
            cells = cells.cast(pl.String)
        if cells.dtype == pl.String:
            numbers = self._numbers(cells, places)
        elif cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
            numbers = cells.cast(pl.Float64)
        else:
            others = self._table.list_names(numeric_columns(self._table))
            raise DataError(
                f"{self._table.label}, column {self.name!r}: holds {cells.dtype}, not numbers. "
                f"Columns with numbers: {others or 'none'} (--column NAME)."
            )
        values = numbers.to_numpy()
        if numbers.null_count():
            values = np.where(numbers.is_null().to_numpy(), np.nan, values)
        is_gap = np.isnan(values)
        if self.gap_text is None and is_gap.any():
            found = cells[int(np.argmax(is_gap))]
            self.gap_text = "" if found is None else str(found).strip(BLANKS)
        self._refuse_unusable(values, cells, places)
        self._parts.append(values)
        self._rows += len(values)

    def values(self) -> Floats:
        """Return the whole column, NaN at its gaps, shape (N,); what has been read is given up."""
        parts, self._parts = self._parts, []
        return np.concatenate(parts) if parts else np.empty(0)

    def _numbers(self, cells: "pl.Series", places: Places) -> "pl.Series":
        import polars as pl  # noqa: PLC0415 - as above

        if self._decimal == ".":  # the quick way, for cells that need no tidying
            numbers = cells.cast(pl.Float64, strict=False)
            if numbers.null_count() == cells.null_count():
                return numbers
        tidied = self._with_points(tidy(cells))
        numbers = tidied.cast(pl.Float64, strict=False)
        if numbers.null_count() != tidied.null_count():
            row = int((numbers.is_null() & tidied.is_not_null()).arg_max() or 0)
            raise DataError(self._no_number(places.name(self._rows + row), cells[row]))
        return numbers

    def _with_points(self, cells: "pl.Series") -> "pl.Series":
        """Return the cells with a decimal point where they have a decimal comma.

        The first cell with a point or a comma decides for the column. In a column of points a
        comma is something else: it stays, and fails; and the other way round.
        """
        if self._decimal is None:
            marked = cells.filter(cells.str.contains("[.,]").fill_null(value=False))
            if not len(marked):
                return cells
            self._decimal = "," if "," in marked[0] else "."
        if self._decimal == ".":
            return cells
        # A point among decimal commas groups thousands or is a slip: let it fail the cast.
        return cells.str.replace(".", "·", literal=True).str.replace(",", ".", literal=True)

    def _refuse_unusable(self, values: Floats, cells: "pl.Series", places: Places) -> None:
        unusable = ~((np.abs(values) <= LARGEST) | np.isnan(values))
        if unusable.any():
            row = int(np.argmax(unusable))
            raise DataError(
                f"{self._where(places.name(self._rows + row))}: {shorten(str(cells[row]))!r} is "
                f"not a usable number: values must be finite and not above {LARGEST:g} in size. "
                "Correct or remove the line."
            )

    def _where(self, place: str) -> str:
        return f"{self._table.label}, {place}, column {self.name!r}"

    def _no_number(self, place: str, cell: str) -> str:
        text = cell.strip(BLANKS)
        others = [i for i in numeric_columns(self._table) if i != self.index]
        mend = "Correct the line, or choose another column with --column NAME."
        if self._table.names[0].startswith("#"):
            mend = "Delete the notes (#) above the header."
        elif THOUSANDS.fullmatch(text) and sum(map(text.count, ",.' \u00a0\u202f")) > 1:
            mend = "Write numbers without separators of thousands."
        elif NUMBER.fullmatch(text) and "," in text and self._table.decimal_marks == ".":
            mend = "Where the comma is the decimal mark, say --decimal ','."
        elif NUMBER.fullmatch(text):
            used = "points" if self._decimal == "." else "commas"
            mend = f"Other cells have decimal {used}: use one decimal mark throughout."
        elif UNIT.fullmatch(text):
            mend = "Write the number alone, without its unit."
        elif len(self._table.names) == 1 and len(text.split()) > 1:
            mend = "Cells between blanks? Make them tabs: tr -s ' ' '\\t' < FILE | rnn-tui --data -"
        elif others and self.index not in numeric_columns(self._table):
            names = self._table.list_names(others)
            mend = f"It is a column of text; columns with numbers: {names} (--column NAME)."
        return f"{self._where(place)}: {shorten(text)!r} is not a number. {mend}"


def tidy(cells: "pl.Series") -> "pl.Series":
    """Return texts without surrounding blanks, gaps as null."""
    import polars as pl  # noqa: PLC0415 - as above

    name = cells.name
    stripped = pl.col(name).str.strip_chars(BLANKS)
    is_gap = stripped.str.to_lowercase().is_in(GAPS)
    return cells.to_frame().select(pl.when(~is_gap).then(stripped).alias(name)).to_series()


def numeric_columns(table: Table) -> list[int]:
    """Return the columns in whose first rows numbers are the majority of what is filled in."""
    return [i for i in range(table.sample.width) if _is_numeric(table, i)]


def _is_numeric(table: Table, index: int) -> bool:
    import polars as pl  # noqa: PLC0415 - as above

    cells = table.sample.to_series(index)
    if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
        return cells.null_count() < len(cells)
    if cells.dtype != pl.String:
        return False
    cells = tidy(cells)
    if "," in table.decimal_marks:
        cells = cells.str.replace(",", ".", literal=True)
    filled = cells.count()
    return 2 * cells.cast(pl.Float64, strict=False).count() > filled


def numberlike_columns(table: Table) -> list[int]:
    """Return the columns of text whose first cell is a number with marks or a unit."""
    import polars as pl  # noqa: PLC0415 - as above

    found = []
    for index in range(table.sample.width):
        cells = table.sample.to_series(index)
        if cells.dtype != pl.String or index in numeric_columns(table):
            continue
        first = next((cell for cell in tidy(cells) if cell is not None), "")
        if any(shape.fullmatch(first) for shape in (NUMBER, THOUSANDS, UNIT)):
            found.append(index)
    return found
