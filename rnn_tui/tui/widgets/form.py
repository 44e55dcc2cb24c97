"""A form that is filled in with the keyboard alone."""

from collections.abc import Callable, Mapping

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.form.drawing import Piece, Row, body_height, draw_body, places_seen
from rnn_tui.tui.form.state import Form
from rnn_tui.tui.plots.picture import wrap
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.lines import blank

AROUND = 4
"""Rows of the frame: title, two of notes, keys."""
Edit = Callable[[Form], Form]
KEYS: Mapping[str, Edit] = {
    "up": lambda form: form.to_field(form.focus - 1),
    "shift+tab": lambda form: form.to_field(form.focus - 1),
    "down": lambda form: form.to_field(form.focus + 1),
    "tab": lambda form: form.completed() if form.rest else form.to_field(form.focus + 1),
    "pageup": lambda form: form.to_field(max(0, form.focus - 10)),
    "pagedown": lambda form: form.to_field(min(len(form.fields) - 1, form.focus + 10)),
    "left": lambda form: form.moved(-1),
    "right": lambda form: form.moved(1),
    "home": lambda form: form.at_edge(end=False),
    "end": lambda form: form.at_edge(end=True),
    "backspace": lambda form: form.erased(),
    "delete": lambda form: form.erased(forwards=True),
    "ctrl+u": lambda form: form.cleared(),
}


class FormView(Drawn, can_focus=True):
    """Title, fields with their faults, a note on the field in focus, and the keys."""

    form: reactive[Form] = reactive(Form.empty, always_update=False)
    faults: reactive[Mapping[str, str]] = reactive(dict)
    busy: reactive[str] = reactive("")
    """What one waits for; keys are not heard meanwhile."""

    class Changed(Message):
        """Something was filled in."""

    def __init__(self, form: Form, title: str, keys: str) -> None:
        super().__init__()
        self.set_reactive(FormView.form, form)
        self._title = title
        self._keys = keys

    @property
    def wanted_height(self) -> int:
        """Rows that show the whole form."""
        return body_height(self.form) + AROUND

    def places_seen(self) -> dict[int, int]:
        """Return which fields can be seen: the place of each, and its row in the form."""
        width, height = self.size
        if height <= AROUND:
            return places_seen(self.form, self.faults, width, 1)
        seen = places_seen(self.form, self.faults, width, height - AROUND)
        return {place: row + 1 for place, row in seen.items()}

    def on_key(self, event: events.Key) -> None:
        """Fill in."""
        edit = KEYS.get(event.key)
        if edit is None and not event.is_printable:
            return
        event.stop()
        event.prevent_default()
        if self.busy:
            return
        if edit is None:
            self._take(self.form.typed(event.character or ""))
        else:
            self._take(edit(self.form))

    def on_paste(self, event: events.Paste) -> None:
        """Fill in what was pasted, its first line."""
        event.stop()
        if not self.busy and event.text:
            self._take(self.form.typed(event.text.splitlines()[0]))

    def _take(self, form: Form) -> None:
        changed = form.texts != self.form.texts
        self.form = form
        if changed:
            self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, height = self.size
        if width < 1 or y >= height:
            return blank(width, self.look)
        return self._strip(self._rows(width, height)[y], width)

    def _rows(self, width: int, height: int) -> list[Row]:
        title = (Piece(f" {self._title}", Ink.MARK, bold=True),)
        notes = self._notes(width)
        keys = (Piece(f" {self._keys}"[:width], Ink.LABEL),)
        if height <= AROUND:
            return [*draw_body(self.form, self.faults, width, 1), notes[0], keys, title][:height]
        body = draw_body(self.form, self.faults, width, height - AROUND)
        return [title, *body, *notes, keys]

    def _notes(self, width: int) -> list[Row]:
        text, ink = self.form.current.help, Ink.LABEL
        general, count = self.faults.get("", ""), len(self.faults)
        if self.busy:
            text, ink = self.busy, Ink.SECOND
        elif general:
            text, ink = general, Ink.WARNING
        elif count and self.form.current.key not in self.faults:
            text = f"{text} ({count} to mend)"
        lines = wrap(text, width - 2, 2)
        rows: list[Row] = [(Piece(f" {line}", ink),) for line in lines]
        return [*rows, (), ()][:2]

    def _strip(self, row: Row, width: int) -> Strip:
        segments = [
            Segment(self.look.text(piece.text), self._style(piece)) for piece in row if piece.text
        ]
        return Strip(segments).adjust_cell_length(width, self.look.style())

    def _style(self, piece: Piece) -> Style:
        style = self.look.style(piece.ink, bold=piece.bold)
        return style + Style(reverse=True) if piece.reverse else style
