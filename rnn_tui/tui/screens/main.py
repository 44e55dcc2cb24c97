"""The main screen: four panels over one run, and the keys that steer it."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer

from rnn_tui.charts import Ink
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Word
from rnn_tui.tui.reading import read
from rnn_tui.tui.screens.help import HelpScreen
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.widgets.lines import WordLine, WordLines, compact_words, header_words
from rnn_tui.tui.widgets.panel import Panel
from rnn_tui.tui.widgets.panels import FORECAST, GATES, GRADIENT, LOSS, GatesPanel

LEAST_FOR_FOUR = (60, 16)
LEAST_FOR_ONE = (24, 7)
LEAST_ROWS_FOR_WORDS = 12
FASTER = 1.25
"""Factor of one press of + or -."""

LR = Binding.Group("lr", compact=True)
ZOOM = Binding.Group("zoom", compact=True)


class MainScreen(Screen[None]):
    """Polls the session's snapshot and hands it to what can be seen.

    Parameters
    ----------
    session
        The run.
    fps
        Looks at the snapshot a second.
    clock
        Monotonic seconds, for how long one has waited.
    look
        Palette and glyphs to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_pause", "pause", tooltip="Pause or resume training"),
        Binding("full_stop", "step", "step", key_display=".", tooltip="One optimisation step"),
        Binding("plus,equals_sign", "faster", "faster", key_display="+", group=LR),
        Binding("minus", "slower", "slower", key_display="-", group=LR),
        Binding("g", "next_gate", "gate", tooltip="Show the next gate"),
        Binding("1", "zoom(1)", "Zoom: loss", group=ZOOM),
        Binding("2", "zoom(2)", "Zoom: forecast", group=ZOOM),
        Binding("3", "zoom(3)", "Zoom: gates", group=ZOOM),
        Binding("4", "zoom(4)", "Zoom: gradient", group=ZOOM),
        Binding("enter", "zoom_focused", "Zoom the focused panel", show=False),
        Binding("escape", "zoom_out", "back", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q", "app.quit", "quit"),
    ]

    def __init__(
        self, session: RunSession, fps: int, clock: Callable[[], float], look: Look
    ) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._fps = fps
        self._clock = clock
        self._state: State | None = None
        self._since = clock()
        self._snapshot: Snapshot | None = None
        self._zoomed: int | None = None
        self._last_single = 1

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield WordLine(id="header")
        with Container(id="panels"):
            yield Panel(LOSS, id="loss")
            yield Panel(FORECAST, id="forecast")
            yield GatesPanel(GATES, id="gates")
            yield Panel(GRADIENT, id="gradient")
        yield WordLines(id="compact")
        yield WordLine(id="reading")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show what there is, then look at the snapshot at every frame."""
        self.set_look(self._look)
        self.poll()
        self.set_interval(1 / self._fps, self.poll)

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the parts for the new size."""
        self._arrange(event.size.width, event.size.height)

    def on_screen_resume(self) -> None:
        """Catch up after another screen."""
        self._snapshot = None
        self.poll()

    def set_look(self, look: Look) -> None:
        """Draw everything in another look."""
        self._look = look
        for panel in self.query(Panel):
            panel.look = look
        for line in self.query(WordLine):
            line.look = look
        self.query_one(WordLines).look = look

    def poll(self) -> None:
        """Take in the latest snapshot, if it is a new one."""
        if self.app.screen is not self and not self.app.screen.is_modal:
            return
        snapshot = self._session.snapshot
        if snapshot.state is not self._state:
            self._state, self._since = snapshot.state, self._clock()
        elif snapshot is self._snapshot and self._state not in {State.LOADING, State.COMPILING}:
            return
        waited = self._clock() - self._since
        self.query_one("#header", WordLine).words = header_words(snapshot, waited)
        self._show_reading(snapshot, waited)
        self.query_one("#compact", WordLines).words = compact_words(snapshot, waited)
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            for panel in self.query(Panel):
                panel.show(snapshot)

    def _show_reading(self, snapshot: Snapshot, waited: float) -> None:
        text, ink = read(snapshot, waited)
        self.query_one("#reading", WordLine).words = (
            Word("Reading:", Ink.LABEL, ""),
            Word(text, ink),
        )

    def _arrange(self, width: int, height: int) -> None:
        single = width < LEAST_FOR_FOUR[0] or height < LEAST_FOR_FOUR[1]
        self.set_class(width < LEAST_FOR_ONE[0] or height < LEAST_FOR_ONE[1], "-tiny")
        self.set_class(height < LEAST_ROWS_FOR_WORDS, "-low")
        shown = self._zoomed or (self._last_single if single else None)
        self.query_one("#panels").set_class(shown is not None, "-single")
        for panel in self.query(Panel):
            panel.set_class(panel.plot.number == shown, "-shown")
            if panel.plot.number == shown:
                panel.focus()
                self._last_single = shown
        self.call_after_refresh(self._show_in_panels)

    def _show_in_panels(self) -> None:
        if self._snapshot is not None:
            for panel in self.query(Panel):
                panel.show(self._snapshot)

    def _zoom(self, number: int | None) -> None:
        self._zoomed = number
        if number is not None:
            self._last_single = number
        self._arrange(*self.size)

    def on_panel_chosen(self, message: Panel.Chosen) -> None:
        """Zoom the double-clicked panel, or go back."""
        self.action_zoom(message.number)

    def action_zoom(self, number: int) -> None:
        """Give one panel the whole screen; the same key again goes back."""
        self._zoom(None if self._zoomed == number else number)

    def action_zoom_focused(self) -> None:
        """Zoom the focused panel, or go back."""
        if isinstance(self.focused, Panel):
            self.action_zoom(self.focused.plot.number)

    def action_zoom_out(self) -> None:
        """Show all panels."""
        self._zoom(None)

    def action_toggle_pause(self) -> None:
        """Pause or resume."""
        if self._session.snapshot.state is State.PAUSED:
            self._session.resume()
        else:
            self._session.pause()

    def action_step(self) -> None:
        """Take one optimisation step and pause."""
        self._session.step()

    def action_faster(self) -> None:
        """Raise the learning rate."""
        self._session.scale_learning_rate(FASTER)

    def action_slower(self) -> None:
        """Lower the learning rate."""
        self._session.scale_learning_rate(1 / FASTER)

    def action_next_gate(self) -> None:
        """Show the next gate in the heat map."""
        self.query_one(GatesPanel).select_next()

    def action_help(self) -> None:
        """Explain the panels and the keys."""
        self.app.push_screen(HelpScreen(self._look))
