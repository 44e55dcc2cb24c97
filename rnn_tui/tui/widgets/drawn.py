"""What every widget of ours has in common: it draws itself in a look."""

from functools import cache
from typing import Any, Self

from textual.color import Color
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.plots.look import Look


class Drawn(Widget):
    """A widget that is drawn anew in another look.

    Its rows are all there is to see of it. Textual would put border, padding and tint around them
    and asks the whole tree for each, at every frame and of every widget near to a change: a third
    of what the screen costs.
    """

    look: reactive[Look] = reactive(Look, init=False)

    def __init__(self, **options: Any) -> None:
        self._kept: dict[int, Strip] = {}
        """The rows that have been drawn since something changed."""
        super().__init__(**options)

    def refresh(self, *regions: Region, **options: bool) -> Self:
        """Draw again what is asked for next."""
        self._kept.clear()
        return super().refresh(*regions, **options)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return a part of the rows, each drawn once."""
        filters, below = self.get_line_filters(), _colour(self.look.palette.background)
        width = self.size.width
        rows = []
        for y in crop.line_range:
            row = self._kept.get(y)
            if row is None or row.cell_length != width:
                row = self.render_line(y).adjust_cell_length(width, self.look.style())
                self._kept[y] = row
            for line_filter in filters:
                row = row.apply_filter(line_filter, below)
            rows.append(row)
        if crop.column_span == (0, width):
            return rows
        return [row.crop(*crop.column_span) for row in rows]


@cache
def _colour(name: str) -> Color:
    return Color.parse(name)
