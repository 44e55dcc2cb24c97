"""Read columns of a file, or of standard input, as a series.

The cells of text files come in as text and are cast afterwards, block by block, so that an error
can name the line, the column and the text at fault, and a long file takes little memory.
"""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import DataConfig
from rnn_tui.data.choosing import Choice, TimeChoice, choose
from rnn_tui.data.csvtable import csv_table
from rnn_tui.data.decoding import PIECE_BYTES
from rnn_tui.data.gaps import Filling
from rnn_tui.data.jsontable import json_table
from rnn_tui.data.layout import Layout, TimeForm
from rnn_tui.data.numbers import NumberColumn
from rnn_tui.data.opening import Source, open_source, reading_errors
from rnn_tui.data.parquettable import parquet_table
from rnn_tui.data.series import Channel, Floats, Series, Times
from rnn_tui.data.table import Places, Table
from rnn_tui.data.timereading import NUMBERED, TimeReader, refuse_disorder, uneven_note
from rnn_tui.errors import DataError

QUOTED_ENDS = ' Lines that end inside quotation marks (") go on: is there one mark too many?'


def read_series(
    config: DataConfig, stream: BinaryIO | None = None, *, piece_bytes: int = PIECE_BYTES
) -> Series:
    """Return the columns of `config.file` that `config` names, and their time axis.

    CSV, TSV, JSON Lines and Parquet are read, plain or packed with gzip or zstd. What `config`
    leaves open is found: the kind of file, encoding, delimiter, header, decimal mark, the form of
    dates, the only column with numbers. The time axis is the first other column of strictly
    increasing numbers that stands first or is called like a time, or of strictly increasing
    dates; without one it is the row number. The series' `notes` say what was found wanting.

    Parameters
    ----------
    config
        Its `file` is set; "-" stands for standard input.
    stream
        Read in place of the file or of standard input.
    piece_bytes
        Bytes of text that are read at a time; what reading takes is a small multiple of it.

    Raises
    ------
    DataError
        The file cannot be read, a column cannot be told or holds text, gaps that are not to be
        filled, disordered times, or nothing to learn from. The message names file, line, column.
    """
    return read_with_layout(config, stream, piece_bytes=piece_bytes)[0]


def read_with_layout(
    config: DataConfig, stream: BinaryIO | None = None, *, piece_bytes: int = PIECE_BYTES
) -> tuple[Series, Layout]:
    """Return what `read_series` does, and how the cells stood."""
    file = config.file
    if file is None:
        raise ValueError("the configuration names no file")
    notes: list[str] = []
    with (
        open_source(file, config.format, stream, piece_bytes) as source,
        reading_errors(source.label),
    ):
        table = _table(source, config, notes)
        if not len(table.sample):
            raise DataError(
                f"{table.label}: a header and no data; a series needs two rows, and a window "
                "many more."
            )
        choice = choose(table, config)
        reading = _Reading(table, choice, notes)
        reading.read()
        time_name, time = reading.time(config)
        filling = reading.filling(time)
        filling.apply(config.missing)
    _refuse_constant(filling)
    series = _series(source, table, choice, filling, time_name, notes)
    return series, reading.layout(source.kind)


def _table(source: Source, config: DataConfig, notes: list[str]) -> Table:
    if source.kind == "parquet":
        return parquet_table(source)
    if source.kind == "jsonl":
        return json_table(source, config, notes)
    return csv_table(source, config, notes)


