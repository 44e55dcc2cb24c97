"""The one-line widgets: the header and the reading; and the few lines of a tiny screen."""

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.axes import format_count
from rnn_tui.charts import Ink
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Word, fit_words
from rnn_tui.tui.plots.words import duration, rate, significant

Words = tuple[Word, ...]


class WordLine(Widget):
    """A row of words, as many as fit."""

    words: reactive[Words] = reactive((), always_update=False)
    look: reactive[Look] = reactive(Look)

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        return word_strip(self.words if y == 0 else (), self.size.width, self.look)


class WordLines(Widget):
    """Rows of one word each."""

    words: reactive[Words] = reactive((), always_update=False)
    look: reactive[Look] = reactive(Look)

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        words = self.words[y : y + 1]
        width = self.size.width
        cut = tuple(Word(word.text[:width], word.ink, word.short) for word in words)
        return word_strip(cut, width, self.look, margin=0)


def word_strip(words: Words, width: int, look: Look, margin: int = 1) -> Strip:
    """Return `words` in one row; the first is bold."""
    shown = fit_words(words, width - 2 * margin)
    segments = [Segment(" " * min(margin, width), look.style())]
    for number, (text, ink) in enumerate(shown):
        gap = "  " if number else ""
        segments.append(Segment(gap + look.text(text), look.style(ink, bold=number == 0)))
    fill = Style(bgcolor=look.palette.background)
    return Strip(segments).adjust_cell_length(width, fill)


def header_words(snapshot: Snapshot, waited: float) -> Words:
    """Return title, state, step, epoch, speed, learning rate, loss and time."""
    name, _, _series = snapshot.title.partition(" · ")
    words = [Word(snapshot.title, Ink.NONE, name), state_word(snapshot, waited)]
    if snapshot.state in {State.LOADING, State.COMPILING}:
        return tuple(words)
    words += [
        Word(f"step {snapshot.step:,}", Ink.NONE),
        Word(f"epoch {snapshot.epoch:,}", short=""),
        Word(
            f"{snapshot.steps_per_second:,.0f} steps/s",
            short=f"{format_count(float(f'{snapshot.steps_per_second:.2g}'))}/s",
        ),
        Word(f"lr {rate(snapshot.learning_rate)}"),
    ]
    if snapshot.loss is not None:
        words.append(Word(f"loss {significant(snapshot.loss)}", short=""))
    words.append(Word(duration(snapshot.seconds), short=""))
    return tuple(words)


def state_word(snapshot: Snapshot, waited: float) -> Word:
    """Return the state with a symbol, and with its seconds where one waits for it."""
    match snapshot.state:
        case State.LOADING:
            return Word(f"○ loading {waited:.1f} s", Ink.SECOND)
        case State.COMPILING:
            return Word(f"◌ compiling {waited:.1f} s", Ink.SECOND)
        case State.TRAINING:
            return Word("● training", Ink.FIRST)
        case State.PAUSED:
            return Word("‖ paused", Ink.MARK)
        case State.ENDED:
            return _end_word(snapshot)


def _end_word(snapshot: Snapshot) -> Word:
    status = snapshot.ended.status if snapshot.ended else Status.STOPPED
    symbol, ink = {
        Status.COMPLETED: ("✓", Ink.FIRST),
        Status.DIVERGED: ("✗", Ink.WARNING),
        Status.FAILED: ("✗", Ink.WARNING),
    }.get(status, ("■", Ink.MARK))
    return Word(f"{symbol} {status}", ink)


def compact_words(snapshot: Snapshot, waited: float) -> Words:
    """Return the most telling numbers, one a line, for a screen too small for plots."""
    words = []
    if snapshot.loss is not None:
        words.append(Word(f"loss {significant(snapshot.loss)}", Ink.FIRST))
    if snapshot.validation_loss is not None:
        words.append(Word(f"val  {significant(snapshot.validation_loss)}", Ink.SECOND))
    words += [state_word(snapshot, waited), Word(f"step {snapshot.step:,}")]
    return (*words, Word(snapshot.title))
