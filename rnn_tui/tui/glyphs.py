"""What the terminal can show. Imported before NumPy and Textual are."""

import locale
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_tui.cells import Glyphs

WITHOUT_BRAILLE = ("linux", "vt100", "vt102", "vt220", "ansi", "dumb")


def detect_glyphs(environment: Mapping[str, str], encoding: str | None = None) -> "Glyphs":
    """Return what the terminal can draw: braille needs UTF-8 and a font that has it.

    Parameters
    ----------
    environment
        Environment variables.
    encoding
        The locale's; None asks it.
    """
    used = locale.getencoding() if encoding is None else encoding
    if used.lower().replace("-", "") != "utf8":
        return "ascii"
    return "ascii" if environment.get("TERM", "") in WITHOUT_BRAILLE else "braille"
