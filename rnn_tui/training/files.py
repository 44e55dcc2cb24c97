"""Files that a run leaves: whether they can be written, and writing them whole or not at all."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_tui.data.writing import table_bytes, table_kind
from rnn_tui.errors import OutputFileError, SaveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

REPORTS = (".html", ".md", ".txt")
"""What the name of a report may end in."""
PART_PREFIX = ".rnn-tui-part-"


Stamp = tuple[int, int, int]
"""What tells a file from a later one of that name: its number, time and size; zeros for none."""


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
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def replace_file(path: Path, content: bytes) -> None:
    """Write a file; an older one of that name is replaced whole or not at all."""
    path = Path(os.path.realpath(path))  # a symbolic link stays one
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART_PREFIX)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
    except OSError as error:
        raise OutputFileError(
            f"{option} {path}: cannot be written: {error.strerror}. "
            "Choose a file in a folder that you may write to."
        ) from error