class _Reading:
    """The chosen columns of a table on their way in."""

    def __init__(self, table: Table, choice: Choice, notes: list[str]) -> None:
        self._table = table
        self._choice = choice
        self._notes = notes
        self._places = Places(table.word)
        self._rows = 0
        self.columns = [NumberColumn(table, i) for i in (*choice.targets, *choice.covariates)]
        self._values: list[Floats] = []
        self._time = None if choice.time is None else TimeReader(table, choice.time)
        self._is_numbered = False

    def read(self) -> None:
        """Read all blocks."""
        indices = [column.index for column in self.columns]
        if self._choice.time is not None:
            indices.append(self._choice.time.index)
        is_quoted = False
        for block in self._table.blocks(indices):
            self._places.add(block)
            for number, column in enumerate(self.columns):
                column.add(block.cells.to_series(number), self._places)
            if self._time is not None:
                self._time.add(block.cells.to_series(-1), self._places)
            self._rows += len(block.cells)
            is_quoted = block.inner_line_ends is not None
        self._values = [column.values() for column in self.columns]
        if self._rows < 2:
            raise DataError(
                f"{self._table.label}: one row of data; a series needs two rows, and a window "
                f"many more.{QUOTED_ENDS if is_quoted else ''}"
            )

    def time(self, config: DataConfig) -> tuple[str, Times]:
        """Return the name of the time axis and its points, in order and without gaps."""
        choice, reader = self._choice.time, self._time
        if choice is None or reader is None:
            return self._numbered(None)
        if reader.given_up is not None:
            return self._numbered(reader.given_up)
        time = reader.time()
        gaps = np.isnat(time) if time.dtype.kind == "M" else ~np.isfinite(time)
        if gaps.any():
            if config.missing != "drop":
                return self._without_times(choice, int(np.argmax(gaps)), int(gaps.sum()))
            self._drop_untimed(gaps)
            time = time[~gaps]
        return self._ordered(choice, time)

    def _ordered(self, choice: TimeChoice, time: Times) -> tuple[str, Times]:
        name, label = self._table.names[choice.index], self._table.label
        try:
            refuse_disorder(label, name, time, self._places)
        except DataError as error:
            if choice.told or choice.kind != "number":
                raise
            return self._numbered(f"{error} {NUMBERED}.")
        note = uneven_note(label, name, time, self._places)
        if note is not None:
            self._notes.append(note)
        return name or "time", time

    def _without_times(self, choice: TimeChoice, row: int, count: int) -> tuple[str, Times]:
        name, place = self._table.names[choice.index], self._places.name(row)
        which = "the only one without" if count == 1 else f"the first of {count:,} without"
        found = f"{self._table.label}, {place}, column {name!r}: no time, {which}."
        if choice.told or choice.kind != "number":
            raise DataError(
                f"{found} Fill it in, leave such rows out with --missing drop, or number the rows "
                "with --time-column none."
            )
        return self._numbered(f"{found} {NUMBERED}.")

    def layout(self, kind: str) -> Layout:
        """Return how the cells stood, once everything has been read."""
        choice, table, time = self._choice.time, self._table, None
        if choice is not None and self._time is not None and not self._is_numbered:
            time = TimeForm(choice.index, self._time.form)
        return Layout(
            label=table.label,
            kind=kind,
            names=tuple(table.names),
            has_header=table.has_header,
            delimiter=table.delimiter,
            columns=tuple(column.index for column in self.columns),
            decimals=tuple(column.decimal for column in self.columns),
            time=time,
        )

    def _numbered(self, why: str | None) -> tuple[str, Times]:
        self._is_numbered = True
        if why is not None:
            self._notes.append(why)
        return "row", np.arange(len(self._values[0]), dtype=np.float64)

    def _drop_untimed(self, gaps: NDArray[np.bool_]) -> None:
        self._notes.append(
            f"{self._table.label}: {int(gaps.sum()):,} of {len(gaps):,} rows, the first "
            f"{self._places.name(int(np.argmax(gaps)))}, have no time and were left out."
        )
        self._values = [values[~gaps] for values in self._values]
        self._places.keep(~gaps)

    def filling(self, time: Times) -> Filling:
        """Return the columns and their time axis, with gaps yet to be filled."""
        return Filling(
            label=self._table.label,
            names=[column.name for column in self.columns],
            gap_texts=[column.gap_text for column in self.columns],
            columns=self._values,
            time=time,
            places=self._places,
            notes=self._notes,
        )


def _refuse_constant(filling: Filling) -> None:
    if len(filling.time) < 2:
        raise DataError(
            f"{filling.label}: of its rows {len(filling.time)} can be used; a series needs "
            "two, and a window many more."
        )
    for name, values in zip(filling.names, filling.columns, strict=True):
        if np.ptp(values) == 0:
            raise DataError(
                f"{filling.label}, column {name!r}: all {len(values):,} values are {values[0]:g}: "
                "there is nothing to learn. Choose another column with --column NAME."
            )


def _series(
    source: Source,
    table: Table,
    choice: Choice,
    filling: Filling,
    time_name: str,
    notes: list[str],
) -> Series:
    channels = [
        Channel(name, values) for name, values in zip(filling.names, filling.columns, strict=True)
    ][1:]
    further = len(choice.targets) - 1
    is_named = table.has_header or further
    return Series(
        name=filling.names[0] if is_named else source.stem,
        unit="",
        time_name=time_name,
        time=filling.time,
        values=filling.columns[0],
        source=source.label,
        more_targets=tuple(channels[:further]),
        covariates=tuple(channels[further:]),
        notes=tuple(notes),
    )
