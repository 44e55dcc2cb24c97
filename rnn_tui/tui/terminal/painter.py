"""What Textual draws, as the fewest bytes that bring a terminal there.

Textual redraws whole rows of a widget where a few of their cells have changed. A painter keeps the
screen as the terminal has it, cell by cell, and lets through what differs: over a thin line that is
a tenth, and nothing at all where nothing has changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from rich.cells import cell_len

TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<style>[\d;]*)m"
    r"|(?P<newline>\n)"
    r"|\x1b\[\?2026(?P<sync>[hl])"
    r"|(?P<mode>\x1b\[[<=>?]?[\d;:]*[$ ]?[hlnpqtu]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x07)"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)
"""What Textual sends: moves, colours, line ends, frames, what changes no cell, and text."""
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
OTHER_SCREEN = "?1049"
SHORT_GAP = 4
"""Cells between two changes that are cheaper to send again than to jump over."""


@dataclass(frozen=True, slots=True)
class Style:
    """Parameters of colour sequences; None is the terminal's own colour."""

    attributes: str = ""
    colour: str | None = None
    background: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the screen; "" is the right half of a wide character."""

    glyph: str
    style: Style


class Painter:
    """A terminal's screen as it was left; `paint` says what to send to change it."""

    def __init__(self) -> None:
        self._shown: dict[tuple[int, int], Cell] = {}
        self._changed: dict[tuple[int, int], Cell] = {}
        self._wide_rows: set[int] = set()
        self._cursor = (0, 0)
        """Where Textual believes the cursor to be: (row, column), from 0."""
        self._place: tuple[int, int] | None = None
        """Where the terminal's cursor is; None: not known."""
        self._style: Style | None = None
        self._frame_waits = False
        self._frame_is_open = False

    def forget(self) -> None:
        """Take the terminal's screen as unknown: it was cleared, or has another size."""
        self._shown.clear()
        self._place = self._style = None

    def paint(self, data: str) -> str:
        """Return what to send in the place of `data`, which may be nothing."""
        if sum(len(token[0]) for token in TOKEN.finditer(data)) != len(data):
            self.forget()
            return data
        return "".join(self._parts(data))

    def _parts(self, data: str) -> Iterator[str]:
        style = Style()
        for token in TOKEN.finditer(data):
            match token.lastgroup:
                case "text":
                    self._put(token[0], style)
                case "style":
                    style = read_style(token["style"])
                case "column":
                    self._cursor = (int(token["row"]) - 1, int(token["column"]) - 1)
                case "newline":
                    self._cursor = (self._cursor[0] + 1, 0)
                case "sync":
                    yield self._send()
                    yield self._mark_frame(begins=token["sync"] == "h")
                case _:
                    yield self._send()
                    yield token[0]
                    if OTHER_SCREEN in token[0]:
                        self.forget()
        yield self._send()

    def _mark_frame(self, *, begins: bool) -> str:
        """Hold the begin of a frame back until there is something in it."""
        if begins:
            self._frame_waits = True
            return ""
        was_open, self._frame_is_open, self._frame_waits = self._frame_is_open, False, False
        return SYNC_END if was_open else ""

    def _put(self, text: str, style: Style) -> None:
        row, column = self._cursor
        if text.isascii() or cell_len(text) == len(text):
            blank = Cell(" ", _blank(style))
            cells = [blank if glyph == " " else Cell(glyph, style) for glyph in text]
        else:
            cells = list(_wide_cells(text, style))
            self._wide_rows.add(row)
        for cell in cells:
            here = (row, column)
            if self._shown.get(here) != cell:
                self._changed[here] = cell
            else:
                self._changed.pop(here, None)
            column += 1
        self._cursor = (row, column)

    def _send(self) -> str:
        """Return the sequences that bring all changes to the terminal."""
        if not self._changed:
            return ""
        self._shown.update(self._changed)
        touched = {row for row, _ in self._changed} & self._wide_rows
        places = sorted({*self._changed, *(at for at in self._shown if at[0] in touched)})
        self._changed.clear()
        parts = [SYNC_START] if self._frame_waits else []
        self._frame_is_open |= self._frame_waits
        self._frame_waits = False
        for place in places:
            cell = self._shown[place]
            parts.append(self._jump(place))
            parts.append(self._colour(cell))
            parts.append(cell.glyph)
            self._place = (place[0], place[1] + 1)
        return "".join(parts)

    def _jump(self, to: tuple[int, int]) -> str:
        """Return what brings the cursor to a place: cells again, a short jump, or a long one."""
        row, column = to
        if self._place == to:
            return ""
        if self._place is not None and self._place[0] == row and self._place[1] < column:
            between = [self._shown.get((row, at)) for at in range(self._place[1], column)]
            if len(between) <= SHORT_GAP and all(self._is_cheap(cell) for cell in between):
                return "".join(cell.glyph for cell in between if cell)
            return f"\x1b[{len(between)}C" if len(between) > 1 else "\x1b[C"
        return f"\x1b[{row + 1};{column + 1}H"

    def _is_cheap(self, cell: Cell | None) -> bool:
        return cell is not None and cell.glyph.isascii() and self._needs_no_colour(cell)

    def _needs_no_colour(self, cell: Cell) -> bool:
        return self._style is not None and self._wanted(cell) == self._style

    def _wanted(self, cell: Cell) -> Style:
        """Return the style to draw a cell in; a blank one has any colour and weight."""
        if cell.glyph != " " or self._style is None or cell.style.attributes:
            return cell.style
        attributes = self._style.attributes if _blank(self._style).attributes == "" else ""
        return replace(cell.style, attributes=attributes, colour=self._style.colour)

    def _colour(self, cell: Cell) -> str:
        """Return the shortest sequence from the present style to a cell's."""
        before, after = self._style, self._wanted(cell)
        if before == after:
            return ""
        self._style = after
        codes = (after.attributes, after.colour, after.background)
        if before is None or _must_reset(before, after):
            return f"\x1b[{';'.join(['0', *filter(None, codes)])}m"
        old = (before.attributes, before.colour, before.background)
        news = [new for new, was in zip(codes, old, strict=True) if new and new != was]
        return f"\x1b[{';'.join(news)}m"


