"""A table that is read once, block by block, and where its rows stand in the file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

BLANKS = ' \t\r\n\u00a0"'
"""What may stand around a cell and is no part of it (quotes after a blank are kept by parsers)."""
SAMPLE_ROWS = 1000
NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a table."""

    cells: "pl.DataFrame"
    """Text, numbers or dates; a missing cell is null."""
    first_line: int
    """Line, or row, in the file of the block's first row, counted from 1."""
    inner_line_ends: NDArray[np.int64] | None = None
    """Line ends inside cells before each row, where there are any, shape (rows,)."""


@dataclass(slots=True)
class Places:
    """Where the rows of a table that has been read stand in its file."""

    word: str
    """"line" or "row"."""
    _first_rows: list[int] = field(default_factory=list)
    _blocks: list[tuple[int, NDArray[np.int64] | None]] = field(default_factory=list)
    _rows: int = 0
    _kept: NDArray[np.int64] | None = None

    def add(self, block: Block) -> None:
        """Take the next block."""
        self._first_rows.append(self._rows)
        self._blocks.append((block.first_line, block.inner_line_ends))
        self._rows += len(block.cells)

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forget the rows where `mask`, shape (rows,), is false: rows are counted without them."""
        self._kept = np.flatnonzero(mask) if self._kept is None else self._kept[mask]

    def line(self, row: int) -> int:
        """Return the line of a row that has been read, counted from 1."""
        if self._kept is not None:
            row = int(self._kept[row])
        number = int(np.searchsorted(self._first_rows, row, side="right")) - 1
        first_line, inner = self._blocks[number]
        offset = row - self._first_rows[number]
        return first_line + offset + (0 if inner is None else int(inner[offset]))

    def name(self, row: int) -> str:
        """Return "line 7"."""
        return f"{self.word} {self.line(row):,}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first rows are known and whose blocks are yet to be read."""

    label: str
    """What messages call the file."""
    names: list[str]
    has_header: bool
    sample: "pl.DataFrame"
    """The first rows, at most 1,000."""
    blocks: Callable[[list[int]], Iterator[Block]]
    """Yields all rows, of the columns with these indices; can be called once."""
    word: str = "line"
    """What a row is called in messages: "line" or "row"."""
    first_line: int = 1
    """Line of the first row."""
    layout: str = ""
    """How the cells were told apart, for messages: "delimiter ','"."""
    delimiter: str = ""
    """Between the cells of a line of CSV."""
    decimal_marks: str = "."
    """Decimal marks of numbers in text: ".", ",", or ".," where each column has its own."""

    def list_names(self, indices: list[int] | None = None) -> str:
        """Return the names of the columns, or of some of them, for a message."""
        names = self.names if indices is None else [self.names[i] for i in indices]
        shown = ", ".join(shorten(name) for name in names[:NAMES_SHOWN])
        more = len(names) - NAMES_SHOWN
        return f"{shown} and {more:,} more" if more > 0 else shown


def select(blocks: Iterable[Block], columns: list[int]) -> Iterator[Block]:
    """Yield `blocks` with some of their columns, in the order of `columns`."""
    for block in blocks:
        yield replace(block, cells=block.cells[:, columns])


def shorten(text: str) -> str:
    """Return at most 40 characters of a text on one line."""
    text = text.replace("\r", " ").replace("\n", " ")
    return text if len(text) <= 40 else text[:39] + "…"
