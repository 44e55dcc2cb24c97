"""The app's own themes."""

from textual.theme import Theme

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
LIGHT_THEME = Theme(
    name="rnn-tui-light",
    primary="#0068b3",
    secondary="#b85c00",
    accent="#7d4a00",
    warning="#b85c00",
    error="#b3261e",
    success="#0068b3",
    foreground=LIGHT.foreground,
    background=LIGHT.background,
    surface="#eef2f7",
    panel="#dde4ed",
    dark=False,
)
OWN = (THEME, LIGHT_THEME)
HEX_LENGTH = len("#rrggbb")


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
