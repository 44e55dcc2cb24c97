"""A table file that grows: every row is in it as soon as it is known."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray

from rnn_tui.data.writing import are_whole_days, parquet_of_csv, table_bytes, table_kind
from rnn_tui.errors import SaveError
from rnn_tui.training.files import replace_file

Columns = Mapping[str, NDArray[Any]]
"""Name -> numbers, text or times, all of one length."""


class GrowingTable:
    """A CSV or JSON file that is whole after every row.

    A Parquet file cannot grow: its rows wait in a temporary file until the end.

    Parameters
    ----------
    path
        An older file of that name is written over at once, but for a Parquet file.
    columns
        The first rows, at least one; those that come later have the same columns.

    Raises
    ------
    SaveError
        The file cannot be written. Nothing is written to it after that.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path = path
        self._kind = table_kind(path)
        self._as_dates = self._kind != ".parquet" and are_whole_days(columns)
        self._types = {name: values.dtype for name, values in columns.items()}
        self._file: IO[bytes] | None = None
        with self._faults_told():
            is_waiting = self._kind == ".parquet"
            self._file = tempfile.TemporaryFile() if is_waiting else path.open("w+b")  # noqa: SIM115
            self._file.write(self._bytes_of(columns))
            self._file.flush()

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
        rows = self._bytes_of(columns)
        with self._faults_told():
            if self._kind == ".json":
                self._file.seek(-1, os.SEEK_END)
                rows = b"," + rows[1:]
            else:
                rows = rows[rows.index(b"\n") + 1 :]
            self._file.write(rows)
            self._file.flush()

    def finish(self) -> None:
        """Close the file; a Parquet file is written now.

        Raises
        ------
        SaveError
            It cannot be written.
        """
        file, self._file = self._file, None
        if file is None:
            return
        with file, self._faults_told():
            if self._kind == ".parquet":
                file.seek(0)
                replace_file(self._path, parquet_of_csv(file, self._types))

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
            raise SaveError(f"--output {self._path}: cannot be written: {reason}.") from error
