"""How things look: colours of data, of what surrounds them, and the glyphs at hand.

Data are blue and orange, which every kind of colour vision tells apart; lines differ by their
symbols as well.
"""

from dataclasses import dataclass
from functools import cache

from rich.style import Style

from rnn_tui.cells import Glyphs, Ink, Paper
from rnn_tui.streams import printable


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb."""

    background: str
    foreground: str
    inks: tuple[tuple[Ink, str], ...]
    papers: tuple[tuple[Paper, str], ...]
    frame: str
    focus: str
    good: str
    cold: tuple[str, ...]
    """Of the diverging scale, from −1 to 0."""
    warm: tuple[str, ...]
    """Of the diverging scale, from 0 to 1."""
    ramp: tuple[str, ...]
    """Of the unipolar scale, from 0 to 1."""


DARK = Palette(
    background="#0c1017",
    foreground="#d5dce6",
    inks=(
        (Ink.GRID, "#1d2531"),
        (Ink.AXIS, "#3b4757"),
        (Ink.LABEL, "#8492a6"),
        (Ink.FIRST, "#59b4ff"),
        (Ink.SECOND, "#ffa62b"),
        (Ink.AREA, "#16304a"),
        (Ink.MARK, "#ffe066"),
        (Ink.WARNING, "#ff7f6b"),
        (Ink.RULE, "#566579"),
        (Ink.BAND, "#27496b"),
    ),
    papers=((Paper.FIRST, "#131b27"), (Paper.SECOND, "#211c19"), (Paper.AREA, "#16304a")),
    frame="#344154",
    focus="#59b4ff",
    good="#59b4ff",
    cold=("#8fd0ff", "#3b93e0", "#1d4f86", "#141d2a"),
    warm=("#141d2a", "#7d4a12", "#dd8415", "#ffd08a"),
    ramp=("#121a27", "#183a63", "#1f6a9c", "#2f9da6", "#79c398", "#e3e07f"),
)
LIGHT = Palette(
    background="#fbfcfe",
    foreground="#1c2530",
    inks=(
        (Ink.GRID, "#e3e8ef"),
        (Ink.AXIS, "#aab4c2"),
        (Ink.LABEL, "#5a6778"),
        (Ink.FIRST, "#0068b3"),
        (Ink.SECOND, "#b85c00"),
        (Ink.AREA, "#cfe2f3"),
        (Ink.MARK, "#000000"),
        (Ink.WARNING, "#b3261e"),
        (Ink.RULE, "#97a3b3"),
        (Ink.BAND, "#9cc3e4"),
    ),
    papers=((Paper.FIRST, "#eef3fa"), (Paper.SECOND, "#faf1e6"), (Paper.AREA, "#cfe2f3")),
    frame="#b9c3d0",
    focus="#0068b3",
    good="#0068b3",
    cold=("#003f7d", "#2f7fc1", "#a8cdea", "#f4f6f9"),
    warm=("#f4f6f9", "#f3c68b", "#d37a15", "#7d3f00"),
    ramp=("#f7f9fb", "#cfe5d6", "#86c5c2", "#3a93b8", "#225f97", "#132f5b"),
)

SIXTEEN = Palette(
    background="#000000",
    foreground="#aaaaaa",
    inks=(
        (Ink.GRID, "#555555"),
        (Ink.AXIS, "#555555"),
        (Ink.LABEL, "#aaaaaa"),
        (Ink.FIRST, "#00aaaa"),
        (Ink.SECOND, "#aa5500"),
        (Ink.AREA, "#0000aa"),
        (Ink.MARK, "#ffffff"),
        (Ink.WARNING, "#ff5555"),
        (Ink.RULE, "#aaaaaa"),
        (Ink.BAND, "#0000aa"),
    ),
    papers=((Paper.FIRST, "#000000"), (Paper.SECOND, "#000000"), (Paper.AREA, "#0000aa")),
    frame="#555555",
    focus="#ffffff",
    good="#00aaaa",
    cold=DARK.cold,
    warm=DARK.warm,
    ramp=DARK.ramp,
)
"""What every terminal has: each colour is one of the sixteen, cyan and brown for data."""
SIXTEEN_LIGHT = Palette(
    background="#ffffff",
    foreground="#000000",
    inks=(
        (Ink.GRID, "#aaaaaa"),
        (Ink.AXIS, "#555555"),
        (Ink.LABEL, "#555555"),
        (Ink.FIRST, "#0000aa"),
        (Ink.SECOND, "#aa0000"),
        (Ink.AREA, "#aaaaaa"),
        (Ink.MARK, "#000000"),
        (Ink.WARNING, "#aa00aa"),
        (Ink.RULE, "#555555"),
        (Ink.BAND, "#aaaaaa"),
    ),
    papers=((Paper.FIRST, "#ffffff"), (Paper.SECOND, "#ffffff"), (Paper.AREA, "#aaaaaa")),
    frame="#555555",
    focus="#0000aa",
    good="#0000aa",
    cold=LIGHT.cold,
    warm=LIGHT.warm,
    ramp=LIGHT.ramp,
)
"""The same on a light ground, where cyan and brown would pale: blue and red for data."""


SAME_WIDTH = dict(zip("·−…‖∂●○◌✓✗■≤•━←→’╵▴▾×▶◀", "--.|d*oo+x#<o-<>''^vx><", strict=True))
"""What lines that are fitted to a width may hold, each with one character for it."""
SPELT = {
    "√": "sqrt",
    "±": "+-",
    "²": "^2",
    "δ": "delta",
    "ᵀ": "^T",
    "⊙": "*",
    "\u0304": "(mean)",
    "↑": "up",
    "↓": "down",
}
"""What pages that wrap may hold besides."""
TO_ASCII = str.maketrans({**SAME_WIDTH, **SPELT})


@dataclass(frozen=True, slots=True)
class Look:
    """A palette and what the terminal can show of it."""

    palette: Palette = DARK
    glyphs: Glyphs = "braille"
    colour: bool = True
    blocks: bool = True
    """Whether heat maps are made of coloured blocks; else of characters, which are sent faster."""

    @property
    def ascii(self) -> bool:
        """Whether only ASCII can be shown."""
        return self.glyphs == "ascii"

    def text(self, text: str) -> str:
        """Return `text` in the characters at hand, without any that would steer the terminal."""
        shown = text.translate(TO_ASCII) if self.ascii else text
        return shown if shown.isprintable() else printable(shown)

    def style(self, ink: Ink = Ink.NONE, paper: Paper = Paper.NONE, *, bold: bool = False) -> Style:
        """Return the style of a cell."""
        return _style(self.palette, ink, paper, bold)

    def styles(self) -> tuple[Style, ...]:
        """Return the styles of all cells, at ink · number of papers + paper."""
        return _styles(self.palette)


@cache
def _style(palette: Palette, ink: Ink, paper: Paper, bold: bool) -> Style:
    return Style(
        color=dict(palette.inks).get(ink, palette.foreground),
        bgcolor=dict(palette.papers).get(paper, palette.background),
        bold=bold,
    )


@cache
def _styles(palette: Palette) -> tuple[Style, ...]:
    return tuple(_style(palette, ink, paper, bold=False) for ink in Ink for paper in Paper)
