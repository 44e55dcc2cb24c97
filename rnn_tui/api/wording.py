"""What the command's messages say about options, in the names that Python has for them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from rnn_tui.config import RunConfig
from rnn_tui.errors import RnnTuiError

SECTIONS = ("data", "model", "training")
OTHER_NAMES = {
    "covariate": "covariates",
    "data": "file",
    "hidden": "hidden_size",
    "load-model": "load",
    "lr": "learning_rate",
    "save-model": "save",
}
"""Name of an option -> what Python calls it, where that is not the same with underscores."""


def known_options() -> dict[str, str]:
    """Return the section of every key that is an argument."""
    keys = ((name, type(getattr(RunConfig(), name)).model_fields) for name in SECTIONS)
    return {key: name for name, fields in keys for key in fields}


def for_python(message: str) -> str:
    """Return a message with `--learning-rate` and its like as the arguments that they are here."""
    known = {*known_options(), *OTHER_NAMES.values()}

    def argument(option: re.Match[str]) -> str:
        name = _python_name(option[1])
        return name if name in known else option[0]

    return re.sub(r"--([a-z][a-z-]*[a-z])", argument, message)


@contextmanager
def speaking_python() -> Iterator[None]:
    """Let errors that a caller can mend name arguments, not options of the command."""
    try:
        yield
    except RnnTuiError as error:
        error.args = (for_python(str(error)),)
        raise


def suggestion(unknown: str) -> str:
    """Return which argument may have been meant, in words; "" where none comes near."""
    known = known_options()
    name = _python_name(unknown.replace("_", "-"))
    close = [name] if name in known else get_close_matches(unknown, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _python_name(option: str) -> str:
    return OTHER_NAMES.get(option, option.replace("-", "_"))
