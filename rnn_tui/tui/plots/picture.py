"""What a plot hands to its panel: rows of cells, and the words on its frame."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.charts import Cells, Ink, Paper
from rnn_tui.tui.plots.look import Look


@dataclass(frozen=True, slots=True)
class Frame:
    """The room a picture has, in cells, and its look."""

    width: int
    height: int
    look: Look = field(default_factory=Look)


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
class Picture:
    """A drawn plot."""

    rows: tuple[Strip, ...]
    legend: tuple[Word, ...] = ()
    """On the upper edge of the frame."""
    reading: tuple[Word, ...] = ()
    """On the lower edge, the most telling first."""


def fit_words(words: Sequence[Word], width: int, gap: int = 2) -> list[tuple[str, Ink]]:
    """Return the words that fit in `width`: the last ones shortened first, then left out."""
    shown = list(words)
    while shown:
        for cut in range(len(shown), -1, -1):
            texts = [word.text if n < cut else word.shortest for n, word in enumerate(shown)]
            pieces = [(text, word.ink) for text, word in zip(texts, shown, strict=True) if text]
            if sum(len(text) for text, _ in pieces) + gap * (len(pieces) - 1) <= width:
                return pieces
        shown.pop()
    return []


def to_strips(cells: Cells, look: Look) -> tuple[Strip, ...]:
    """Return rows of cells as strips, neighbours of one style joined."""
    width = cells.glyph.shape[1]
    rows = []
    for glyphs, inks, papers in zip(
        cells.glyph.tolist(), cells.ink.tolist(), cells.paper.tolist(), strict=True
    ):
        segments = []
        start = 0
        for (ink, paper), run in groupby(zip(inks, papers, strict=True)):
            stop = start + len(list(run))
            style = look.style(Ink(ink), Paper(paper))
            segments.append(Segment("".join(glyphs[start:stop]), style))
            start = stop
        rows.append(Strip(segments, width))
    return tuple(rows)


def say(frame: Frame, text: str, *, ink: Ink = Ink.LABEL) -> tuple[Strip, ...]:
    """Return rows with `text` in the middle, wrapped."""
    cells = Cells.blank(frame.width, frame.height)
    lines = wrap(text, max(1, frame.width - 2), max_lines=max(1, frame.height))
    for row, line in enumerate(lines, start=max(0, (frame.height - len(lines)) // 2)):
        cells.write(row, (frame.width - len(line)) // 2, frame.look.text(line), ink)
    return to_strips(cells, frame.look)


def wrap(text: str, width: int, max_lines: int) -> list[str]:
    """Return `text` in lines of at most `width`; what does not fit is cut, never all of it."""
    lines = textwrap.wrap(text, max(1, width), break_on_hyphens=False)
    if len(lines) > max_lines:
        last = f"{lines[max_lines - 1]} …"
        while len(last) > width and " " in last[:-2]:
            last = last[:-2].rsplit(" ", 1)[0] + " …"
        lines = [*lines[: max_lines - 1], last if len(last) <= width else last[: width - 1] + "…"]
    return lines
