"""A run's configuration as the text of a file that makes the same run again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_tui.config import STANDARD_INPUT, RunConfig
from rnn_tui.errors import UsageError

DELETE = "\x7f"
"""The one control character that JSON leaves as it is and TOML forbids."""


def to_toml(config: RunConfig) -> str:
    """Return every key that has a value, defaults included; the path of a file is made absolute.

    Raises
    ------
    UsageError
        The name of a file is no text.
    """
    tables = config.model_dump(mode="python", exclude_none=True)
    file = tables["data"].get("file")
    if file not in {None, STANDARD_INPUT}:
        tables["data"]["file"] = str(Path(file).absolute())
    return "\n".join(_table(name, values) for name, values in tables.items())


def _table(name: str, values: Mapping[str, Any]) -> str:
    lines = (f"{key} = {_value(value)}\n" for key, value in values.items())
    return f"[{name}]\n{''.join(lines)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(value: str) -> str:
    """Return a basic string: JSON escapes what TOML wants escaped, in the same way."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{value!r} is no text that a TOML file can hold: rename it.") from error
    return json.dumps(value, ensure_ascii=False).replace(DELETE, "\\u007f")
