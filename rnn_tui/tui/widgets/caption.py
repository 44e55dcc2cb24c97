"""A paragraph under a picture: a lead, and what follows it."""

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.plots.picture import wrap
from rnn_tui.tui.walk.tale import Tale
from rnn_tui.tui.widgets.drawn import Drawn


class Caption(Drawn):
    """A tale in as many lines as there are rows."""

    tale: reactive[Tale] = reactive(Tale("", ""), always_update=False)

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, height = self.size
        look, tale = self.look, self.tale
        text = look.text(f"{tale.lead} {tale.text}".strip())
        lines = wrap(text, width - 2, height)
        line = lines[y] if y < len(lines) else ""
        lead = len(look.text(tale.lead)) if y == 0 else 0
        parts = [
            Segment(" ", look.style()),
            Segment(line[:lead], look.style(Ink.MARK, bold=True)),
            Segment(line[lead:], look.style(tale.ink)),
        ]
        return Strip(parts).adjust_cell_length(width, look.style())
