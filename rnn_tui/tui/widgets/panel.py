"""A framed plot that is drawn anew only where its data or its size have changed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, fit_words
from rnn_tui.tui.widgets.drawn import Drawn

Edges = tuple[str, str, str, str, str, str]
ROUND: Edges = ("╭", "╮", "╰", "╯", "─", "│")
HEAVY: Edges = ("┏", "┓", "┗", "┛", "━", "┃")
PLAIN: Edges = ("+", "+", "+", "+", "-", "|")
PLAIN_HEAVY: Edges = ("#", "#", "#", "#", "=", "#")
DRAWING_SHARE = 0.10
"""Most of the screen's time that all panels take: a slow machine gets fewer pictures, not later
answers."""
LARGE_DRAWING_SHARE = 0.20
"""The same on a screen so large that every picture costs twice as much."""
LONGEST_REST = 3.0
"""Seconds, where two drawings running have waited for a core that another program had."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What a panel shows."""

    number: int
    title: str
    short_title: str
    draw: Callable[[Snapshot, Frame], Picture]
    sources: Callable[[Snapshot], tuple[object, ...]]
    """The parts of a snapshot that the plot is made of."""
    compared: Callable[[Snapshot, Frame], Picture] | None = None
    """Draws several nets that train in lockstep; None: the first one is drawn."""

    def picture(self, snapshot: Snapshot, frame: Frame) -> Picture:
        """Return the plot, of all nets where there are several."""
        if snapshot.peers and self.compared is not None:
            return self.compared(snapshot, frame)
        return self.draw(snapshot, frame)

    def parts(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return what the picture is made of."""
        return tuple(part for net in snapshot.nets for part in self.sources(net))


class Panel(Drawn, can_focus=True):
    """One plot in its frame, with a legend above and a reading below."""

    cursor: reactive[int | None] = reactive(None, init=False)
    """The timestep that is read out."""

    @dataclass
    class Chosen(Message):
        """The panel was double-clicked."""

        number: int

    @dataclass
    class Pointed(Message):
        """A timestep was clicked."""

        timestep: int

    def __init__(
        self,
        plot: Plot,
        *,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self.plot = plot
        self.share = DRAWING_SHARE
        """Of the screen's time that this panel may take."""
        self._clock = clock
        self._rests_until = 0.0
        self._took = 0.0
        """Seconds of the last drawing."""
        self._is_due = False
        self._snapshot: Snapshot | None = None
        self._drawn: tuple[object, ...] = ()
        self._rows: tuple[Strip, ...] = ()
        self._timesteps: Span | None = None

    def show(self, snapshot: Snapshot, after: float = 0.0) -> None:
        """Take in a snapshot; a panel that cannot be seen draws nothing.

        It is drawn in the panel's own turn, so that a key that is pressed meanwhile does not wait
        for all panels; and while training goes on, no more often than its share of time allows.

        Parameters
        ----------
        after
            Seconds until its turn.
        """
        self._snapshot = snapshot
        rests = snapshot.state is State.TRAINING and self._clock() < self._rests_until
        if self.display and not rests and not self._is_due and not self._is_up_to_date:
            self._is_due = True
            if after:
                self.set_timer(after, self._draw_in_turn)
            else:
                self.call_later(self._draw_in_turn)

    def _draw_in_turn(self) -> None:
        self._is_due = False
        if self.display:
            began = self._clock()
            self._draw()
            now = self._clock()
            # One drawing alone may have waited: the first one imports what draws.
            usual, self._took = min(self._took, now - began), now - began
            self._rests_until = now + min(LONGEST_REST, usual / self.share)

    @property
    def _is_up_to_date(self) -> bool:
        if self._snapshot is None:
            return True
        sources = self.plot.parts(self._snapshot)
        return len(sources) == len(self._drawn) and all(
            new is old for new, old in zip(sources, self._drawn, strict=True)
        )

    def watch_cursor(self) -> None:
        """Draw with the cursor in its new place."""
        self._draw(anew=True)

    def watch_look(self) -> None:
        """Draw in the new look."""
        self._draw(anew=True)

    def watch_has_focus(self, _focused: bool) -> None:
        """Draw the frame in the colour of focus."""
        self._draw(anew=True)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw(anew=True)

    def on_click(self, event: events.Click) -> None:
        """Read out the timestep under the pointer; zoom at the second click."""
        if event.chain == 2:
            self.post_message(self.Chosen(self.plot.number))
            return
        timestep = self._timesteps.timestep_at(event.x - 1) if self._timesteps else None
        if timestep is not None:
            self.post_message(self.Pointed(timestep))

    def render_line(self, y: int) -> Strip:
        """Return one row of the panel."""
        if y < len(self._rows):
            return self._rows[y]
        return Strip.blank(self.size.width, Style(bgcolor=self.look.palette.background))

    def _draw(self, *, anew: bool = False) -> None:
        if self._snapshot is None or not self.size or (self._is_up_to_date and not anew):
            return
        self._drawn = self.plot.parts(self._snapshot)
        before, self._rows = self._rows, self._compose_rows(self._snapshot)
        if anew or len(before) != len(self._rows):
            self.refresh()
            return
        pairs = zip(before, self._rows, strict=True)
        spans = [(y, *changed_span(old, new)) for y, (old, new) in enumerate(pairs)]
        regions = [Region(start, y, stop - start, 1) for y, start, stop in spans if start < stop]
        if regions:
            self.refresh(*regions)

    def _compose_rows(self, snapshot: Snapshot) -> tuple[Strip, ...]:
        width, height = self.size
        if width < 4 or height < 3:
            return self.plot.picture(snapshot, Frame(width, height, self.look)).rows
        alone = self.has_class("-shown")
        frame = Frame(width - 2, height - 2, self.look, self.cursor, alone)
        picture = self.plot.picture(snapshot, frame)
        self._timesteps = picture.timesteps
        left, right, low_left, low_right, level, upright = self._edges
        side = Strip([Segment(upright, self._edge)], 1)
        middle = (Strip.join((side, row, side)) for row in picture.rows)
        top = self._edge_row(left, level, right, self._title(width, picture.legend))
        bottom = self._edge_row(low_left, level, low_right, self._reading(width, picture.reading))
        return (top, *middle, bottom)

    @property
    def _edges(self) -> Edges:
        """The frame; where there are no colours its lines say what is in focus."""
        is_heavy = self.has_focus and not self.look.colour
        if self.look.ascii:
            return PLAIN_HEAVY if is_heavy else PLAIN
        return HEAVY if is_heavy else ROUND

    @property
    def _edge(self) -> Style:
        palette = self.look.palette
        colour = palette.focus if self.has_focus else palette.frame
        return Style(color=colour, bgcolor=palette.background)

    def _title(self, width: int, legend: tuple[Word, ...]) -> tuple[list[Segment], list[Segment]]:
        number = Segment(f" {self.plot.number} ", self.look.style(Ink.MARK, bold=True))
        name = self.look.style(bold=True)
        for title in (self.plot.title, self.plot.short_title):
            room = width - len(title) - 10
            words = fit_words(legend, room, gap=1)
            if title == self.plot.short_title or len(words) == len(legend):
                break
        shown = title[: max(0, width - 7)]
        return [number, Segment(f"{shown} ", name)], self._words(words, gap=1)

    def _reading(
        self, width: int, reading: tuple[Word, ...]
    ) -> tuple[list[Segment], list[Segment]]:
        return self._words(fit_words(reading, width - 4 - 2), gap=2), []

    def _words(self, words: list[tuple[str, Ink]], gap: int) -> list[Segment]:
        segments = []
        for number, (text, ink) in enumerate(words):
            before = " " * (gap if number else 1)
            segments.append(Segment(before + self.look.text(text), self.look.style(ink)))
        return [*segments, Segment(" ", self.look.style())] if segments else []

    def _edge_row(
        self, left: str, level: str, right: str, words: tuple[list[Segment], list[Segment]]
    ) -> Strip:
        first, last = words
        used = sum(segment.cell_length for segment in (*first, *last))
        rest = self.size.width - 4 - used
        edge = self._edge
        return Strip(
            [
                Segment(left + level, edge),
                *first,
                Segment(level * max(0, rest), edge),
                *last,
                Segment(level + right, edge),
            ]
        ).adjust_cell_length(self.size.width, edge)


def changed_span(before: Strip, after: Strip) -> tuple[int, int]:
    """Return the columns [start, stop) outside which both are the same; empty if they are equal."""
    old, new = list(before), list(after)
    if before.cell_length != after.cell_length:
        return 0, max(before.cell_length, after.cell_length)
    start = _equal_columns(old, new)
    if start >= after.cell_length:
        return 0, 0
    return start, after.cell_length - _equal_columns(old[::-1], new[::-1])


def _equal_columns(old: list[Segment], new: list[Segment]) -> int:
    equal = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    return sum(segment.cell_length for segment, _ in equal)
