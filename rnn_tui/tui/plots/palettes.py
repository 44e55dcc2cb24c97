"""Colours of data by name, dressed for the background of any theme.

Each set tells its two lines and its mark apart for every kind of colour vision; nothing is told by
red against green. "okabe-ito" is the set of Okabe and Ito (Color Universal Design, 2008); its ramp
is cividis (Nuñez, Anderton and Renslow, PLOS ONE 13(7), 2018).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rnn_tui.cells import Ink, Paper
from rnn_tui.tui.plots.look import DARK, LIGHT, Palette


@dataclass(frozen=True, slots=True)
class Colours:
    """Of data, as #rrggbb."""

    first: str
    second: str
    mark: str
    warning: str
    cold: tuple[str, ...]
    """From the far end of the diverging scale towards its middle, which is the background."""
    warm: tuple[str, ...]
    """From the middle of the diverging scale to its other far end."""
    ramp: tuple[str, ...]
    """From 0 to 1."""


def _of(palette: Palette) -> Colours:
    inks = dict(palette.inks)
    return Colours(
        inks[Ink.FIRST],
        inks[Ink.SECOND],
        inks[Ink.MARK],
        inks[Ink.WARNING],
        palette.cold[:-1],
        palette.warm[1:],
        palette.ramp,
    )


CIVIDIS = ("#00204c", "#31446b", "#666870", "#958f78", "#cbba69", "#ffe945")
COLOURS: Mapping[str, tuple[Colours, Colours]] = {
    "blue-orange": (_of(DARK), _of(LIGHT)),
    "okabe-ito": (
        Colours(
            first="#56b4e9",
            second="#e69f00",
            mark="#f0e442",
            warning="#ef7b45",
            cold=("#56b4e9", "#0072b2"),
            warm=("#d55e00", "#e69f00"),
            ramp=CIVIDIS,
        ),
        Colours(
            first="#0072b2",
            second="#c65700",
            mark="#000000",
            warning="#a3456f",
            cold=("#00436b", "#0072b2", "#56b4e9"),
            warm=("#e69f00", "#d55e00", "#7a3600"),
            ramp=CIVIDIS[::-1],
        ),
    ),
    "high-contrast": (
        Colours(
            first="#7fdcff",
            second="#ffb000",
            mark="#ffffff",
            warning="#ff9d8a",
            cold=("#b8ecff", "#2f9fe0"),
            warm=("#d98200", "#ffdd99"),
            ramp=("#101010", "#454545", "#808080", "#bdbdbd", "#ffffff"),
        ),
        Colours(
            first="#003c8f",
            second="#a84300",
            mark="#000000",
            warning="#8f1d1d",
            cold=("#00255a", "#2f6fc4"),
            warm=("#c96a12", "#5e2600"),
            ramp=("#f5f5f5", "#bdbdbd", "#808080", "#454545", "#000000"),
        ),
    ),
}
"""Name -> the colours on a dark ground, and on a light one."""


def dress(name: str, *, dark: bool, background: str, foreground: str) -> Palette:
    """Return the palette of the colours called `name` on the ground of a theme.

    Parameters
    ----------
    background, foreground
        Of the theme, as #rrggbb.
    """
    colours = COLOURS[name][0 if dark else 1]

    def fade(colour: str, share: float) -> str:
        return blend(background, colour, share)

    return Palette(
        background=background,
        foreground=foreground,
        inks=(
            (Ink.GRID, fade(foreground, 0.10)),
            (Ink.AXIS, fade(foreground, 0.30)),
            (Ink.LABEL, fade(foreground, 0.78)),
            (Ink.FIRST, colours.first),
            (Ink.SECOND, colours.second),
            (Ink.AREA, fade(colours.first, 0.24)),
            (Ink.MARK, colours.mark),
            (Ink.WARNING, colours.warning),
            (Ink.RULE, fade(foreground, 0.42)),
            (Ink.BAND, fade(colours.first, 0.40)),
        ),
        papers=(
            (Paper.FIRST, fade(colours.first, 0.06)),
            (Paper.SECOND, fade(colours.second, 0.08)),
            (Paper.AREA, fade(colours.first, 0.24)),
        ),
        frame=fade(foreground, 0.26),
        focus=colours.first,
        good=colours.first,
        cold=(*colours.cold, fade(foreground, 0.06)),
        warm=(fade(foreground, 0.06), *colours.warm),
        ramp=colours.ramp,
    )


def blend(under: str, over: str, share: float) -> str:
    """Return the colour of so large a share of `over` on `under`, all as #rrggbb."""
    pairs = ((int(under[at : at + 2], 16), int(over[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)
