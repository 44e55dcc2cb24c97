"""The help: keys and panels, on one page to scroll through."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from rnn_tui.cells import Ink
from rnn_tui.tui.explanations import EXPLANATIONS, Explanation
from rnn_tui.tui.keys import COMMANDS, PALETTE_KEY, Command, Symbols, symbols_of, with_keys
from rnn_tui.tui.plots.look import Look

OTHER_KEYS = (
    (PALETTE_KEY, "command palette: every action by name, themes"),
    ("^c", "quit, as interrupted"),
    ("^z", "suspend; fg comes back"),
)


class HelpScreen(Screen[None]):
    """A page to scroll through.

    Parameters
    ----------
    look
        Palette and glyphs.
    page
        What is on it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("question_mark", "app.pop_screen", "Back", id="help"),
        Binding("q", "app.pop_screen", "Back", id="quit"),
    ]

    def __init__(self, look: Look, page: Group) -> None:
        super().__init__()
        self._look = look
        self._page = page

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(id="help", classes="-ascii" if self._look.ascii else ""):
            yield Static(self._page)


def help_page(
    look: Look,
    first: int | None = None,
    commands: Sequence[Command] = COMMANDS,
    explanations: Sequence[Explanation] = EXPLANATIONS,
) -> Group:
    """Return the whole page, the panel numbered `first` before the keys."""
    symbols = symbols_of(commands)
    head = Text("Help", style=look.style(bold=True))
    head.append(
        look.text(f"   Esc or {symbols['help']} goes back · ↑ ↓ scroll"), look.style(Ink.LABEL)
    )
    keys = [_heading("Keys", look), _keys(look, commands)]
    panels = {
        e.number: [_heading(f"{e.number} {e.title}", look), _panel(e, look, symbols)]
        for e in explanations
    }
    chosen = panels.pop(first, []) if first else []
    rest = [part for panel in panels.values() for part in panel]
    return Group(Text(), head, *chosen, *keys, *rest, Text())


def _heading(title: str, look: Look) -> RenderableType:
    return Padding(Text(title, style=look.style(Ink.MARK, bold=True)), (1, 0, 0, 0))


def _keys(look: Look, commands: Sequence[Command]) -> Table:
    known = ((c.symbol, f"{_inside(c.title)}: {c.meaning}") for c in commands)
    return _rows(((key, what, Ink.NONE) for key, what in (*known, *OTHER_KEYS)), look, Ink.FIRST)


def _panel(panel: Explanation, look: Look, symbols: Symbols) -> Table:
    rows = [
        ("shows", with_keys(panel.shows, symbols), Ink.NONE),
        *(("formula" if n == 0 else "", line, Ink.FIRST) for n, line in enumerate(panel.formula)),
        ("reading", with_keys(panel.read, symbols), Ink.NONE),
        *((("signs", with_keys(panel.signs, symbols), Ink.NONE),) if panel.signs else ()),
        *((("zoomed", with_keys(panel.zoomed, symbols), Ink.NONE),) if panel.zoomed else ()),
        ("healthy", with_keys(panel.healthy, symbols), Ink.NONE),
        ("ill", with_keys(panel.ill, symbols), Ink.SECOND),
    ]
    return _rows(rows, look, Ink.LABEL)


def _rows(rows: Iterable[tuple[str, str, Ink]], look: Look, name_ink: Ink) -> Table:
    """Return names with their texts beside them, which wrap in a column of their own."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=9, no_wrap=True, style=look.style(name_ink))
    table.add_column(ratio=1)
    for name, text, ink in rows:
        table.add_row(look.text(name), Text(look.text(text), style=look.style(ink)))
    return table


def _inside(title: str) -> str:
    """Return a title as it stands inside a sentence; what is written in capitals keeps them."""
    return title if title[1:2].isupper() else f"{title[0].lower()}{title[1:]}"
