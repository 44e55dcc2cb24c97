"""The tables of a configuration file: read, and laid over each other."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_tui.config.data import SERIES_KEYS, STANDARD_INPUT
from rnn_tui.errors import UsageError

LARGEST_FILE = 1 << 20


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a configuration file, unvalidated.

    A relative `data.file` counts from the folder of the configuration file.

    Raises
    ------
    UsageError
        The file cannot be read or is no TOML.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UsageError(f"--config {path}: is larger than 1 MiB, so it is no configuration.")
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--config {path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--config {path}: is not UTF-8 text, so it is no TOML file.") from error
    except (ValueError, RecursionError) as error:  # also integers too long, tables too deep
        raise UsageError(f"--config {path}: is not valid TOML: {error}.") from error
    data = tables.get("data")
    if isinstance(data, dict) and "file" in data:
        data["file"] = _beside(data["file"], path.parent)
    return tables


def _beside(file: Any, folder: Path) -> Any:
    if not isinstance(file, str) or file in {"", STANDARD_INPUT}:
        return file
    return str(folder / os.path.expanduser(file))  # noqa: PTH111 - Path's raises where it has none


def layer(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of `base` with those of `over` on top, key by key.

    A series in `over` replaces the one in `base` whole: its file, its columns, how it is read.
    """
    merged = dict(base)
    for section, values in over.items():
        below = merged.get(section, {})
        if not isinstance(below, Mapping):
            continue  # a wrong type stays, so that the validation can name it
        if not isinstance(values, Mapping):
            merged[section] = values
            continue
        if section == "data" and values.keys() & {"dataset", "file"}:
            below = {k: v for k, v in below.items() if k not in SERIES_KEYS}
        merged[section] = {**below, **values}
    return merged
