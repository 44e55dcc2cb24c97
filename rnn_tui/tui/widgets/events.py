"""The panel of the event log: it follows the run, and shows what was noted."""

import time
from collections.abc import Callable
from functools import partial

from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.chronicle import Chronicle
from rnn_tui.tui.journal import Journal
from rnn_tui.tui.plots.events import draw_events
from rnn_tui.tui.plots.picture import Frame, Picture
from rnn_tui.tui.widgets.panel import Panel, Plot


class EventsPanel(Panel):
    """Notes what happens in every snapshot, whether or not it can be seen."""

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.monotonic,
        id: str,  # noqa: A002
    ) -> None:
        plot = Plot(
            5, "Events", "Events", partial(_draw, journal), lambda _snapshot: (journal.entries,)
        )
        super().__init__(plot, clock=clock, id=id)
        self._journal = journal
        self._chronicle = Chronicle(journal, clock)

    def begin_anew(self) -> None:
        """Follow another run from here on."""
        self._chronicle = Chronicle(self._journal, self._clock)

    def show(self, snapshot: Snapshot, after: float = 0.0) -> None:
        """Take in a snapshot."""
        self._chronicle.follow(snapshot)
        super().show(snapshot, after)


def _draw(journal: Journal, _snapshot: Snapshot, frame: Frame) -> Picture:
    return draw_events(journal.entries, frame)
