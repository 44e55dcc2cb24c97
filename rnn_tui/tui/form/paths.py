"""Completing the path of a file that is being typed."""

import os
from pathlib import Path


def complete_path(text: str) -> str:
    """Return what to add to a path: the rest of the first name that it begins; ~ is understood.

    A folder gets its slash. Nothing is added where no name fits or the folder cannot be read.
    """
    if text == "~":
        return "/"
    head, _, begun = text.rpartition("/")
    folder = expand(f"{head}/") if head or text.startswith("/") else Path()
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.startswith(begun))
    except OSError:
        return ""
    name = next((name for name in names if begun or not name.startswith(".")), None)
    if name is None or not text:
        return ""
    end = "/" if (folder / name).is_dir() else ""
    return f"{name[len(begun) :]}{end}"


def expand(text: str) -> Path:
    """Return a typed path, with ~ as the home folder; without one it stays as it is."""
    return Path(os.path.expanduser(text.strip()))  # noqa: PTH111 - Path's raises where it has none


def path_fault(text: str) -> str:
    """Return why a file could not be written there, as far as looking tells; else nothing."""
    path = expand(text)
    try:
        if not text.strip():
            return "give the name of a file"
        if path.is_dir():
            return "is a folder; give the name of a file in it"
        if not path.parent.is_dir():
            return f"the folder {path.parent} does not exist"
        if not os.access(path.parent, os.W_OK):
            return f"the folder {path.parent} cannot be written to"
    except (OSError, ValueError):  # too long a name, a character that no name can have
        return "is no name of a file"
    return ""
