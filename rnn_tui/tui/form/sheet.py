"""A whole form as rows of text: its title, its fields, a note on one of them, its keys. Pure."""

from dataclasses import dataclass, field

from rich.cells import cell_len

from rnn_tui.cells import Ink
from rnn_tui.tui.form.drawing import Piece, Row, body_height, draw_body, places_seen
from rnn_tui.tui.form.keys import FORM_SYMBOLS
from rnn_tui.tui.form.state import Form
from rnn_tui.tui.form.texts import Faults
from rnn_tui.tui.keys import Hint, Symbols
from rnn_tui.tui.plots.picture import wrap
from rnn_tui.tui.widgets.hints import place_hints

AROUND = 4
"""Rows of the frame: title, two of notes, keys."""
ENOUGH = 5
"""Rows of fields that go before a frame of so many rows."""
LEAST_FIELDS = 3
"""Those that go before title and keys."""
LEAST_FOR_FAULTS = 60
"""Columns in which a fault stands beside its field."""
LEAST_FOR_WORDS = 40
"""Columns from which the keys say what a form is confirmed for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form with what stands around it."""

    form: Form
    title: str = ""
    confirm: str = ""
    """What confirming does, in a word or two."""
    faults: Faults = field(default_factory=dict)
    busy: str = ""
    """What one waits for."""
    keys: Symbols = field(default_factory=lambda: FORM_SYMBOLS)


@dataclass(frozen=True, slots=True)
class Parts:
    """How the rows of a sheet are shared out."""

    head: list[Row]
    body: int
    foot: list[Row]
    """A note, and the keys."""
    is_roomy: bool
    """Whether there are headings, and faults beside their fields; else the note has the fault."""


def wanted_height(form: Form) -> int:
    """Return the rows that show the whole form."""
    return body_height(form) + AROUND


def draw_sheet(sheet: Sheet, width: int, height: int) -> list[Row]:
    """Return `height` rows; where they are few, the fields and what is wrong come first."""
    parts = _parts(sheet, width, height)
    faults = sheet.faults
    body = draw_body(sheet.form, faults, width, parts.body, is_roomy=parts.is_roomy)
    head = [_with_rest(title, sheet, parts, width) for title in parts.head]
    return [*head, *body, *parts.foot][:height]


def _with_rest(title: Row, sheet: Sheet, parts: Parts, width: int) -> Row:
    """Return the title with how many fields are out of sight, where there is room to say so."""
    form = sheet.form
    seen = places_seen(form, sheet.faults, width, parts.body, is_roomy=parts.is_roomy)
    counts = {"↑": min(seen, default=0), "↓": len(form.fields) - 1 - max(seen, default=0)}
    more = "  ".join(f"{arrow} {count}" for arrow, count in counts.items() if count)
    more = f"{more} more" if more else ""
    gap = width - sum(cell_len(piece.text) for piece in title) - cell_len(more) - 1
    if not more or gap < 1:
        return title
    return (*title, Piece(" " * gap), Piece(more, Ink.LABEL))


def fields_seen(sheet: Sheet, width: int, height: int) -> dict[int, int]:
    """Return which fields `draw_sheet` shows: the place of each, and its row."""
    parts = _parts(sheet, width, height)
    form, faults = sheet.form, sheet.faults
    seen = places_seen(form, faults, width, parts.body, is_roomy=parts.is_roomy)
    return {place: row + len(parts.head) for place, row in seen.items()}


def _parts(sheet: Sheet, width: int, height: int) -> Parts:
    title: Row = (Piece(f" {sheet.title}"[:width], Ink.MARK, bold=True),)
    keys, body = _keys(sheet, width), height - AROUND
    wanted = body_height(sheet.form)
    if body >= ENOUGH or (body >= wanted and width >= LEAST_FOR_FAULTS):
        notes = [*_note(sheet, width, 2, is_roomy=True), (), ()][:2]
        return Parts([title], body, [*notes, keys], is_roomy=True)
    least = min(LEAST_FIELDS, wanted)
    note = _note(sheet, width, height - 1, is_roomy=False)
    foot = [*note, keys] if height - len(note) > least else note
    head = [title] if height - len(foot) > least + 1 else []
    return Parts(head, max(1, height - len(head) - len(foot)), foot, is_roomy=False)


def _note(sheet: Sheet, width: int, most: int, *, is_roomy: bool) -> list[Row]:
    """Return what is said of the whole, or of the field in focus, in `most` rows at most."""
    if most < 1:
        return []
    form, faults = sheet.form, sheet.faults
    own = "" if is_roomy else faults.get(form.current.key, "")
    others = len(faults) if form.current.key not in faults else 0
    text, ink = form.current.help, Ink.LABEL
    if sheet.busy:
        text, ink = sheet.busy, Ink.SECOND
    elif faults.get(""):
        text, ink = faults[""], Ink.WARNING
    elif own:
        text, ink = f"✗ {own}", Ink.WARNING
    elif others and is_roomy:
        text = f"{text} ({others} to mend)"
    elif others:
        text, ink = f"✗ {others} to mend", Ink.WARNING
    rows = most if is_roomy or ink is not Ink.LABEL else 1
    return [(Piece(f" {line}", ink),) for line in wrap(text, width - 2, rows)]


def _keys(sheet: Sheet, width: int) -> Row:
    keys = sheet.keys
    confirm = sheet.confirm if width >= LEAST_FOR_WORDS else "ok"
    hints = [Hint(keys["form-confirm"], confirm, "confirm", 1)]
    if len(sheet.form.fields) > 1:
        hints += [
            Hint("Tab", "", "", 3),
            Hint("↑", "", "", 3),
            Hint("↓", "field", "", 3),
            Hint("←", "", "", 4),
            Hint("→", "choice", "", 4),
            Hint(keys["form-jump"], "jump", "jump", 5),
        ]
    hints.append(Hint(keys["form-leave"], "leave", "leave", 0))
    pieces: list[Piece] = []
    column = 0
    for hint, start in place_hints(tuple(hints), width):
        label = f" {hint.label}".rstrip()
        pieces += [
            Piece(" " * (start - column)),
            Piece(hint.symbol, Ink.MARK, bold=True),
            Piece(label, Ink.LABEL),
        ]
        column = start + len(hint.symbol) + len(label)
    return tuple(pieces)
