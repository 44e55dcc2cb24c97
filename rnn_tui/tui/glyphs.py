"""What the terminal can show. Imported before NumPy and Textual are."""

import locale
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_tui.cells import Glyphs

WITHOUT_BRAILLE = ("linux", "vt100", "vt102", "vt220", "ansi", "dumb")
PLAIN_LOCALES = ("C", "POSIX")
COERCED = "C.UTF-8"
"""What Python writes into LC_CTYPE where it finds one of those in LANG (PEP 538)."""


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
    if used.lower().replace("-", "") != "utf8" or _asks_for_c(environment):
        return "ascii"
    return "ascii" if environment.get("TERM", "") in WITHOUT_BRAILLE else "braille"


def _asks_for_c(environment: Mapping[str, str]) -> bool:
    """Return whether LANG names a C locale that Python has made one of UTF-8."""
    is_coerced = not environment.get("LC_ALL") and environment.get("LC_CTYPE") in {None, COERCED}
    return is_coerced and environment.get("LANG") in PLAIN_LOCALES
