"""The lines of a source that grows: a file that somebody writes to, or a pipe."""

import io
import os
import select
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from rnn_tui.errors import DataError

PIECE_BYTES = 65_536
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end."""

    number: int
    """In its source, from 1."""
    text: str
    fault: str | None = None
    """Why its text could not be taken, in words."""


class Tail(Protocol):
    """Lines as they come."""

    @property
    def ended(self) -> bool:
        """Whether no line will come any more."""

    def next_line(self, wait: float) -> Line | None:
        """Return the next whole line; None where none came within about `wait` seconds."""

    def take_notes(self) -> list[str]:
        """Return what happened to the source since the last call, a sentence each."""

    def close(self) -> None:
        """Let go of the source."""


class LineBuffer:
    """Pieces of bytes in, whole lines out; what is left of a line waits for the rest of it.

    Lines are UTF-8, or, where one is not, Latin-1. Of a line longer than 1 MiB nothing is kept.
    """

    def __init__(self, lines_before: int = 0, encoding: str | None = None) -> None:
        self.count = lines_before
        """Lines that have been handed out, and those before the first piece."""
        self._encoding = encoding
        self._whole: deque[bytes] = deque()
        self._left = b""
        self._is_too_long = False

    def feed(self, piece: bytes) -> None:
        """Take bytes."""
        *whole, rest = piece.split(b"\n")
        for part in whole:
            self._whole.append(b"\0" if self._is_too_long else self._left + part)
            self._left, self._is_too_long = b"", False
        self._left += rest
        if len(self._left) > LONGEST_LINE:
            self._left, self._is_too_long = b"", True

    def finish(self) -> None:
        """Take what is left as a line: no more of it will come."""
        if self._left or self._is_too_long:
            self.feed(b"\n")

    def restart(self) -> None:
        """Begin with line 1 of another text."""
        self._whole.clear()
        self._left, self._is_too_long, self.count = b"", False, 0

    def pop(self) -> Line | None:
        """Return the next whole line."""
        if not self._whole:
            return None
        self.count += 1
        raw = self._whole.popleft().removesuffix(b"\r")
        if self.count == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) > LONGEST_LINE or raw == b"\0":
            return Line(self.count, "", "is longer than 1 MiB, so it is no row")
        return Line(self.count, _decoded(raw, self._encoding))


def _decoded(raw: bytes, encoding: str | None) -> str:
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeError:
        return raw.decode("latin-1")


class FileTail:
    """A file that grows; one that is cut short or replaced is read from its beginning.

    The last line is taken once it has its end.

    Parameters
    ----------
    path
        The file.
    offset, lines
        Bytes and lines that have been read already; the bytes end with a line.
    encoding
        As Python names it; None: UTF-8, or Latin-1 where a line is no UTF-8.
    sleep
        Waits for so many seconds.

    Raises
    ------
    OSError
        The file cannot be opened.
    """

    ended = False

    def __init__(
        self,
        path: Path,
        offset: int = 0,
        lines: int = 0,
        encoding: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._sleep = sleep
        self._buffer = LineBuffer(lines, encoding)
        self._notes: list[str] = []
        self._file = path.open("rb", buffering=0)
        self._file.seek(offset)

    def next_line(self, wait: float) -> Line | None:
        """Return the next whole line; None where none came within about `wait` seconds."""
        line = self._buffer.pop() or self._read()
        if line is None and wait > 0:
            self._sleep(wait)
            line = self._read()
        return line

    def take_notes(self) -> list[str]:
        """Return what happened to the file since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> Line | None:
        """Return the next line of what has been written; whatever befell the file."""
        while (line := self._buffer.pop()) is None:
            piece = self._file.read(PIECE_BYTES)
            if piece:
                self._buffer.feed(piece)
            elif not self._has_moved_on():
                return None
        return line

    def _has_moved_on(self) -> bool:
        """Notice that the file is another one or has become shorter, and go to its beginning."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False  # it is being replaced, or has gone: what is open can still be read
        ours = os.fstat(self._file.fileno())
        if (now.st_ino, now.st_dev) != (ours.st_ino, ours.st_dev):
            self._buffer.finish()
            if (line := self._buffer.pop()) is not None:
                self._notes.append(
                    f"{self._path}: line {line.number:,} has no end and was left out, for the file "
                    "was replaced."
                )
            replaced = self._path.open("rb", buffering=0)
            self._file.close()
            self._file = replaced
            self._notes.append(f"{self._path}: was replaced; the new file is read from its start.")
        elif now.st_size < self._file.tell():
            self._file.seek(0)
            self._notes.append(f"{self._path}: was cut short; it is read from its start again.")
        else:
            return False
        self._buffer.restart()
        return True


class PipeTail:
    """A pipe; its last line needs no end.

    Parameters
    ----------
    stream
        Where the bytes come from.
    encoding
        As for `FileTail`.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        self._stream = stream
        self._buffer = LineBuffer(0, encoding)
        self.ended = False

    def next_line(self, wait: float) -> Line | None:
        """Return the next line; None where none came within `wait` seconds, or at the end."""
        line = self._buffer.pop()
        while line is None and not self.ended and _has_come(self._stream, wait):
            piece = _read_some(self._stream)
            self._buffer.feed(piece)
            if not piece:
                self.ended = True
                self._buffer.finish()
            line = self._buffer.pop()
        return line

    def take_notes(self) -> list[str]:
        """Return nothing: a pipe comes or ends."""
        return []

    def close(self) -> None:
        """Leave the stream to who opened it."""


def _has_come(stream: BinaryIO, wait: float) -> bool:
    """Return whether reading would not block; where nobody can tell, that it would not."""
    try:
        return bool(select.select([stream.fileno()], [], [], wait)[0])
    except OSError:  # no file of the system's own, or a system that looks at sockets only
        return True


def _read_some(stream: BinaryIO) -> bytes:
    """Return what has come, at most a piece; empty at the end."""
    if isinstance(stream, io.BufferedReader):
        return stream.read1(PIECE_BYTES)
    return stream.read(PIECE_BYTES)


def whole_lines(path: Path) -> int:
    """Return how many bytes of a file its whole lines take: up to its last line end.

    Raises
    ------
    DataError
        It has no line end within the last 64 MiB: it is no table of text.
    """
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        position = end
        while position > 0 and end - position < 64 * LONGEST_LINE:
            begin = max(0, position - PIECE_BYTES)
            file.seek(begin)
            found = file.read(position - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            position = begin
        if position > 0:
            raise DataError(f"{path}: has no line end in 64 MiB; is the file a table of text?")
    return 0


class FirstBytes(io.RawIOBase):
    """The first bytes of a file, as a stream that counts their lines."""

    def __init__(self, path: Path, count: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._left = count
        self.lines = 0
        """Line ends that have been read."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer`; return how many bytes there were."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self._file.read(min(len(view), self._left)) or b""
        view[: len(piece)] = piece
        self._left -= len(piece)
        self.lines += piece.count(b"\n")
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
