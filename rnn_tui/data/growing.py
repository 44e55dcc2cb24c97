"""A series whose source grows: what is there is read as a series, what comes is read row by row."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rnn_tui.config import STANDARD_INPUT, DataConfig
from rnn_tui.data.layout import Layout
from rnn_tui.data.opening import reading_errors, regular_file, standard_input
from rnn_tui.data.reader import read_with_layout
from rnn_tui.data.rows import Row, RowReader
from rnn_tui.data.series import Series
from rnn_tui.data.tail import FileTail, FirstBytes, Line, PipeTail, Tail, whole_lines
from rnn_tui.errors import DataError

PIPED = "| rnn-tui --follow --data -"
UNFIT = {
    b"\x1f\x8b": f"compressed with gzip; unpack it: zcat FILE {PIPED}",
    b"\x28\xb5\x2f\xfd": f"compressed with zstd; unpack it: zstdcat FILE {PIPED}",
    b"PAR1": "a Parquet file, which does not grow; follow CSV or JSON Lines",
    b"\xff\xfe": f"UTF-16 text; follow UTF-8: iconv -f UTF-16 -t UTF-8 FILE {PIPED}",
    b"\xfe\xff": f"UTF-16 text; follow UTF-8: iconv -f UTF-16 -t UTF-8 FILE {PIPED}",
}
"""First bytes, and what they are the mark of."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that grows, once its first rows are there."""

    series: Series
    """Of the first rows."""
    reader: RowReader
    """Reads the lines after them."""
    tail: Tail
    """Those lines, as they come."""
    line: int
    """The last line of the first rows."""


class GrowingSource:
    """Waits until the first rows of a source are there.

    Parameters
    ----------
    config
        Its `file` is followed; "-" stands for standard input.
    rows
        How many of the first rows to wait for.
    every
        Take all rows that a file has, at least `rows`; else `rows` and no more.
    stream
        Read in place of the process's standard input.

    Raises
    ------
    DataError
        There is no such file, or one of a kind that does not grow by lines.
    """

    def __init__(
        self, config: DataConfig, rows: int, *, every: bool, stream: BinaryIO | None = None
    ) -> None:
        if config.file is None:
            raise ValueError("the configuration names no file")
        self._config = config
        self._lines_needed = rows + 1  # the first line may be a header
        self._lines: list[Line] = []
        self._filled = 0
        self._label = "standard input" if config.file == STANDARD_INPUT else config.file
        self._path: Path | None = None
        self._tail: Tail
        self._every = every and config.file != STANDARD_INPUT
        with reading_errors(self._label):
            if config.file == STANDARD_INPUT:
                source = stream if stream is not None else standard_input()
                self._tail = PipeTail(source, config.encoding)
            else:
                self._path = regular_file(Path(config.file))
                with self._path.open("rb") as file:
                    self._refuse_unfit(file.read(4))
                self._tail = FileTail(self._path, encoding=config.encoding)

    @property
    def rows(self) -> int:
        """How many rows are there, as far as has been counted."""
        return max(0, self._filled - 1)

    def gather(self, wait: float) -> bool:
        """Look for more rows for about `wait` seconds; return whether there are enough of them.

        At the end of a pipe those that came have to be enough.

        Raises
        ------
        DataError
            What comes are no lines of text.
        """
        while self._filled < self._lines_needed:
            with reading_errors(self._label):
                line = self._tail.next_line(wait)
            if line is None:
                return self._tail.ended
            if not self._lines:
                self._refuse_unfit(line.text[:4].encode("latin-1", errors="replace"))
            if line.fault:
                raise DataError(f"{self._label}, line {line.number:,}: {line.fault}.")
            self._lines.append(line)
            self._filled += bool(line.text.strip())
        return True

    def close(self) -> None:
        """Let go of the source, where it is not to be opened after all."""
        self._tail.close()

    def open(self) -> Opened:
        """Return the first rows as a series, and what reads those that come.

        Raises
        ------
        DataError
            They cannot be read as a series.
        """
        if self._every and self._path is not None:
            with reading_errors(self._label):
                series, layout, tail, lines = self._whole_file(self._path)
        else:
            text = "".join(f"{line.text}\n" for line in self._lines)
            told = self._config.model_copy(update={"encoding": "utf-8"})
            series, layout = read_with_layout(told, io.BytesIO(text.encode()))
            tail, lines = self._tail, self._lines[-1].number if self._lines else 0
        columns = (series.values, *(c.values for c in (*series.more_targets, *series.covariates)))
        last = Row(lines, series.time[-1], np.array([column[-1] for column in columns]))
        return Opened(series, RowReader(layout, self._config.missing, last), tail, lines)

    def _whole_file(self, path: Path) -> tuple[Series, Layout, Tail, int]:
        """Read a file up to its last line end; a piece of memory at a time, however long it is."""
        self._tail.close()
        size = whole_lines(path)
        first = FirstBytes(path, size)
        with io.BufferedReader(first) as stream:
            series, layout = read_with_layout(self._config, stream)
        tail = FileTail(path, size, first.lines, self._config.encoding)
        return series, layout, tail, first.lines

    def _refuse_unfit(self, head: bytes) -> None:
        for mark, what in UNFIT.items():
            if head.startswith(mark):
                raise DataError(f"{self._label}: cannot be followed: it is {what}.")
