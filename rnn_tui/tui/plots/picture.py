"""What a plot hands to its panel: rows of cells, and the words on its frame."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.cells import Cells, Ink, Paper, text_width
from rnn_tui.tui.plots.look import Look


@dataclass(frozen=True, slots=True)
class Frame:
    """The room a picture has, in cells, and its look."""

    width: int
    height: int
    look: Look = field(default_factory=Look)
    cursor: int | None = None
    """The timestep that is read out, 1 … T."""
    alone: bool = False
    """Whether no other panel stands beside it: then there is room for figures."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a line, with a shorter form for where there is less room."""

    text: str
    ink: Ink = Ink.LABEL
    short: str | None = None

    @property
    def shortest(self) -> str:
        """The short form, or the only one."""
        return self.text if self.short is None else self.short


@dataclass(frozen=True, slots=True)
class Span:
    """The columns that stand for timesteps 1 … T, in equal parts."""

    left: int
    width: int
    T: int

    def timestep_at(self, column: int) -> int | None:
        """Return the timestep of a column; None beside the span."""
        if not self.left <= column < self.left + self.width:
            return None
        return (column - self.left) * self.T // self.width + 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn plot."""

    rows: tuple[Strip, ...]
    legend: tuple[Word, ...] = ()
    """On the upper edge of the frame."""
    reading: tuple[Word, ...] = ()
    """On the lower edge, the most telling first."""
    timesteps: Span | None = None
    """Where one can point at a timestep."""


def fit_words(words: Sequence[Word], width: int, gap: int = 2) -> list[tuple[str, Ink]]:
    """Return the words that fit in `width`: the last ones shortened first, then left out."""
    shown = list(words)
    while shown:
        for cut in range(len(shown), -1, -1):
            texts = [word.text if n < cut else word.shortest for n, word in enumerate(shown)]
            pieces = [(text, word.ink) for text, word in zip(texts, shown, strict=True) if text]
            if sum(text_width(text) for text, _ in pieces) + gap * (len(pieces) - 1) <= width:
                return pieces
        shown.pop()
    return []


def to_strips(cells: Cells, look: Look) -> tuple[Strip, ...]:
    """Return rows of cells as strips, neighbours of one style joined; blanks join either side."""
    width = cells.glyph.shape[1]
    if not width:
        return (Strip([], 0),) * len(cells.glyph)
    styles = look.styles()
    codes = _ink_through_blanks(cells) * len(Paper) + cells.paper
    return tuple(
        Strip(
            [
                Segment("".join(row[start:stop]), styles[code])
                for start, stop, code in _runs(inks.tolist())
            ],
            width,
        )
        for row, inks in zip(cells.glyph.tolist(), codes, strict=True)
    )


def _ink_through_blanks(cells: Cells) -> NDArray[np.intp]:
    """Return the inks, with that of the last glyph to the left where there is none to see."""
    column = np.arange(cells.glyph.shape[1])
    last = np.maximum.accumulate(np.where(cells.glyph != " ", column, 0), axis=1)
    return np.take_along_axis(cells.ink, last, axis=1).astype(np.intp)


def _runs(codes: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, stop, code) of every run of equal codes."""
    start = 0
    for code, run in groupby(codes):
        stop = start + len(list(run))
        yield start, stop, code
        start = stop


def say(frame: Frame, text: str, *, ink: Ink = Ink.LABEL) -> tuple[Strip, ...]:
    """Return rows with `text` in the middle, wrapped."""
    cells = Cells.blank(frame.width, frame.height)
    lines = wrap(text, max(1, frame.width - 2), max_lines=max(1, frame.height))
    for row, line in enumerate(lines, start=max(0, (frame.height - len(lines)) // 2)):
        cells.write(row, (frame.width - len(line)) // 2, frame.look.text(line), ink)
    return to_strips(cells, frame.look)


def wrap(text: str, width: int, max_lines: int) -> list[str]:
    """Return `text` in lines of at most `width`; what does not fit is cut, never all of it."""
    lines = textwrap.wrap(text.strip(), max(1, width), break_on_hyphens=False)
    if len(lines) > max_lines:
        last = f"{lines[max_lines - 1]} …"
        while len(last) > width and " " in last[:-2]:
            last = last[:-2].rsplit(" ", 1)[0] + " …"
        lines = [*lines[: max_lines - 1], last if len(last) <= width else last[: width - 1] + "…"]
    return lines
