"""Jump mode: a label over everything that can be gone to; the next key goes there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.keys import Hint
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.hints import place_hints
from rnn_tui.tui.widgets.lines import blank

if TYPE_CHECKING:
    from textual.geometry import Size

LABELS = "asdfghjklqwertyuiopzxcvbnm1234567890ASDFGHJKLQWERTYUIOPZXCVBNM"
"""Of places that have no number of their own: those under the fingers first."""
WIDTH = 3
FOOT = "Jump: press a label · Esc leaves"


@dataclass(frozen=True, slots=True)
class Target:
    """A place to go to."""

    key: str
    """Its label, one character."""
    x: int
    """Column of the label's left edge on the screen; the label covers three."""
    y: int
    name: str = ""
    """What is said beside the label, where what lies below it does not."""


def over_tabs(tabs: Sequence[Hint], width: int, y: int) -> tuple[Target, ...]:
    """Return a target over each tab that can be seen in a row of `width` columns."""
    placed = place_hints(tuple(tabs), width)
    return tuple(Target(str(tab.rank), max(0, start - 1), y) for tab, start in placed)


class JumpScreen(ModalScreen[str]):
    """Ends with the label that was pressed, or None where it was left.

    Parameters
    ----------
    targets
        Where one can go.
    look
        Palette and glyphs.
    """

    DEFAULT_CSS = """
    JumpScreen { background: $background 0%; }
    JumpLabel { position: absolute; height: 1; }
    """

    def __init__(self, targets: Sequence[Target], look: Look) -> None:
        super().__init__()
        self._targets = targets
        self._look = look
        self._laid_out_for: Size | None = None

    def compose(self) -> ComposeResult:
        """Lay the labels out over what they stand for, and say at the foot what is waited for."""
        self._laid_out_for = self.app.size
        width, height = self._laid_out_for
        yield JumpLabel("", FOOT, 0, height - 1, width, self._look)
        for target in self._targets:
            room = width - target.x
            yield JumpLabel(target.key, target.name, target.x, target.y, room, self._look)

    def on_key(self, event: events.Key) -> None:
        """Go to the place with that label, or leave; other keys do nothing."""
        if not self.is_current:
            return
        event.stop()
        if event.key == "escape":
            self.dismiss(None)
        elif any(event.character == target.key for target in self._targets):
            self.dismiss(event.character)

    def on_click(self) -> None:
        """Leave."""
        self.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        """Leave where what the labels stand for has moved."""
        if self._laid_out_for not in {None, event.size} and self.is_current:
            self.dismiss(None)


class JumpLabel(Drawn):
    """One label, and a name beside it if it has one."""

    def __init__(self, key: str, name: str, x: int, y: int, room: int, look: Look) -> None:
        super().__init__()
        self._key, self._says = key, name
        self.set_reactive(Drawn.look, look)
        self.styles.offset = (x, y)
        wide = (WIDTH if key else 0) + (len(name) + 2 if name else 0)
        self.styles.width = min(room, wide) if key else room

    def render_line(self, y: int) -> Strip:
        """Return the row; there is one."""
        width, look = self.size.width, self.look
        if y:
            return blank(width, look)
        marked = look.style(Ink.MARK, bold=True) + Style(reverse=True)
        around = ("[", "]") if not look.colour else (" ", " ")
        label = [Segment(f"{around[0]}{self._key}{around[1]}", marked)] if self._key else []
        name = [Segment(f" {look.text(self._says)} ", look.style())] if self._says else []
        return Strip([*label, *name]).adjust_cell_length(width, look.style())
