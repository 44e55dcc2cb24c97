"""A question that is answered with one key."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import wrap
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.lines import blank


@dataclass(frozen=True, slots=True)
class Answer:
    """A key and what it stands for."""

    key: str
    """As Textual names it."""
    symbol: str
    label: str


CANCEL = Answer("escape", "Esc", "cancel")


class QuestionScreen(ModalScreen[str]):
    """Ends with the key of the answer; Esc is always one.

    Parameters
    ----------
    text
        The question.
    answers
        What can be answered, besides to cancel.
    look
        Palette and glyphs.
    """

    def __init__(self, text: str, answers: Sequence[Answer], look: Look) -> None:
        super().__init__()
        self._answers = (*answers, CANCEL)
        self._view = QuestionView(text, self._answers)
        self._view.set_reactive(Drawn.look, look)

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        yield self._view

    def on_key(self, event: events.Key) -> None:
        """Take an answer; other keys do nothing."""
        if self.is_current and event.key in {answer.key for answer in self._answers}:
            event.stop()
            self.dismiss(event.key)


class QuestionView(Drawn):
    """The question in two rows, the answers in a third."""

    def __init__(self, text: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._text = text
        self._keys = answers

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, look = self.size.width, self.look
        lines = wrap(self._text, width - 2, 3)
        if y < len(lines):
            segments = [Segment(f" {look.text(lines[y])}", look.style(Ink.MARK, bold=True))]
        elif y == self.size.height - 1:
            segments = [Segment(" ", look.style())]
            for answer in self._keys:
                segments += [
                    Segment(answer.symbol, look.style(Ink.MARK, bold=True)),
                    Segment(f" {answer.label}   ", look.style()),
                ]
        else:
            return blank(width, look)
        return Strip(segments).adjust_cell_length(width, look.style())
