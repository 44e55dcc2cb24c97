"""A table file that grows: every row is in it as soon as it is known."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import IO, Any

from numpy.typing import NDArray

from rnn_tui.data.writing import are_whole_days, parquet_of_csv, table_bytes, table_kind
from rnn_tui.errors import SaveError
from rnn_tui.training.claim import Claim
from rnn_tui.training.files import place_file, replace_file

Columns = Mapping[str, NDArray[Any]]
"""Name -> numbers, text or times, all of one length."""


class GrowingTable:
    """A CSV or JSON file that is whole after every row.

    A Parquet file cannot grow: its rows wait in a temporary file until the end. Where another
    program writes to the file meanwhile, the rows move to one beside it.

    Parameters
    ----------
    claim
        Where to write. An older file there is written over at once, but for a Parquet file.
    columns
        The first rows, at least one; those that come later have the same columns.

    Raises
    ------
    SaveError
        The file cannot be written. Nothing is written to it after that.
    """

    def __init__(self, claim: Claim, columns: Columns) -> None:
        self._claim = claim
        self._kind = table_kind(claim.path)
        self._as_dates = self._kind != ".parquet" and are_whole_days(columns)
        self._types = {name: values.dtype for name, values in columns.items()}
        self._file: IO[bytes] | None = None
        with self._faults_told():
            if self._kind == ".parquet":
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish`
                self._file.write(self._bytes_of(columns))
                self._file.flush()
            else:
                self._begin(columns)

    @property
    def is_open(self) -> bool:
        """Whether rows can still be written."""
        return self._file is not None

    def append(self, columns: Columns) -> None:
        """Write more rows, so that whoever reads the file finds them.

        Raises
        ------
        SaveError
            They cannot be written.
        RuntimeError
            The table is closed.
        """
        if self._file is None:
            raise RuntimeError("the table is closed")
        with self._faults_told():
            if self._kind == ".parquet":
                self._add(self._file, columns)
            elif self._claim.is_held or self._is_rescued(self._file):
                self._add(self._file, columns)
                self._claim.written()
            else:
                self._begin(columns)

    def finish(self) -> None:
        """Close the file; a Parquet file is written now.

        Raises
        ------
        SaveError
            It cannot be written.
        """
        if self._file is None:
            return
        with self._faults_told():
            if self._kind == ".parquet":
                self._file.seek(0)
                replace_file(self._claim.place(), parquet_of_csv(self._file, self._types))
            elif not self._claim.is_held:
                self._is_rescued(self._file)
            self._file.close()
        self._file = None

    def take_notes(self) -> tuple[str, ...]:
        """Return what befell the file since this was last asked, a sentence each."""
        return self._claim.take_notes()

    def _begin(self, columns: Columns) -> None:
        """Put a file with these rows alone in its place."""
        rows = self._bytes_of(columns)
        self._file = place_file(self._claim.place(), lambda file: file.write(rows))
        self._claim.written()

    def _add(self, file: IO[bytes], columns: Columns) -> None:
        """Write more rows, all or none of them."""
        rows, number = self._bytes_of(columns), file.fileno()
        end, closing = os.fstat(number).st_size, b""
        if self._kind == ".json":
            closing = rows[-1:]
            end -= len(closing)
            rows = b"," + rows[1:]
        else:
            rows = rows[rows.index(b"\n") + 1 :]
        try:
            _write_at(number, rows, end)
        except OSError:
            with suppress(OSError):
                os.ftruncate(number, end)
                _write_at(number, closing, end)
            raise

    def _is_rescued(self, file: IO[bytes]) -> bool:
        """Copy the rows so far to where they are found, unless others have written over them."""
        path = self._claim.path
        if not path.exists():
            self._claim.note(f"{path} was removed meanwhile and is there again.")
        elif os.path.samestat(os.fstat(file.fileno()), path.stat()):
            self._claim.note(f"The rows that {path} had are lost: they were written over.")
            file.close()
            return False
        file.seek(0)
        self._file = place_file(self._claim.place(), partial(shutil.copyfileobj, file))
        self._claim.written()
        file.close()
        return True

    def _bytes_of(self, columns: Columns) -> bytes:
        form = ".json" if self._kind == ".json" else ".csv"
        return table_bytes(columns, form, as_dates=self._as_dates)

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self._file is not None:
                with suppress(OSError):  # what is left in its buffer has no place either
                    self._file.close()
                self._file = None
            reason = error.strerror or error
            raise SaveError(f"--output {self._claim.path}: cannot be written: {reason}.") from error


def _write_at(number: int, content: bytes, place: int) -> None:
    """Write all of `content` to an open file; Python's own buffers would try again on closing."""
    written = 0
    while written < len(content):
        written += os.pwrite(number, content[written:], place + written)
