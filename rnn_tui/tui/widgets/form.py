"""A form that is filled in with the keyboard alone."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.tui.form.drawing import Piece, Row
from rnn_tui.tui.form.keys import EDITING
from rnn_tui.tui.form.sheet import Sheet, draw_sheet, fields_seen, wanted_height
from rnn_tui.tui.form.state import Form
from rnn_tui.tui.keys import Symbols
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.lines import blank


class FormView(Drawn, can_focus=True):
    """Title, fields with their faults, a note on the field in focus, and the keys.

    Parameters
    ----------
    form
        What is filled in.
    title, confirm
        What it is for, and what confirming it does.
    keys
        What the keys of the form's commands are called.
    """

    form: reactive[Form] = reactive(Form.empty, always_update=False)
    faults: reactive[Mapping[str, str]] = reactive(dict)
    busy: reactive[str] = reactive("")
    """What one waits for; keys are not heard meanwhile."""

    class Changed(Message):
        """Something was filled in."""

    def __init__(self, form: Form, title: str, confirm: str, keys: Symbols) -> None:
        super().__init__()
        self.set_reactive(FormView.form, form)
        self._title, self._confirm, self._keys = title, confirm, keys

    @property
    def wanted_height(self) -> int:
        """Rows that show the whole form."""
        return wanted_height(self.form)

    @property
    def _sheet(self) -> Sheet:
        return Sheet(self.form, self._title, self._confirm, self.faults, self.busy, self._keys)

    def places_seen(self) -> dict[int, int]:
        """Return which fields can be seen: the place of each, and its row in the form."""
        return fields_seen(self._sheet, *self.size)

    def on_key(self, event: events.Key) -> None:
        """Fill in."""
        edit = EDITING.get(event.key)
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
        return self._strip(draw_sheet(self._sheet, width, height)[y], width)

    def _strip(self, row: Row, width: int) -> Strip:
        segments = [
            Segment(self.look.text(piece.text), self._style(piece)) for piece in row if piece.text
        ]
        return Strip(segments).adjust_cell_length(width, self.look.style())

    def _style(self, piece: Piece) -> Style:
        style = self.look.style(piece.ink, bold=piece.bold)
        return style + Style(reverse=True) if piece.reverse else style
