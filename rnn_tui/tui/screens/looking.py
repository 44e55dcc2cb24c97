"""The keys that look at a run: views of the panels, the cursor, and what is taken away."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.journal import Journal
from rnn_tui.tui.keys import Command
from rnn_tui.tui.numbers import numbers_of
from rnn_tui.tui.screens.steering import SteeringScreen
from rnn_tui.tui.screenshot import save_screen
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.widgets.events import EventsPanel
from rnn_tui.tui.widgets.panel import Panel
from rnn_tui.tui.widgets.panels import (
    FORECAST,
    GATES,
    GRADIENT,
    LOSS,
    ForecastPanel,
    GatesPanel,
    GradientPanel,
    LossPanel,
)


class LookingScreen(SteeringScreen):
    """The panels over one run, and what of it they show.

    Parameters
    ----------
    journal
        The event log.
    clock
        Monotonic seconds.
    """

    _commands: tuple[Command, ...]
    _every_command: tuple[Command, ...]
    _fps: int
    _snapshot: Snapshot | None = None
    _zoomed: int | None = None
    """Number of the panel that has the whole screen."""
    _cursor: int | None = None
    """The timestep that is read out."""
    _target = 0
    """Number of the column whose forecast was last asked for."""
    _runs_free = False
    """Whether the forecast that is fed with itself was asked for."""

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        super().__init__()
        self._journal = journal
        self._clock = clock
        self._loss = LossPanel(LOSS, clock=clock, id="loss")
        self._forecast = ForecastPanel(FORECAST, clock=clock, id="forecast")
        self._gates = GatesPanel(GATES, clock=clock, id="gates")
        self._events = EventsPanel(journal, clock=clock, id="events")
        self._panels = (
            self._loss,
            self._forecast,
            self._gates,
            GradientPanel(GRADIENT, clock=clock, id="gradient"),
            self._events,
        )
        self._views: dict[str, Callable[[], str]] = {
            "smoothing": self._loss.toggle_smoothing,
            "residuals": self._forecast.toggle_residuals,
            "free-running": self._toggle_free_running,
            "gate": self._gates.show_next_kind,
            "order": self._gates.sort_next,
            "layer": self._gates.select_next_layer,
            "target": self._show_next_target,
        }

    def _may_look(self) -> bool:
        """Whether there is a run to ask: one that has ended answers, a broken one does not."""
        return self._session.error is None or self._may_steer()

    def on_panel_pointed(self, message: Panel.Pointed) -> None:
        """Read out the timestep that was clicked."""
        self._put_cursor(message.timestep)

    def action_next_gate(self) -> None:
        """Show the next gate in the heat map."""
        remark = self._gates.select_next()
        if remark:
            self._say(remark)

    def action_next_net(self) -> None:
        """Show the gates of the next of the nets that train in lockstep."""
        snapshot = self._session.snapshot
        if snapshot.peers:
            self._gates.select_net((self._gates.net + 1) % len(snapshot.nets), snapshot)
        else:
            self._say(f"There is one net alone: {self._keys['compare']} compares it with another.")

    def action_toggle_scale(self) -> None:
        """Show the loss on the other scale."""
        self._loss.toggle_scale()

    def action_toggle_span(self) -> None:
        """Show the whole run, or its last steps."""
        self._loss.toggle_span()

    def action_view(self, name: str) -> None:
        """Look at a panel in another way; it answers with a word where it cannot."""
        remark = self._views[name]()
        if remark:
            self._say(remark)

    def _toggle_free_running(self) -> str:
        """Ask the run for the forecast that is fed with itself, or no longer."""
        forecast = self._session.snapshot.forecast
        if forecast is None:
            return "There is no forecast yet."
        if not self._may_look():
            return ""
        self._runs_free = forecast.free is None
        self._session.show_free_running(on=self._runs_free)
        return ""

    def _show_next_target(self) -> str:
        """Ask the run for the forecast of the next column."""
        forecast = self._session.snapshot.forecast
        if forecast is None:
            return "There is no forecast yet."
        if not forecast.is_one_of_several:
            return "One column is forecast; --column, given more than once, chooses several."
        if not self._may_look():
            return ""
        self._target = (self._target + 1) % len(forecast.targets)
        self._session.show_target(self._target)
        name = forecast.targets[self._target]
        return f"Forecast of {name}, {self._target + 1} of {len(forecast.targets)}."

    def _look_on(self, before: RunSession) -> None:
        """Ask a new run for the forecasts that were looked at in the one before it."""
        names, own = before.config.data.column, self._session.config.data.column
        name = names[self._target] if self._target < len(names) else ""
        self._target = own.index(name) if name in own else 0
        if self._target:
            self._session.show_target(self._target)
        if self._runs_free:
            self._session.show_free_running(on=True)

    def action_move_cursor(self, direction: int) -> None:
        """Read out the next timestep; the first press begins at the last one."""
        last = self._timesteps
        self._put_cursor(last if self._cursor is None else self._cursor + direction)

    def action_jump_cursor(self, to_end: bool) -> None:
        """Read out the first or the last timestep."""
        self._put_cursor(self._timesteps if to_end else 1)

    @property
    def _timesteps(self) -> int:
        """T, or 0 before the first window has been seen."""
        trace = self._snapshot.trace if self._snapshot else None
        return max((len(gate) for gate in trace.gates.values()), default=0) if trace else 0

    def _put_cursor(self, timestep: int | None) -> None:
        if timestep is not None and not self._timesteps:
            self._say("There are no timesteps to read yet.")
            return
        self._cursor = None if timestep is None else min(max(timestep, 1), self._timesteps)
        for panel in self._panels:
            panel.cursor = self._cursor

    def action_copy_numbers(self) -> None:
        """Put the numbers of the panel in focus, or of the only one shown, into the clipboard."""
        panel = self.focused if isinstance(self.focused, Panel) else self._loss
        number = self._zoomed or panel.plot.number
        text = ""
        if self._snapshot is not None:
            gate, entries = self._gates.selected, self._journal.entries
            shown = self._snapshot
            if number == self._gates.plot.number:
                shown = self._gates.shown(shown)
            text = numbers_of(number, shown, gate, entries)
        if not text:
            self._say("There are no numbers to copy yet.")
            return
        self.app.copy_to_clipboard(text)
        rows = text.count("\n") - 1
        title = self._panels[number - 1].plot.short_title.lower()
        self._say(f"Copied {rows:,} rows of the panel {title}.")

    def action_save_screen(self) -> None:
        """Write the screen into the folder that one is in."""
        try:
            path = save_screen(self.app, Path.cwd(), datetime.now().astimezone())
        except OSError as error:
            self._say(f"The screen cannot be saved here: {error.strerror}.")
            return
        self._say(f"Saved {path.name}, and as .txt.")

    def action_help(self) -> None:
        """Explain the panels and the keys, those of the panel in focus first."""
        from rnn_tui.tui.screens.help import HelpScreen, help_page  # noqa: PLC0415 - when asked

        number = self.focused.plot.number if isinstance(self.focused, Panel) else None
        page = help_page(self._look, number, self._commands)
        self.app.push_screen(HelpScreen(self._look, page))

    def action_walk(self) -> None:
        """Hold the run and walk through one backpropagation."""
        if self._may_look():
            from rnn_tui.tui.screens.walk import WalkScreen, WalkView  # noqa: PLC0415 - as the help

            net = self._gates.net % len(self._session.snapshot.nets)
            shown = WalkView(net, self._gates.view.turns)
            self._session.take_walk(net)
            self.app.push_screen(
                WalkScreen(
                    self._session, self._fps, self._clock, self._look, shown, self._every_command
                )
            )
