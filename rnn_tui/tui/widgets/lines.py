"""The header, the reading, and the few lines of a screen too small for plots."""

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Word, fit_words, wrap
from rnn_tui.tui.reading import Sentence
from rnn_tui.tui.widgets.drawn import Drawn

Words = tuple[Word, ...]
NAME = "Reading:"


class WordLine(Drawn):
    """A row of words from the left, another up to the right edge, as many as fit."""

    words: reactive[Words] = reactive((), always_update=False)
    right: reactive[Words] = reactive((), always_update=False)

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        width, look = self.size.width, self.look
        if y:
            return blank(width, look)
        left = _segments(fit_words(self.words, width - 2), look, first_bold=True)
        room = width - 3 - sum(segment.cell_length for segment in left)
        right = _segments(fit_words(self.right, room - 1), look)
        used = sum(segment.cell_length for segment in (*left, *right))
        gap = Segment(" " * (width - 2 - used), look.style())
        edge = Segment(" ", look.style())
        return Strip([edge, *left, gap, *right, edge]).adjust_cell_length(width, look.style())


class Reading(Drawn):
    """What goes on in plain sentences: the first one always, more where there is room."""

    sentences: reactive[tuple[Sentence, ...]] = reactive((), always_update=False)

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, height = self.size
        look = self.look
        lines = fit_sentences(self.sentences, width - 2 - len(f"{NAME} "), height)
        if y >= len(lines):
            return blank(width, look)
        name = NAME if y == 0 else " " * len(NAME)
        text, ink = lines[y]
        parts = [
            Segment(f" {name} ", look.style(Ink.LABEL, bold=True)),
            Segment(look.text(text), look.style(ink)),
        ]
        return Strip(parts).adjust_cell_length(width, look.style())


class Compact(Drawn):
    """Rows of one word each, then the reading in what is left."""

    words: reactive[Words] = reactive((), always_update=False)
    sentences: reactive[tuple[Sentence, ...]] = reactive((), always_update=False)

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, height = self.size
        lines = [
            (word.text if len(word.text) <= width else word.shortest, word.ink)
            for word in self.words
        ]
        lines += fit_sentences(self.sentences, width, height - len(lines))
        if y >= len(lines):
            return blank(width, self.look)
        text, ink = lines[y]
        segment = Segment(self.look.text(text), self.look.style(ink, bold=y == 0))
        return Strip([segment]).adjust_cell_length(width, self.look.style())


def blank(width: int, look: Look) -> Strip:
    """Return an empty row."""
    return Strip([Segment(" " * width, look.style())], width)


def fit_sentences(
    sentences: tuple[Sentence, ...], width: int, height: int
) -> list[tuple[str, Ink]]:
    """Return lines with the first sentence, cut if it must be, and what fits whole of the rest."""
    lines: list[tuple[str, Ink]] = []
    if width < 1:
        return lines
    for sentence in sentences:
        room = height - len(lines)
        if room < 1:
            break
        more = wrap(sentence.text, width, room + 1 if lines else room)
        if len(more) <= room:
            lines += [(line, sentence.ink) for line in more]
    return lines


def _segments(
    words: list[tuple[str, Ink]], look: Look, *, first_bold: bool = False
) -> list[Segment]:
    return [
        Segment(("  " if n else "") + look.text(text), look.style(ink, bold=first_bold and n == 0))
        for n, (text, ink) in enumerate(words)
    ]
