"""A line of keys with what they do; a click does it too."""

from rich.segment import Segment
from textual import events
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.keys import Hint
from rnn_tui.tui.widgets.drawn import Drawn

Placed = tuple[Hint, int]
"""A hint and the column that it begins at."""


class HintLine(Drawn):
    """As many hints as fit, the lowest ranks first."""

    hints: reactive[tuple[Hint, ...]] = reactive((), always_update=False)

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        width, look = self.size.width, self.look
        segments, column = [], 0
        for hint, start in place_hints(self.hints, width) if y == 0 else ():
            symbol = Segment(look.text(hint.symbol), look.style(Ink.MARK, bold=True))
            ink = Ink.NONE if hint.strong else Ink.LABEL
            label = Segment(f" {hint.label}", look.style(ink, bold=hint.strong))
            segments += [Segment(" " * (start - column), look.style()), symbol]
            segments += [label] if hint.label else []
            column = start + _width_of(hint)
        return Strip(segments).adjust_cell_length(width, look.style())

    async def on_click(self, event: events.Click) -> None:
        """Do what the hint under the pointer says."""
        for hint, start in place_hints(self.hints, self.size.width):
            if start <= event.x < start + _width_of(hint):
                await self.screen.run_action(hint.action)


def place_hints(hints: tuple[Hint, ...], width: int) -> list[Placed]:
    """Return the hints that fit in `width` columns, in their order, with where they begin."""
    shown = list(hints)
    while shown:
        placed, column = [], 1
        for hint in shown:
            placed.append((hint, column))
            column += _width_of(hint) + (2 if hint.label else 1)
        if column - 2 <= width:
            return placed
        last = max(hint.rank for hint in shown)
        shown = [hint for hint in shown if hint.rank < last]
    return []


def _width_of(hint: Hint) -> int:
    return len(hint.symbol) + (1 + len(hint.label) if hint.label else 0)
