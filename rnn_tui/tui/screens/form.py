"""A form over the main screen: filled in, checked while one types, confirmed or left."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from rnn_tui.tui.form.fields import Field
from rnn_tui.tui.form.keys import FORM_COMMANDS, FORM_SYMBOLS
from rnn_tui.tui.form.state import Form
from rnn_tui.tui.form.texts import Faults, Texts
from rnn_tui.tui.keys import Symbols
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.screens.jump import LABELS, JumpScreen, Target
from rnn_tui.tui.widgets.form import FormView

Check = Callable[[Texts], Faults]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a form is for."""

    title: str
    confirm: str
    """What Enter does, in a word or two."""
    fields: tuple[Field, ...]
    check: Check
    """Tells what is wrong, at every key."""
    inspect: Check | None = None
    """Tells what is wrong, once all is filled in; it may take its time."""
    waiting: str = ""
    """What is said meanwhile."""


class FormScreen(ModalScreen[Texts | None]):
    """Ends with the texts of all fields, or None where it was left.

    Parameters
    ----------
    purpose
        The form.
    texts
        What stands in the fields at first.
    look
        Palette and glyphs.
    keys
        What the keys of the form's commands are called.
    """

    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in FORM_COMMANDS]

    def __init__(
        self, purpose: Purpose, texts: Texts, look: Look, keys: Symbols = FORM_SYMBOLS
    ) -> None:
        super().__init__()
        self._purpose = purpose
        self._look = look
        self._view = FormView(Form.of(purpose.fields, texts), purpose.title, purpose.confirm, keys)
        self._view.set_reactive(FormView.look, look)

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        yield self._view

    def on_mount(self) -> None:
        """Take as many rows as the form needs."""
        self._view.styles.height = self._view.wanted_height
        self._view.focus()

    def on_form_view_changed(self) -> None:
        """Check what stands there now."""
        self._view.faults = self._purpose.check(self._view.form.texts)

    def on_key(self, event: events.Key) -> None:
        """Fill in what was typed before the form had the focus."""
        if not self._view.has_focus:
            self._view.on_key(event)

    def action_jump(self) -> None:
        """Offer the fields that can be seen."""
        area = self._view.region
        seen = self._view.places_seen()
        if self._view.busy or len(seen) < 2:
            return
        places = dict(zip(LABELS, seen, strict=False))

        def go(key: str | None) -> None:
            if key is not None:
                self._view.form = self._view.form.to_field(places[key])

        targets = [Target(key, area.x, area.y + seen[place]) for key, place in places.items()]
        self.app.push_screen(JumpScreen(targets, self._look), go)

    def action_confirm(self) -> None:
        """Check once more, then end with the texts."""
        if not self._view.busy:
            self.run_worker(self._confirm(), exclusive=True)

    async def _confirm(self) -> None:
        texts = self._view.form.texts
        faults = self._purpose.check(texts)
        if not faults and self._purpose.inspect is not None:
            self._view.busy = self._purpose.waiting
            faults = await asyncio.to_thread(self._purpose.inspect, texts)
            self._view.busy = ""
        self._view.faults = faults
        if faults:
            self._view.form = self._view.form.to_key(next(iter(faults)))
        else:
            self.dismiss(texts)
