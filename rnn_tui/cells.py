"""Blocks of characters, each with its ink and paper: what pictures are made of."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Glyphs = Literal["braille", "ascii"]


class Ink(IntEnum):
    """What a cell belongs to; who shows the chart gives each its colour."""

    NONE = 0
    GRID = 1
    AXIS = 2
    LABEL = 3
    FIRST = 4
    SECOND = 5
    AREA = 6
    MARK = 7
    WARNING = 8
    RULE = 9
    BAND = 10


class Paper(IntEnum):
    """What lies behind a cell."""

    NONE = 0
    FIRST = 1
    SECOND = 2
    AREA = 3


@dataclass(frozen=True, slots=True)
class Cells:
    """A block of characters, each with its ink and paper; all of shape (height, width)."""

    glyph: NDArray[np.str_]
    ink: NDArray[np.uint8]
    paper: NDArray[np.uint8]

    @classmethod
    def blank(cls, width: int, height: int) -> "Cells":
        """Return a block of spaces."""
        shape = (max(0, height), max(0, width))
        return cls(np.full(shape, " "), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    def write(self, row: int, column: int, text: str, ink: Ink) -> None:
        """Write `text` from (row, column) rightwards; what falls outside is left out.

        A character that is twice as wide, as of Chinese, has an empty cell after its own; one that
        would steer the terminal is shown as ?.
        """
        height, width = self.glyph.shape
        if not 0 <= row < height:
            return
        for symbol in text:
            size = 1 if symbol.isascii() else character_width(symbol)
            if size and 0 <= column <= width - size:
                self._free(row, column, column + size)
                shown = symbol if symbol.isprintable() else "?"
                self.glyph[row, column : column + size] = shown, *[""] * (size - 1)
                self.ink[row, column : column + size] = ink
            column += size

    def _free(self, row: int, start: int, stop: int) -> None:
        """Blank the other half of a wide character of which one half is to be written over."""
        if self.glyph[row, start] == "" and start:
            self.glyph[row, start - 1] = " "
        if stop < self.glyph.shape[1] and self.glyph[row, stop] == "":
            self.glyph[row, stop] = " "

    def part(self, top: int, left: int, height: int, width: int) -> "Cells":
        """Return a view of a rectangle, which is written to as the whole is."""
        rows, columns = slice(top, top + height), slice(left, left + width)
        return Cells(self.glyph[rows, columns], self.ink[rows, columns], self.paper[rows, columns])

    def text(self) -> str:
        """Return the characters alone, one line a row."""
        return "\n".join("".join(row) for row in self.glyph.tolist())


def character_width(character: str) -> int:
    """Return the columns that a terminal gives a character: 0, 1 or 2."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def text_width(text: str) -> int:
    """Return the columns that a terminal gives a text."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def place_over(cells: Cells, middle: int, label: str) -> range:
    """Return the columns of a label that is written around a column."""
    start = max(0, min(middle - len(label) // 2, cells.glyph.shape[1] - len(label)))
    return range(start, start + len(label))


def write_over(cells: Cells, row: int, middle: int, label: str) -> None:
    """Write a marked label around a column, and blank the labels that it would touch."""
    if not 0 <= row < cells.glyph.shape[0]:
        return
    start = place_over(cells, middle, label).start
    line = "".join(cells.glyph[row].tolist())
    for word in re.finditer(r"\S+", line):
        if word.start() <= start + len(label) and word.end() >= start:
            cells.write(row, word.start(), " " * len(word[0]), Ink.NONE)
    cells.write(row, start, label, Ink.MARK)
