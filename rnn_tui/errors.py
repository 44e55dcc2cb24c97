"""Errors that a user can mend, each with the exit code of the command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the `rnn-tui` command returns to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130
    """128 + the signal's number, as shells count; SIGHUP 129, SIGTERM 143 likewise."""
    PIPE_CLOSED = 141
    """Who read the output has gone, as in `| head -1`: 128 + SIGPIPE."""


OUT_OF_MEMORY = (
    "not enough memory: lower --hidden, --batch-size, --horizon or --input-chunk-length."
)


class RnnTuiError(Exception):
    """Base of all errors whose message is written for the user.

    The message names the file, line, column or option at fault, says what was expected and how
    to mend it. The command prints it without a traceback and exits with `exit_code`.
    """

    exit_code = ExitCode.FAILED


class UsageError(RnnTuiError):
    """An option or a configuration that cannot be run as it stands."""

    exit_code = ExitCode.USAGE


class DataError(UsageError):
    """A series that cannot be read or is not fit for the run."""


class ModelFileError(UsageError):
    """A model file that cannot be read, or does not match the run."""


class OutputFileError(UsageError):
    """A file that could never be written where it is to be."""


class SaveError(RnnTuiError):
    """A model or a forecast that could not be written where it was to be."""
