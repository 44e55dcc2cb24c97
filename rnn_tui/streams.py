"""Standard output and error that may be closed, full, or unable to show a character."""

import contextlib
import errno
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from rnn_tui.errors import ExitCode


class OutputLostError(Exception):
    """Nobody reads what is written any more, or it cannot be stored."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror)
        self.is_closed = error.errno in {errno.EPIPE, errno.EIO}
        """The reader has gone (`| head -1`, a closed terminal), which is no fault."""
        self.exit_code = ExitCode.PIPE_CLOSED if self.is_closed else ExitCode.FAILED


class Output:
    """A text stream that is flushed at every write and says when it is lost."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        """Write `text` and flush.

        Raises
        ------
        OutputLostError
            The stream is closed at the other end, or full.
        """
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError as error:
            raise OutputLostError(error) from error


def prepare_standard_streams() -> None:
    """Make stdout and stderr fit for any text, and real where the caller closed them (`>&-`)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - lives as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def own_terminal(receive: Callable[[str], None]) -> Iterator[io.TextIOWrapper]:
    """Take the terminal for the screen alone; yield it as a file.

    Standard output leads to the terminal. It, and standard error where that leads there too, are
    caught at the level of the system meanwhile, so that whatever a library writes, in whichever
    language, cannot tear the screen.

    Parameters
    ----------
    receive
        Is called with every line, in a thread of its own.
    """
    caught = [1, 2] if os.isatty(2) else [1]
    terminal = os.dup(1)
    kept = [os.dup(number) for number in caught]
    outlet, inlet = os.pipe()
    for number in caught:
        os.dup2(inlet, number)
    os.close(inlet)
    reader = threading.Thread(target=_read_lines, args=(outlet, receive), daemon=True)
    reader.start()
    try:
        screen = open(terminal, "w", encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
        try:
            yield screen
        finally:
            with contextlib.suppress(OSError):  # a terminal that has gone takes nothing more
                screen.close()
    finally:
        for number, before in zip(caught, kept, strict=True):
            os.dup2(before, number)
            os.close(before)
        reader.join(1.0)


def _read_lines(outlet: int, receive: Callable[[str], None]) -> None:
    with open(outlet, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            receive(line)


def release_standard_streams() -> None:
    """Let go of what cannot be written any more, so that Python's own exit code does not win.

    The interpreter flushes both streams as it ends, and exits with 120 where that fails.
    """
    streams = (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__)
    for stream in filter(None, streams):
        try:
            stream.flush()
        except (OSError, ValueError):
            discard_the_rest(stream)


def discard_the_rest(stream: TextIO) -> None:
    """Point a lost stream at nothing, so that flushing it at exit cannot fail."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def printable(line: str) -> str:
    """Return one line of text without control characters: a file's content may hold them."""
    return "".join(character if character.isprintable() else "?" for character in line)


def complain(message: str) -> None:
    """Write every line of `message` to stderr as coming from us; lost where stderr is."""
    text = "".join(f"rnn-tui: {printable(line)}\n" for line in message.splitlines())
    try:
        Output(sys.stderr).write(text)
    except OutputLostError:
        discard_the_rest(sys.stderr)


def are_one(first: TextIO, second: TextIO) -> bool:
    """Return whether two streams lead to the same place, as after `2>&1`."""
    try:
        return os.path.sameopenfile(first.fileno(), second.fileno())
    except (OSError, ValueError):
        return False