@cache
def _blank(style: Style) -> Style:
    """Return what can be seen of a style on a blank: no colour, weight or slant."""
    seen = [code for code in style.attributes.split(";") if code not in {"", "1", "2", "3"}]
    return replace(style, attributes=";".join(seen), colour=style.colour if seen else None)


def _must_reset(before: Style, after: Style) -> bool:
    """Return whether something set before can only be taken back by a reset."""
    return (
        before.attributes not in {"", after.attributes}
        or (before.colour is not None and after.colour is None)
        or (before.background is not None and after.background is None)
    )


@cache
def read_style(parameters: str) -> Style:
    """Return the style that the parameters of one colour sequence set, from a reset on."""
    attributes: list[str] = []
    colour = background = None
    codes = iter(parameters.split(";") if parameters else [])
    for code in codes:
        whole = code
        if code in {"38", "48"}:
            kind = next(codes, "")
            rest = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            whole = ";".join([code, kind, *rest])
        number = int(code or 0)
        if number == 0:
            attributes, colour, background = [], None, None
        elif number in {39, 49}:
            colour, background = (None, background) if number == 39 else (colour, None)
        elif 30 <= number <= 38 or 90 <= number <= 97:
            colour = whole
        elif 40 <= number <= 48 or 100 <= number <= 107:
            background = whole
        else:
            attributes.append(whole)
    return Style(";".join(attributes), colour, background)


def _wide_cells(text: str, style: Style) -> Iterator[Cell]:
    """Yield a cell for every column; a mark without a width of its own joins what it stands on."""
    held: Cell | None = None
    for glyph in text:
        width = cell_len(glyph)
        if width == 0 and held is not None:
            held = replace(held, glyph=held.glyph + glyph)
            continue
        if held is not None:
            yield held
            if cell_len(held.glyph) > 1:
                yield Cell("", style)
        held = Cell(glyph, style)
    if held is not None:
        yield held
        if cell_len(held.glyph) > 1:
            yield Cell("", style)
