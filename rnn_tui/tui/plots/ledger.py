"""Figures below a chart: a table, then lines of words. A panel that has the screen shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from textual.strip import Strip

from rnn_tui.cells import Cells, Ink, text_width
from rnn_tui.tui.plots.picture import Frame, Word, fit_words, to_strips

Row = tuple[Word, ...]
LEAST_WIDTH = 60
LEAST_CHART = 9
"""Rows that are left for the chart."""
GAP = 2


@dataclass(frozen=True, slots=True)
class Ledger:
    """What stands below a chart."""

    table: tuple[Row, ...] = ()
    """Rows of a name and figures; the first has the headings."""
    lines: tuple[Row, ...] = ()
    """Words beside each other, the most telling first, of the most telling line first."""


def divide(frame: Frame, ledger_of: Callable[[], Ledger]) -> tuple[Frame, tuple[Strip, ...]]:
    """Return the room that is left for a chart, and the rows of figures that stand below it.

    Parameters
    ----------
    ledger_of
        Is called where there is room for its table, on a panel that has the whole screen.
    """
    room = frame.height - LEAST_CHART
    if not frame.alone or frame.width < LEAST_WIDTH or room < 1:
        return frame, ()
    ledger = ledger_of()
    if len(ledger.table) > room:
        return frame, ()
    lines = [line for line in ledger.lines if line][: room - len(ledger.table)]
    rows = draw_ledger(replace(ledger, lines=tuple(lines)), frame)
    return replace(frame, height=frame.height - len(rows)), rows


def draw_ledger(ledger: Ledger, frame: Frame) -> tuple[Strip, ...]:
    """Return the table with its columns aligned, those that do not fit left out, and the lines."""
    cells = Cells.blank(frame.width, len(ledger.table) + len(ledger.lines))
    look = frame.look
    ends = _ends(ledger.table, frame.width)
    for y, row in enumerate(ledger.table):
        for place, (word, end) in enumerate(zip(row, ends, strict=False)):
            text = look.text(word.text)
            cells.write(y, end - text_width(text) if place else 1, text, word.ink)
    for y, line in enumerate(ledger.lines, start=len(ledger.table)):
        column = 1
        for text, ink in fit_words(line, frame.width - 2, gap=GAP):
            cells.write(y, column, look.text(text), ink)
            column += text_width(text) + GAP
    return to_strips(cells, look)


def _ends(table: Sequence[Row], width: int) -> list[int]:
    """Return the column after each column of a table that fits in `width`."""
    ends: list[int] = []
    for place, column in enumerate(zip_longest(*table)):
        texts = [text_width(word.text) for word in column if word is not None]
        end = (ends[-1] + GAP if place else 1) + max(texts)
        if end >= width:
            break
        ends.append(end)
    return ends


def figures(name: Word, *texts: str, ink: Ink = Ink.NONE) -> Row:
    """Return a row of a table."""
    return (name, *(Word(text, ink) for text in texts))
