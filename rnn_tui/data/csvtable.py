"""Delimited text as a table: delimiter and header found or told, all cells text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rnn_tui.config import DataConfig
from rnn_tui.data.dates import looks_like_date
from rnn_tui.data.lines import TextBlock, text_blocks
from rnn_tui.data.numbers import GAP, NUMBER
from rnn_tui.data.opening import Source
from rnn_tui.data.table import BLANKS, SAMPLE_ROWS, Block, Table, select
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

DELIMITERS = "\t;|,"
QUOTED = re.compile(r'"[^"]*"')
HEAD_BYTES = 65_536


def csv_table(source: Source, config: DataConfig, notes: list[str]) -> Table:
    """Return the table in a text.

    Raises
    ------
    DataError
        It is empty, no text, or a line has more cells than the first one; while its blocks are
        read as well.
    """
    texts = text_blocks(
        source.stream, source.label, config.encoding, notes, quoted=True, size=source.piece_bytes
    )
    first = next(texts, None)
    if first is None:
        raise DataError(
            f"{source.label}: is empty. A series is a column with one number on each line."
        )
    delimiter = config.delimiter or ("\t" if source.kind == "tsv" else None)
    if delimiter is None:
        delimiter = find_delimiter(first.data[:HEAD_BYTES].decode("utf-8", errors="ignore"))
    top = _top_of(source.label, first, delimiter)
    parser = _Parser(source.label, delimiter, top.width, top.line)
    block = parser.parse(first)
    marks: str = config.decimal or "."
    if config.decimal is None and _has_decimal_commas(block.cells.head(SAMPLE_ROWS), delimiter):
        marks = ".,"
    has_header = config.header
    if has_header is None:
        has_header = not _is_data(top.cells, comma="," in marks)
    if has_header:
        inner = top.inner_line_ends
        block = Block(
            block.cells.slice(1),
            block.first_line + 1 + inner,
            None if block.inner_line_ends is None else block.inner_line_ends[1:] - inner,
        )
    if not len(block.cells):  # the header filled the block
        block = next(map(parser.parse, texts), block)
    return Table(
        label=source.label,
        names=top.cells if has_header else [f"column_{i + 1}" for i in range(top.width)],
        has_header=has_header,
        sample=block.cells.head(SAMPLE_ROWS),
        blocks=lambda columns: select(chain([block], map(parser.parse, texts)), columns),
        first_line=block.first_line,
        layout=f"delimiter {delimiter!r}",
        delimiter=delimiter,
        decimal_marks=marks,
    )


def find_delimiter(head: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of fields.

    The comma comes last, since next to another delimiter it is the decimal comma.
    """
    lines = [line for line in QUOTED.sub("", head).splitlines()[:20] if line.strip()]
    if len(lines) > 1 and len(head) >= HEAD_BYTES // 2:
        lines.pop()  # it may be cut short
    counts = {mark: [line.count(mark) for line in lines] for mark in DELIMITERS}
    for mark, found in counts.items():
        if found and min(found) == max(found) > 0:
            return mark
    most = max(DELIMITERS, key=lambda mark: sum(counts[mark]))
    return most if sum(counts[most]) else ","


@dataclass(frozen=True, slots=True)
class _Top:
    """The first row of a text."""

    cells: list[str]
    line: int
    inner_line_ends: int

    @property
    def width(self) -> int:
        return len(self.cells)


def _top_of(label: str, first: TextBlock, delimiter: str) -> _Top:
    """Return the first row, which says how many columns there are."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    end = first.data.find(b"\n")
    while end >= 0 and first.data.count(b'"', 0, end) % 2:
        end = first.data.find(b"\n", end + 1)
    data = first.data if end < 0 else first.data[: end + 1]
    try:
        row = pl.read_csv(data, has_header=False, infer_schema=False, separator=delimiter).row(0)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{label}, line {first.first_line:,}: {_QUOTES}") from error
    inner = max(data.rstrip(b"\r\n").count(b"\n"), 0)
    return _Top([(cell or "").strip(BLANKS) for cell in row], first.first_line, inner)


_QUOTES = 'the quotation marks (") do not enclose whole cells. Correct or remove them.'


@dataclass(frozen=True, slots=True)
class _Parser:
    """Turns blocks of text into blocks of cells."""

    label: str
    delimiter: str
    width: int
    top_line: int

    def parse(self, block: TextBlock) -> Block:
        import polars as pl  # noqa: PLC0415 - as above

        schema = {f"column_{i + 1}": pl.String for i in range(self.width)}
        try:
            cells = pl.read_csv(
                block.data,
                has_header=False,
                separator=self.delimiter,
                schema=schema,
                missing_columns="insert",
            )
        except pl.exceptions.PolarsError as error:
            raise DataError(self._why_ragged(block)) from error
        return Block(cells, block.first_line, self._inner_line_ends(block, cells))

    def _inner_line_ends(
        self, block: TextBlock, cells: "pl.DataFrame"
    ) -> "NDArray[np.int64] | None":
        import polars as pl  # noqa: PLC0415 - as above

        if b'"' not in block.data:
            return None
        counts = cells.select(
            pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
        ).to_series()
        ends = counts.to_numpy().astype(np.int64)
        return np.cumsum(ends) - ends if ends.any() else None

    def _why_ragged(self, block: TextBlock) -> str:
        """Return the first line with too many cells, or what else keeps it from being a table."""
        # A line end inside quotes becomes a mark that counts as a line and does not cut.
        text = block.data.decode("utf-8")
        lines = QUOTED.sub(lambda cell: "\0" * cell.group().count("\n"), text).split("\n")
        for number, line in _numbered(lines, block.first_line):
            fields = line.count(self.delimiter) + 1
            if fields > self.width:
                return (
                    f"{self.label}, line {number:,}: {fields} fields, where line "
                    f"{self.top_line:,} has {self.width} (delimiter {self.delimiter!r}). Correct "
                    f"the line; put text with {self.delimiter!r} in quotes, and delete notes "
                    "above the header."
                )
        return f"{self.label}: {_QUOTES}"


def _numbered(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    for line in lines:
        yield first, line
        first += 1 + line.count("\0")


def _has_decimal_commas(cells: "pl.DataFrame", delimiter: str) -> bool:
    """Return whether commas are decimal marks: the custom with semicolons; else it has to show.

    A comma before three digits may as well group thousands, so that alone it shows nothing.
    """
    import polars as pl  # noqa: PLC0415 - as above

    if delimiter in ",;":
        return delimiter == ";"
    shown = pl.all().str.strip_chars(BLANKS).str.contains(r"^[+-]?\d*,(\d{1,2}|\d{4,})$")
    return bool(cells.select(pl.any_horizontal(shown.any())).item())


def _is_data(cells: list[str], *, comma: bool) -> bool:
    """Return whether a first row holds numbers and dates only (and gaps, if not only gaps)."""
    texts = cells if comma else [cell.replace(",", "x") for cell in cells]
    data = [
        bool(NUMBER.fullmatch(text)) or looks_like_date(cell)
        for text, cell in zip(texts, cells, strict=True)
    ]
    gaps = [bool(GAP.fullmatch(cell)) for cell in cells]
    return any(data) and all(a or b for a, b in zip(data, gaps, strict=True))
