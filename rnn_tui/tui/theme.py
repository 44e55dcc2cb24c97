"""The app's own theme, and what the terminal can show."""

import locale
from collections.abc import Mapping

from textual.theme import Theme

from rnn_tui.cells import Glyphs
from rnn_tui.tui.plots.look import DARK, LIGHT, Palette
from rnn_tui.tui.plots.palettes import dress

THEME = Theme(
    name="rnn-tui",
    primary="#59b4ff",
    secondary="#ffa62b",
    accent="#ffe066",
    warning="#ffa62b",
    error="#ff7f6b",
    success="#59b4ff",
    foreground=DARK.foreground,
    background=DARK.background,
    surface="#121823",
    panel="#1d2735",
    dark=True,
)
HEX_LENGTH = len("#rrggbb")
WITHOUT_BRAILLE = ("linux", "vt100", "vt102", "vt220", "ansi", "dumb")


def detect_glyphs(environment: Mapping[str, str], encoding: str | None = None) -> Glyphs:
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


def palette_of(theme: Theme, colours: str) -> Palette:
    """Return the palette of a theme's ground with the data colours of a name.

    A theme that leaves its ground to the terminal gets ours: data need a ground that is known.
    """
    ours = DARK if theme.dark else LIGHT
    shades = theme.to_color_system().generate()
    background, foreground = shades["background"], shades["foreground"]
    if not (len(background) == len(foreground) == HEX_LENGTH):
        background, foreground = ours.background, ours.foreground
    if colours == "blue-orange" and background.lower() == ours.background:
        return ours
    return dress(colours, dark=theme.dark, background=background, foreground=foreground)
