"""The event log: what happens in a run, and what anything in the process says besides.

Nothing may write on the screen but the screen itself. Stray prints, warnings and log records end
here: in the entries that the event panel shows, and in a file that outlives the app.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from rnn_tui.streams import printable

MOST_ENTRIES = 1_000
LARGEST_LOG = 1 << 20
"""Bytes of the file: an older one makes way, and a run that says more is not written on."""
LOG_NAME = "rnn-tui.log"
Write = Callable[[str], None]
Now = Callable[[], datetime]


class Kind(StrEnum):
    """Where an entry comes from."""

    RUN = "run"
    """What the run does: states, epochs, the end."""
    BEST = "best"
    RATE = "rate"
    """The learning rate and other things that were changed by hand or by a schedule."""
    GRADIENT = "gradient"
    """Clipping, underflow, overflow."""
    STRAY = "stray"
    """Printed by something that does not know there is a screen."""
    WARNING = "warning"
    """Python's warnings, and log records of libraries."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: datetime
    kind: Kind
    text: str


class Journal:
    """The latest entries, oldest first, in bounded memory. Safe in any thread.

    Parameters
    ----------
    write
        Is called with every entry as a line of text.
    now
        The time of day.
    """

    def __init__(self, write: Write | None = None, now: Now = datetime.now) -> None:
        self.entries: tuple[Entry, ...] = ()
        """A new tuple with every entry: whoever shows them sees by its identity that it has one."""
        self._write = write
        self._now = now
        self._lock = threading.Lock()
        self._changed: Callable[[], None] = _nobody

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, in any thread, where there are new entries."""
        self._changed = changed

    def note(self, kind: Kind, text: str) -> None:
        """Add an entry for every line of `text` that says something."""
        with self._lock:
            at = self._now()
            lines = [printable(line.expandtabs()) for line in text.splitlines() if line.strip()]
            new = tuple(Entry(at, kind, line.rstrip()) for line in lines)
            self.entries = (*self.entries, *new)[-MOST_ENTRIES:]
            if self._write is not None:
                for entry in new:
                    self._write(f"{at:%Y-%m-%d %H:%M:%S} {kind:<8} {entry.text}\n")
        if new:
            self._changed()

    def stray(self, text: str) -> None:
        """Add what was printed."""
        self.note(Kind.STRAY, text)


def _nobody() -> None:
    """Stand in for a watcher."""


class JournalHandler(logging.Handler):
    """Brings log records and warnings into a journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record."""
        with suppress(Exception):  # a record that cannot be formatted must not end the run
            self._journal.note(Kind.WARNING, f"{record.levelname.lower()}: {self.format(record)}")


@contextmanager
def listening(journal: Journal) -> Iterator[None]:
    """Bring Python's warnings and log records into a journal meanwhile, and nowhere else."""
    root, handler = logging.getLogger(), JournalHandler(journal)
    before, root.handlers = root.handlers, [handler]
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.handlers = before


@contextmanager
def log_file(folders: list[Path]) -> Iterator[Write | None]:
    """Open the log in the first folder that lets us; yield how to write to it.

    None where no folder does. A log that cannot be written on, or has grown beyond
    `LARGEST_LOG`, is left as it is: the run goes on.
    """
    for folder in folders:
        path = folder / LOG_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > LARGEST_LOG:
                path.replace(path.with_suffix(".old.log"))
            file = path.open("a", encoding="utf-8", errors="replace", buffering=1)
        except OSError:
            continue
        left = LARGEST_LOG

        def write(line: str) -> None:
            nonlocal left
            left -= len(line)
            if left > 0:
                with suppress(OSError, ValueError):  # a full disk; an entry after the end
                    file.write(line)  # noqa: B023 - the loop ends here

        try:
            yield write
        finally:
            with suppress(OSError):  # what a full disk did not take is tried once more
                file.close()
        return
    yield None
