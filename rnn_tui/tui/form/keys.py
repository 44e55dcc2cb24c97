"""The keys of a form: those that fill it in, and those that one may choose."""

from collections.abc import Callable, Mapping

from rnn_tui.tui.form.state import Form
from rnn_tui.tui.keys import JUMP_IN_FORMS, Command, symbols_of

FORM_COMMANDS = (
    Command("enter", "Enter", "Confirm", "do what the form is for", "confirm", "form"),
    Command(
        JUMP_IN_FORMS, "^o", "Jump", "a label over each field in sight; its key goes there",
        "jump", "form",
    ),
    Command("escape", "Esc", "Leave", "change nothing", "dismiss(None)", "form"),
)  # fmt: skip
FORM_SYMBOLS = symbols_of(FORM_COMMANDS)
Edit = Callable[[Form], Form]
EDITING: Mapping[str, Edit] = {
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
"""What each key does to a form that is filled in; all printable characters are filled in, too."""
