"""The event log as rows, the latest at the bottom."""

from rnn_tui.cells import Cells, Ink
from rnn_tui.tui.journal import Entry, Kind
from rnn_tui.tui.plots.picture import Frame, Picture, Word, say, to_strips, wrap

INKS = {
    Kind.RUN: Ink.NONE,
    Kind.BEST: Ink.MARK,
    Kind.RATE: Ink.FIRST,
    Kind.GRADIENT: Ink.SECOND,
    Kind.STRAY: Ink.LABEL,
    Kind.WARNING: Ink.WARNING,
}
MOST_LINES = 3
"""Rows that one entry may take."""
LEAST_FOR_SECONDS = 40


def draw_events(entries: tuple[Entry, ...], frame: Frame) -> Picture:
    """Return as many of the latest entries as there is room for, each with its time of day."""
    if not entries:
        return Picture(say(frame, "nothing has happened yet"))
    form = "%H:%M:%S" if frame.width >= LEAST_FOR_SECONDS else "%H:%M"
    left = len(entries[0].at.strftime(form)) + 1
    rows: list[tuple[str, str, Ink]] = []
    shown = 0
    for entry in reversed(entries):
        lines = wrap(frame.look.text(entry.text), max(1, frame.width - left), MOST_LINES)
        first, *rest = lines
        block = [(entry.at.strftime(form), first, INKS[entry.kind])]
        rows = [*block, *(("", line, INKS[entry.kind]) for line in rest), *rows]
        shown += 1
        if len(rows) >= frame.height:
            break
    is_whole = shown == len(entries) and len(rows) <= frame.height
    cells = Cells.blank(frame.width, frame.height)
    for row, (at, text, ink) in enumerate(rows[-frame.height :] if frame.height else ()):
        cells.write(row, 0, at, Ink.LABEL)
        cells.write(row, left, text, ink)
    return Picture(to_strips(cells, frame.look), reading=_reading(entries, is_whole=is_whole))


def _reading(entries: tuple[Entry, ...], *, is_whole: bool) -> tuple[Word, ...]:
    stray = sum(entry.kind in {Kind.STRAY, Kind.WARNING} for entry in entries)
    count = len(entries)
    lead = "so far" if is_whole else "the latest of"
    words = [Word(f"{lead} {count:,}")]
    if stray:
        words.append(Word(f"{stray:,} printed or warned", Ink.WARNING, f"{stray:,} stray"))
    return tuple(words)
