"""A form as rows of text, for any size of screen. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from rnn_tui.cells import Ink
from rnn_tui.tui.form.fields import Field
from rnn_tui.tui.form.state import Form
from rnn_tui.tui.form.texts import Faults
from rnn_tui.tui.plots.picture import wrap

LEAST_VALUE = 12
"""Columns of the narrowest value."""
NARROW = 32
"""Columns from which a name and its value do not share what there is."""
MARGIN = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in one style."""

    text: str
    ink: Ink = Ink.NONE
    bold: bool = False
    reverse: bool = False


Row = tuple[Piece, ...]


def draw_body(
    form: Form, faults: Faults, width: int, height: int, *, is_roomy: bool = True
) -> list[Row]:
    """Return `height` rows of fields, those around the one that is filled in.

    Parameters
    ----------
    faults
        What is wrong with a field, by its key.
    is_roomy
        Whether there are headings, and faults beside their fields or below them; else a field with
        a fault has a mark alone.
    """
    rows, places = _laid_out(form, faults, width, is_roomy=is_roomy)
    top = _top(places[form.focus], len(rows), height)
    return (rows + [()] * height)[top : top + height]


def places_seen(
    form: Form, faults: Faults, width: int, height: int, *, is_roomy: bool = True
) -> dict[int, int]:
    """Return which fields `draw_body` shows: the place of each, and the row that it begins in."""
    rows, places = _laid_out(form, faults, width, is_roomy=is_roomy)
    top = _top(places[form.focus], len(rows), height)
    starts = (own.start - top for own in places)
    return {place: start for place, start in enumerate(starts) if 0 <= start < height}


def _top(focused: range, count: int, height: int) -> int:
    """Return the first of `count` rows that is shown, so that the rows `focused` are seen."""
    room = max(0, height - len(focused))
    return max(0, min(focused.start - room // 2, count - height))


def _laid_out(
    form: Form, faults: Faults, width: int, *, is_roomy: bool
) -> tuple[list[Row], list[range]]:
    """Return all rows, and those of each field."""
    rows: list[Row] = []
    places: list[range] = []
    heading = ""
    for field in form.fields:
        if is_roomy and field.heading != heading:
            heading = field.heading
            rows += [(), (Piece(f" {heading}", Ink.MARK, bold=True),)] if rows else [_head(heading)]
        start = len(rows)
        rows += _field_rows(form, field, faults.get(field.key, ""), width, is_roomy=is_roomy)
        places.append(range(start, len(rows)))
    return rows, places


def _head(heading: str) -> Row:
    return (Piece(f" {heading}", Ink.MARK, bold=True),)


def body_height(form: Form) -> int:
    """Return how many rows the fields need, without faults."""
    headings = [field.heading for field in form.fields]
    changes = sum(new != old for new, old in zip(headings[1:], headings, strict=False))
    return len(headings) + 2 * changes + bool(headings[0])


def shorten(label: str, room: int) -> str:
    """Return a label in `room` columns: letters are taken from the ends of its longest words."""
    words = label.split(" ")
    while len(" ".join(words)) > room and max(map(len, words)) > 1:
        longest = max(range(len(words)), key=lambda place: len(words[place]))
        words[longest] = words[longest][:-1]
    return " ".join(words)[:room]


def _field_rows(
    form: Form, field: Field, fault: str, width: int, *, is_roomy: bool
) -> Iterator[Row]:
    has_focus = field is form.current
    is_narrow = width < NARROW
    margin = 1 if is_narrow else MARGIN
    longest = max(len(item.label) for item in form.fields)
    before = 2 if is_narrow else 3
    label_width = min(longest, max(0, (width - before - margin) // 2 if is_narrow else width - 20))
    mark = "•" if field.key in form.changed else " "
    ink = Ink.MARK
    if fault and not is_roomy:
        mark, ink = "✗", Ink.WARNING
    name = shorten(field.label, label_width).ljust(label_width + margin)
    label = (
        Piece("→" if has_focus else " ", Ink.FIRST, bold=True),
        Piece(mark if is_narrow else f"{mark} ", ink),
        Piece(name, Ink.NONE if has_focus else Ink.LABEL),
    )
    start = before + label_width + margin
    room = max(0, width - start if is_narrow else width - start - 1)
    value = _value(form, field, room) if has_focus else _shown(form, field, room)
    used = sum(cell_len(piece.text) for piece in value)
    beside = width - start - max(used, LEAST_VALUE) - MARGIN - 1
    if not fault or not is_roomy:
        yield (*label, *value)
    elif cell_len(fault) + 2 <= beside:
        gap = Piece(" " * (max(used, LEAST_VALUE) - used + MARGIN))
        yield (*label, *value, gap, Piece(f"✗ {fault}", Ink.WARNING))
    else:
        yield (*label, *value)
        for number, line in enumerate(wrap(fault, width - 8, 4)):
            yield (Piece(f"      {'  ' if number else '✗ '}{line}", Ink.WARNING),)


def _shown(form: Form, field: Field, room: int) -> Row:
    """Return the value of a field that is not filled in now, or what an empty one stands for."""
    text = form.texts[field.key]
    shown = text or field.default
    if len(shown) > room:
        shown = f"{shown[: max(0, room - 1)]}…"[:room]
    return (Piece(shown, Ink.NONE if text else Ink.LABEL),)


def _value(form: Form, field: Field, room: int) -> Row:
    if field.choices:
        return _choices(form, field, room)
    if form.selected:
        text = form.text[-room:]
        return (Piece(text, reverse=True),)
    start = max(0, form.cursor - room + 1)
    before = form.text[start : form.cursor]
    under, after = form.text[form.cursor : form.cursor + 1], form.text[form.cursor + 1 :]
    rest = form.rest or ("" if form.text else field.default)
    shown = Piece(after[: max(0, room - len(before) - 1)])
    if under:
        return (Piece(before), Piece(under, reverse=True), shown)
    ghost = rest[: max(0, room - len(before))]
    return (
        Piece(before),
        Piece(ghost[:1] or " ", Ink.LABEL, reverse=True),
        Piece(ghost[1:], Ink.LABEL),
    )


def _choices(form: Form, field: Field, room: int) -> Row:
    """Return all choices where there is room for them, else the one that is chosen."""
    names = [choice or field.default or "none" for choice in field.choices]
    chosen = field.choices.index(form.text) if form.text in field.choices else -1
    if sum(map(len, names)) + 2 * len(names) <= room:
        return tuple(
            piece
            for place, name in enumerate(names)
            for piece in (
                Piece(name, Ink.NONE if place == chosen else Ink.LABEL, reverse=place == chosen),
                Piece("  "),
            )
        )
    name = names[chosen] if chosen >= 0 else form.text
    if room < len(name) + 4:
        return (Piece(name[:room], reverse=True),)
    return (Piece("← ", Ink.LABEL), Piece(name, reverse=True), Piece(" →", Ink.LABEL))
