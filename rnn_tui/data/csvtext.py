"""The text of a CSV file as a table of cells, nothing cast yet."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_tui.data.timeaxis import looks_like_date
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

DELIMITERS = "\t;,"
BLANKS = ' \t\r\n\u00a0"'
"""What may stand around a cell and is no part of it (quotes after a blank are kept by parsers)."""
HEAD_BYTES = 65_536
QUOTED = re.compile(r'"[^"]*"')
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)

NO_VALUE = re.compile(r"|na|n/a|nan|null|none|\?|-|[+-]?inf(inity)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """The data rows of a file as text."""

    path: Path
    delimiter: str
    has_header: bool
    names: list[str]
    cells: "pl.DataFrame"
    """All columns text, a missing or empty cell null; rows of data only."""
    first_line: int
    """Line in the file of the first row of data, counted from 1."""

    def where(self, row: int, column: str) -> str:
        """Return "file, line 7, column 'x'" for a row of data."""
        line = self.first_line + row + newlines(self.cells.head(row))
        return f"{self.path}, line {line:,}, column {column!r}"


def read_table(path: Path) -> Table:
    """Return the table in the file.

    Raises
    ------
    DataError
        The file cannot be read, is no UTF-8 text, is empty, or a line has more fields than the
        first one.
    """
    data = _read_text(path)
    blank = len(data) - len(data.lstrip(b"\r\n"))
    first_line = 1 + data[:blank].count(b"\n")
    data = data[blank:]
    if not data.strip():
        raise DataError(f"{path}: is empty. A series is a column with one number on each line.")
    delimiter = find_delimiter(data[:HEAD_BYTES].decode("utf-8", errors="ignore"))
    frame = _drop_blank_end(_parse(path, data, delimiter, first_line))
    first_row = [(cell or "").strip(BLANKS) for cell in frame.row(0)]
    numbered = [f"column_{i + 1}" for i in range(frame.width)]
    if _is_data(first_row, delimiter):
        return Table(path, delimiter, False, numbered, frame, first_line)
    first_line += 1 + newlines(frame.head(1))
    return Table(path, delimiter, True, first_row, frame.slice(1), first_line)


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


def newlines(cells: "pl.DataFrame") -> int:
    """Return how many line ends stand inside (quoted) cells."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    counts = cells.select(pl.all().str.count_matches("\n", literal=True).sum())
    return sum(count or 0 for count in counts.row(0)) if len(cells) else 0


def _read_text(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataError(f"{path}: is a directory; give a CSV file in it.")
        if not stat.S_ISREG(mode):
            raise DataError(
                f"{path}: is a pipe or a device; give a regular file (save the data to one first)."
            )
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            _refuse_binary(path, head)
            data = head + file.read()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{str(path)!r}: cannot be read: {reason}.") from error
    except MemoryError as error:
        raise DataError(f"{path}: does not fit into memory; cut out the column first.") from error
    _refuse_binary(path, data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.isascii():
        _refuse_other_encodings(path, data)
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _refuse_binary(path: Path, data: bytes) -> None:
    position = data.find(b"\0")
    if position >= 0:
        raise DataError(
            f"{path}, byte {position + 1:,}: is binary or UTF-16, not a text file. "
            "Export the series as CSV in UTF-8."
        )


def _refuse_other_encodings(path: Path, data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise DataError(
            f"{path}, line {line:,}: byte 0x{data[error.start]:02x} is not UTF-8. Save the file as "
            "UTF-8, for example with: iconv -f latin1 -t utf-8"
        ) from error


def _parse(path: Path, data: bytes, delimiter: str, first_line: int) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    try:
        return pl.read_csv(
            data,
            has_header=False,
            infer_schema=False,
            separator=delimiter,
        )
    except pl.exceptions.PolarsError as error:
        raise DataError(_ragged(path, data, delimiter, first_line)) from error


def _ragged(path: Path, data: bytes, delimiter: str, first_line: int) -> str:
    """Return why a table cannot be made: the first line with too many fields, or open quotes."""
    text = data.decode("utf-8")
    if text.count('"') % 2:
        return f'{path}: a quotation mark (") is opened and never closed.'
    # A line end inside quotes becomes a mark that counts as a line and does not cut.
    lines = QUOTED.sub(lambda cell: "\0" * cell.group().count("\n"), text).split("\n")
    expected = lines[0].count(delimiter) + 1
    number = first_line
    for line in lines:
        fields = line.count(delimiter) + 1
        if fields > expected:
            return (
                f"{path}, line {number:,}: {fields} fields, where line {first_line} has {expected} "
                f"(delimiter {delimiter!r}). Correct the line; put text with {delimiter!r} in "
                "quotes, and delete notes above the header."
            )
        number += 1 + line.count("\0")
    return f'{path}: the quotation marks (") do not enclose whole cells. Correct or remove them.'


def _drop_blank_end(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415 - as above

    filled = frame.select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    last = filled.fill_null(value=False).arg_true().max()
    return frame.head(1 if last is None else int(str(last)) + 1)


def _is_data(cells: list[str], delimiter: str) -> bool:
    """Return whether a first row holds numbers and dates only (and gaps, if not only gaps)."""
    decimal = cells if delimiter == ";" else [cell.replace(",", "x") for cell in cells]
    data = [bool(NUMBER.fullmatch(cell)) or looks_like_date(cell) for cell in decimal]
    gaps = [bool(NO_VALUE.fullmatch(cell)) for cell in cells]
    return any(data) and all(a or b for a, b in zip(data, gaps, strict=True))
