"""What a user sets for the screen once and for all: a TOML file in the folder for settings.

It is about how things look and which keys do what, never about what is trained: that is the run's
configuration (`rnn_tui.config`).
"""

import contextlib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rnn_tui.errors import UsageError

LARGEST_FILE = 1 << 20
UNSET_THEME = '# theme = "rnn-tui", and "rnn-tui-light" on a light ground'
Profile = Literal["auto", "local", "ssh"]
PaletteName = Literal["blue-orange", "okabe-ito", "high-contrast"]


def _keys(value: Any) -> Any:
    """Return one key, or several with commas between, as a tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


Keys = Annotated[tuple[str, ...], BeforeValidator(_keys), Field(min_length=1)]


class Settings(BaseModel):
    """The settings; what is not in the file has the values given here."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    theme: str | None = None
    """Name of a theme; the command palette lists them, and remembers here which was chosen. None:
    dark or light, as the terminal's ground is."""
    palette: PaletteName = "blue-orange"
    """Colours of data; every one of them serves all kinds of colour vision."""
    profile: Profile = "auto"
    """"ssh" sends little to the terminal, "local" is lavish, "auto" looks for SSH_CONNECTION."""
    fps: int | None = Field(default=None, ge=1, le=60)
    """Frames a second. None: as many as suit the profile."""
    keys: dict[str, Keys] = {}
    """Name of an action, as `rnn-tui keys` lists them -> the keys that do it."""


def read_settings(path: Path) -> Settings:
    """Return the settings in a file, the defaults where there is none.

    Raises
    ------
    UsageError
        Names the file, the line and the key at fault, and what was expected.
    """
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not valid TOML: {error}.") from error
    try:
        return Settings.model_validate(tables)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        lines = (explain(path, text, *_fault(dict(fault))) for fault in faults)
        raise UsageError("\n".join(lines)) from error


def explain(path: Path, text: str, key: tuple[str, ...], what: str) -> str:
    """Return a sentence that leads to the place of a key in a file with this text."""
    line = line_of(text, key)
    return f"{path}{f':{line}' if line else ''}: {'.'.join(key)}: {what}."


def fault(path: Path, key: tuple[str, ...], what: str) -> UsageError:
    """Return the error that leads to a key in the settings file."""
    return UsageError(explain(path, _read(path), key, what))


def line_of(text: str, key: tuple[str, ...]) -> int | None:
    """Return the line, from 1, that sets a key such as ("keys", "quit"); None if none is found."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = _dotted(header[1])
            if table == key:
                return number
        elif setting := re.match(r"""\s*([\w."'() +-]+?)\s*=""", line):
            path = (*table, *_dotted(setting[1]))
            if path == key or (len(path) < len(key) and key[: len(path)] == path):
                return number
    return None


def with_setting(text: str, key: str, value: str) -> str:
    """Return the text of a settings file with a top-level key set; all else stays as it is."""
    line = f'{key} = "{value}"'
    lines = text.splitlines()
    first_table = next((n for n, old in enumerate(lines) if old.lstrip().startswith("[")), None)
    for number, old in enumerate(lines[:first_table]):
        if re.match(rf"\s*{re.escape(key)}\s*=", old):
            lines[number] = line
            break
    else:
        lines.insert(0, line)
    return "\n".join(lines) + "\n"


def remember(path: Path, key: str, value: str) -> None:
    """Write a top-level key into the settings file, which is replaced whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    real = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=real.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(with_setting(_read(path), key, value))
        Path(name).replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def to_toml(settings: Settings) -> str:
    """Return the settings as the text of a file; what is unset stands there as a comment."""
    lines = [
        f'theme = "{settings.theme}"' if settings.theme else UNSET_THEME,
        f'palette = "{settings.palette}"',
        f'profile = "{settings.profile}"',
        f"fps = {settings.fps}" if settings.fps else "# fps = 10, and 4 over SSH",
    ]
    if settings.keys:
        named = (f'{name} = "{",".join(keys)}"' for name, keys in settings.keys.items())
        lines += ["", "[keys]", *named]
    return "\n".join(lines) + "\n"


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UsageError(f"{path}: the settings cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_FILE:
        raise UsageError(f"{path}: is larger than 1 MiB, so it is no settings file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text, so it is no TOML file.") from error


def _dotted(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _fault(fault: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """Return the key at fault, and what is wrong with it."""
    key = tuple(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = list(Settings.model_fields)
        close = get_close_matches(key[-1], known, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        return key, f"unknown key{hint}; known: {', '.join(known)}"
    if key[0] == "keys" and len(key) > 1:
        return key[
            :2
        ], f'must be a key such as "p", or several as "p,space", not {fault["input"]!r}'
    rule = fault["msg"].replace("Input should be", "must be").replace("a valid ", "a ")
    return key, f"{rule.replace('a integer', 'an integer')}, not {fault['input']!r}"
