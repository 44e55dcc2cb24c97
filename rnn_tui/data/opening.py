"""Open a file or standard input, unpack it, and tell what kind of table it holds."""

import contextlib
import gzip
import io
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from rnn_tui.config import STANDARD_INPUT
from rnn_tui.data.decoding import PIECE_BYTES
from rnn_tui.errors import DataError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
PEEKED = 4_096

OTHER_KINDS = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or export the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", "export the sheet as CSV"),
    (b"BZh", "compressed with bzip2", "unpack it: bunzip2 -c FILE | rnn-tui --data -"),
    (b"\xfd7zXZ\x00", "compressed with xz", "unpack it: xz -dc FILE | rnn-tui --data -"),
    (b"ARROW1", "an Arrow (Feather) file", "write the table as Parquet"),
    (b"\x89HDF", "an HDF5 file", "write the table as Parquet"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"%PDF", "a PDF document", "give the figures as CSV"),
    (b"\x93NUMPY", "a NumPy array", "write it as text: numpy.savetxt"),
    (b"<!DOCTYPE", "a web page", "download the file itself, not the page that shows it"),
    (b"<html", "a web page", "download the file itself, not the page that shows it"),
)
"""First bytes, what they are the mark of, what to do instead."""

SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from, open for reading."""

    label: str
    """What messages call it: the path, or "standard input"."""
    stem: str
    """Name of a series whose column has none."""
    stream: io.BufferedReader
    """The unpacked bytes, from the first one on."""
    kind: str
    """"csv", "tsv", "jsonl" or "parquet"."""
    path: Path | None
    """The file where its bytes can be read in any order; None: a stream."""
    piece_bytes: int
    """Bytes of text to read at a time."""


@contextlib.contextmanager
def open_source(
    file: str,
    kind: str | None = None,
    stream: BinaryIO | None = None,
    piece_bytes: int = PIECE_BYTES,
) -> Iterator[Source]:
    """Open `file` ("-": standard input) as a table of `kind`; `stream` is read in its place.

    Raises
    ------
    DataError
        It cannot be opened, is damaged, or is of a kind that is not read; while it is open also
        for what goes wrong on reading it.
    """
    label = "standard input" if file == STANDARD_INPUT else file
    with contextlib.ExitStack() as stack, reading_errors(label):
        if file == STANDARD_INPUT or stream is not None:
            packed = as_buffered(stream if stream is not None else standard_input())
        else:
            packed = stack.enter_context(regular_file(Path(file)).open("rb"))
        first = packed.peek(PEEKED)
        unpacked = _unpacked(packed, first)
        head = unpacked.peek(PEEKED)
        is_file = unpacked is packed and file != STANDARD_INPUT and stream is None
        yield Source(
            label=label,
            stem="series" if file == STANDARD_INPUT else Path(file).name.partition(".")[0],
            stream=unpacked,
            kind=_kind(label, head, kind, file),
            path=Path(file) if is_file else None,
            piece_bytes=piece_bytes,
        )


@contextlib.contextmanager
def reading_errors(label: str) -> Iterator[None]:
    """Turn what goes wrong on reading `label` into a DataError."""
    try:
        yield
    except DataError:
        raise
    except FileNotFoundError as error:
        address = re.match(r"[a-z0-9]+://", label, re.IGNORECASE)
        hint = f" Nothing is downloaded: curl -sL {label} | rnn-tui --data -" if address else ""
        raise DataError(f"{label}: no such file.{hint}") from error
    except _damage() as error:
        raise DataError(
            f"{label}: the compressed data are damaged or cut short ({error}). "
            "Copy or download the file again."
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{label!r}: cannot be read: {reason}.") from error
    except MemoryError as error:
        raise DataError(f"{label}: does not fit into memory; cut out the column first.") from error


def standard_input() -> BinaryIO:
    """Return the process's standard input.

    Raises
    ------
    DataError
        It is closed, or the keyboard.
    """
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise DataError("--data -: standard input is closed; give a file, or pipe the data in.")
    if stream.isatty():
        raise DataError(
            "--data -: standard input is the keyboard; pipe the data in, as in "
            "rnn-tui --data - < FILE"
        )
    return cast("BinaryIO", stream)


def as_buffered(stream: BinaryIO) -> io.BufferedReader:
    """Return a stream that can be peeked into."""
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream))


def regular_file(path: Path) -> Path:
    """Return the path of a file; DataError if it is none, OSError if it is not there."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise DataError(f"{path}: is a directory; give a file in it.")
    if not stat.S_ISREG(mode):
        raise DataError(
            f"{path}: is a pipe or a device; give a regular file, or read it from standard input: "
            f"rnn-tui --data - < {path}"
        )
    return path


def _unpacked(packed: io.BufferedReader, first: bytes) -> io.BufferedReader:
    if first.startswith(GZIP):
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=packed)))
    if first.startswith(ZSTD):
        from rnn_tui.data.zstd import zstd_reader  # noqa: PLC0415 - only packed files need it

        return io.BufferedReader(cast("io.RawIOBase", zstd_reader(packed)))
    return packed


def _damage() -> tuple[type[Exception], ...]:
    """Return what the unpackers raise; that of zstd only where it has been imported."""
    module = sys.modules.get("rnn_tui.data.zstd")
    zstd = () if module is None else (module.ZstdError,)
    return (gzip.BadGzipFile, EOFError, zlib.error, *zstd)


def _kind(label: str, head: bytes, told: str | None, file: str) -> str:
    for mark, what, mend in OTHER_KINDS:
        if head.startswith(mark):
            raise DataError(f"{label}: is {what}, not a table of text or Parquet; {mend}.")
    kind = told or _kind_by_name(file)
    is_parquet = head.startswith(b"PAR1")
    if kind == "parquet" and not is_parquet:
        raise DataError(
            f"{label}: is no Parquet file (it does not begin with PAR1). "
            "Give its kind with --format, or name it as what it is."
        )
    if is_parquet:
        return "parquet"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"[") and kind in {None, "jsonl"}:
        raise DataError(
            f"{label}: is one JSON array; write one object on each line (JSON Lines), "
            "for example with: jq -c '.[]'"
        )
    if told is None and start.startswith(b'{"'):
        return "jsonl"
    return kind or "csv"


def _kind_by_name(file: str) -> str | None:
    name = file.lower().removesuffix(".gz").removesuffix(".zst").removesuffix(".zstd")
    return SUFFIXES.get(Path(name).suffix)
