"""A page of text, as wide and as coloured as the stream that it is for."""

import io
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, RenderableType

from rnn_tui.batch.plots import Picture, plots

WIDEST_CHART = 120
NARROW = 40
"""Columns of a page at least."""


class Page:
    """What is printed at the end, put together before it is written."""

    def __init__(self, stream: TextIO) -> None:
        screen = Console(file=stream)
        self._text = io.StringIO()
        self._is_terminal = screen.is_terminal
        self._is_unicode = (stream.encoding or "").lower().startswith("utf")
        self._console = Console(
            file=self._text,
            width=max(screen.width, NARROW),
            force_terminal=screen.is_terminal,
            no_color=screen.no_color,
            highlight=False,
        )

    @property
    def width(self) -> int:
        """Columns."""
        return self._console.width

    def add(self, *parts: RenderableType, no_wrap: bool = False) -> None:
        """Put something below the rest."""
        for part in parts:
            soft = not (no_wrap or self._is_terminal)
            self._console.print(part, markup=False, no_wrap=no_wrap or None, soft_wrap=soft)

    def draw(self, pictures: Iterable[Picture]) -> None:
        """Put charts below the rest, in letters where the stream has no others."""
        width = min(self.width, WIDEST_CHART)
        for chart in plots(pictures, width, "braille" if self._is_unicode else "ascii"):
            self.add(chart, no_wrap=True)

    @property
    def text(self) -> str:
        """Everything, without blanks at the ends of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._text.getvalue().splitlines())
