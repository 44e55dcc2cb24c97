"""Files that a run leaves: whether they can be written, and writing them whole or not at all."""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rnn_tui.data.writing import table_bytes, table_kind
from rnn_tui.errors import OutputFileError, SaveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

REPORTS = (".html", ".md", ".txt")
"""What the name of a report may end in."""
PART_PREFIX = ".rnn-tui-part-"
PART_SECONDS = 60.0
"""How old a part is at least that nobody seems to write: its writer locks it at once."""

Stamp = tuple[int, int, int]
"""What tells a file from a later one of that name: its number, time and size."""
NOTHING: Stamp = (0, 0, 0)
"""Of a file that is not there."""


def files_of_nets(path: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Return where the models of nets land that are written to `path`.

    Of one net that is `path` itself; of several, each has cell and size in its name.

    Parameters
    ----------
    names
        Cell and size of each, as in "RNN 32".
    """
    if len(names) == 1:
        return (path,)
    words = (re.findall(r"[a-z0-9]+", name.casefold()) for name in names)
    return tuple(path.with_stem("-".join((path.stem, *own))) for own in words)


def stamp_of(path: Path) -> Stamp:
    """Return what a file is like now."""
    try:
        found = path.stat()
    except OSError:
        return NOTHING
    return found.st_ino, found.st_mtime_ns, found.st_size


def replace_file(path: Path, content: bytes) -> None:
    """Write a file; an older one of that name is replaced whole or not at all."""
    place_file(path, lambda file: file.write(content)).close()


def place_file(path: Path, fill: Callable[[IO[bytes]], object]) -> IO[bytes]:
    """Replace a file, whole or not at all, by what `fill` writes; return it open for more.

    Until it is in its place it is locked, which tells it from what a killed program has left.
    """
    path = Path(os.path.realpath(path))  # a symbolic link stays one
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART_PREFIX)
    temporary = Path(name)
    file = os.fdopen(handle, "w+b")
    try:
        with suppress(OSError):  # not every file system can
            _lock(handle)
        fill(file)
        file.flush()
        os.fsync(handle)
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        with suppress(OSError):  # what is left in its buffer has no place either
            file.close()
        raise
    return file


def remove_dead_parts(folder: Path) -> None:
    """Remove the parts of files that killed programs have left in a folder.

    A part that is being written is locked, and one younger than `PART_SECONDS` may be about to be.
    """
    for part in folder.glob(f"{PART_PREFIX}*"):
        with suppress(OSError):  # another program has removed it, or holds its lock
            handle = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                if time.time() - os.fstat(handle).st_mtime > PART_SECONDS:
                    _lock(handle)
                    part.unlink()
            finally:
                os.close(handle)


def _lock(handle: int) -> None:
    """Lock a file for the process alone, as long as it is open; OSError where another has."""
    if sys.platform != "win32":  # where nobody can remove what another has open
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_table(path: Path, columns: "Mapping[str, NDArray[Any]]") -> None:
    """Write columns as a CSV, Parquet or JSON file, whole or not at all.

    Raises
    ------
    SaveError
        The file cannot be written.
    """
    try:
        replace_file(path, table_bytes(columns, table_kind(path)))
    except OSError as error:
        raise SaveError(f"--output {path}: cannot be written: {error.strerror}.") from error


def check_output(path: Path) -> None:
    """Raise UsageError unless a table of forecasts could be written there."""
    table_kind(path)
    check_writable(path, "--output")


def check_report(path: Path) -> None:
    """Raise UsageError unless a report could be written there."""
    if path.suffix.lower() not in REPORTS:
        raise UsageError(f"--report {path}: the name must end in {', '.join(REPORTS)}.")
    check_writable(path, "--report")


def check_apart(read: "Mapping[str, Path]", written: "Mapping[str, Path]") -> None:
    """Raise OutputFileError where a file would be written over one that is read, or written, too.

    A model may be saved over the one that it began with.

    Parameters
    ----------
    read, written
        Option -> its file.
    """
    known = {os.path.realpath(path): option for option, path in read.items()}
    for option, path in written.items():
        other = known.setdefault(os.path.realpath(path), option)
        if other != option and (other, option) != ("--load-model", "--save-model"):
            raise OutputFileError(
                f"{option} {path}: is the file of {other} as well, which would be lost; give the "
                "name of another file."
            )


def check_writable(path: Path, option: str = "--save-model") -> None:
    """Raise OutputFileError unless a file could be written there; called before training."""
    folder = Path(os.path.realpath(path)).parent
    try:
        if path.is_dir():
            raise OutputFileError(f"{option} {path}: is a folder; give the name of a file in it.")
        if path.exists() and not path.is_file():
            raise OutputFileError(f"{option} {path}: is a pipe or a device; give a file.")
        if not folder.is_dir():
            raise OutputFileError(f"{option} {path}: the folder {folder} does not exist.")
        handle, name = tempfile.mkstemp(dir=folder, prefix=PART_PREFIX)
        os.close(handle)
        Path(name).unlink()
        remove_dead_parts(folder)
    except OSError as error:
        raise OutputFileError(
            f"{option} {path}: cannot be written: {error.strerror}. "
            "Choose a file in a folder that you may write to."
        ) from error
