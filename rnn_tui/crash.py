"""What is said and kept when rnn-tui itself is at fault."""

import os
import sys
import time
import traceback
from pathlib import Path

from rnn_tui import __version__
from rnn_tui.places import log_folders


def report_crash(error: BaseException, arguments: list[str]) -> str:
    """Write the traceback of `error` to a log; return the line to show. Never raises."""
    fault = f"{type(error).__name__}: {error}".splitlines()[0]
    text = "\n".join(
        [
            f"rnn-tui {__version__}, Python {sys.version}",
            f"arguments: {arguments}",
            "".join(traceback.format_exception(error)),
        ]
    )
    path = _write_log(text)
    where = f"the traceback is in {path}" if path else "its log could not be written"
    return f"this is a bug in rnn-tui ({fault}); {where}."


def rescue_path() -> Path:
    """Return where a run is kept that nobody else will save; its folder exists. Never raises."""
    name = time.strftime("rescued-%Y%m%d-%H%M%S.safetensors")
    for folder in log_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder / name
    return Path(name)


def _write_log(text: str) -> Path | None:
    name = time.strftime("crash-%Y%m%d-%H%M%S.log")
    for folder in log_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="replace")
        except OSError:
            continue
        return path
    return None
