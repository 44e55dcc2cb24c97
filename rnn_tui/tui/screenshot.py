"""The screen as files: a picture, and plain text."""

from datetime import datetime
from pathlib import Path

from textual.app import App

from rnn_tui.training.files import replace_file

SUFFIXES = (".svg", ".txt")


def save_screen(app: App[None], folder: Path, now: datetime) -> Path:
    """Write what is on the screen as SVG and as text; return the path of the picture.

    Files that are there already stay: the name gets a number. Both are written, or none.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    stem = _free_stem(folder, f"rnn-tui-{now:%Y%m%d-%H%M%S}")
    svg, text = (folder / f"{stem}{suffix}" for suffix in SUFFIXES)
    replace_file(svg, app.export_screenshot(simplify=True).encode())
    try:
        replace_file(text, screen_text(app).encode())
    except OSError:
        svg.unlink()
        raise
    return svg


def screen_text(app: App[None]) -> str:
    """Return the characters on the screen, a line a row."""
    rows = app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way
    return "".join(f"{row.text.rstrip()}\n" for row in rows)


def _free_stem(folder: Path, stem: str) -> str:
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(
        name for name in names if not any((folder / f"{name}{end}").exists() for end in SUFFIXES)
    )
