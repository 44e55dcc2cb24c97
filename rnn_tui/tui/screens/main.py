"""The main screen: four panels over one run, and the keys that steer it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message

from rnn_tui.cells import Ink
from rnn_tui.errors import RnnTuiError
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.header import compact_words, header_words, number_words
from rnn_tui.tui.journal import Journal
from rnn_tui.tui.keymap import EVERY, commands_on, relabel
from rnn_tui.tui.keys import COMMANDS, FASTER, Command, hints, symbols_of, tabs
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.reading import Sentence, has_failed, read
from rnn_tui.tui.screens.looking import LookingScreen
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.events import EventsPanel
from rnn_tui.tui.widgets.hints import HintLine
from rnn_tui.tui.widgets.lines import Compact, Reading, WordLine
from rnn_tui.tui.widgets.panel import DRAWING_SHARE, LARGE_DRAWING_SHARE, Panel

if TYPE_CHECKING:
    from textual.timer import Timer

    from rnn_tui.tui.screens.jump import Target

LEAST_FOR_FOUR = (72, 20)
LEAST_FOR_FIVE = (140, 50)
LEAST_FOR_ONE = (24, 7)
LEAST_ROWS_FOR_WORDS = 12
LEAST_ROWS_FOR_TWO_LINES = 24
LEAST_ROWS_FOR_TWO_LINES_ALONE = 16
"""The same where one panel is shown at a time; a sentence may need both there."""
STILL = frozenset({State.PAUSED, State.ENDED})
"""States in which nothing moves by itself."""
REMARK_SECONDS = 3.0
LASTING_SECONDS = 20.0
"""How long something is said that must not be missed: long enough to note a path."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A word in answer to a key, for a while in the place of the reading."""

    sentence: Sentence
    until: float
    lasting: bool = False
    """Whether the end of the run leaves it where it is."""


class MainScreen(LookingScreen):
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
    journal
        The event log.
    commands
        The actions of all screens with the keys that the user wants.
    """

    AUTO_FOCUS = ""
    TURN_SECONDS: ClassVar[float] = 0.02
    """From the words to the first panel, and from panel to panel: a key that comes meanwhile waits
    for one drawing, not for four."""
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in COMMANDS]

    class Changed(Message):
        """The session has answered a command, or has a new state."""

    class Noted(Message):
        """The event log has an entry, which may wait for the next frame."""

    class Refused(Message):
        """The run could not begin, by no fault of ours; the session's error says why."""

    def __init__(
        self,
        session: RunSession,
        fps: int,
        clock: Callable[[], float],
        look: Look,
        journal: Journal,
        commands: tuple[Command, ...] = EVERY,
    ) -> None:
        super().__init__(journal, clock)
        self._look = look
        self._commands = commands_on("", commands)
        self._every_command = commands
        self._keys = symbols_of(commands)
        self._session = session
        self._fps = fps
        self._state: State | None = None
        self._since = clock()
        self._remark: Remark | None = None
        self._ticker: Timer | None = None
        """Polls; None before the first frame."""
        self._last_single = 1
        self._header, self._tabs = WordLine(id="header"), HintLine(id="tabs")
        self._grid = Container(*self._panels, id="panels")
        self._compact, self._reading = Compact(id="compact"), Reading(id="reading")
        self._hints = HintLine(id="hints")

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield from (self._header, self._tabs, self._grid, self._compact, self._reading, self._hints)

    def on_mount(self) -> None:
        """Show what there is, then look at the snapshot at every frame, and when it changes."""
        self.set_look(self._look)
        self.poll()
        self._ticker = self.set_interval(1 / self._fps, self.poll)
        self._session.watch(self._notice)
        self._journal.watch(self._wake)

    def _notice(self) -> None:
        self.post_message(self.Changed())

    def on_main_screen_changed(self) -> None:
        """Look at once: somebody waits for an answer."""
        self.poll()

    def _wake(self) -> None:
        self.post_message(self.Noted())

    def on_main_screen_noted(self) -> None:
        """Look again at every frame, until nothing moves."""
        if self._ticker is not None:
            self._ticker.resume()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the parts for the new size."""
        self._arrange(event.size.width, event.size.height)

    def on_screen_resume(self) -> None:
        """Catch up after another screen."""
        self.poll()

    def attach(self, session: RunSession, remark: str) -> None:
        """Show another run from here on."""
        before, self._session = self._session, session
        self._state = self._snapshot = None
        self._last_saved = self._once_saved = None
        self._events.begin_anew()
        self._cursor = None
        self._look_on(before)
        for panel in self._panels:
            panel.cursor = None
        self.query_one(EventsPanel).begin_anew()
        self._say(remark)
        session.watch(self._notice)

    def set_look(self, look: Look) -> None:
        """Draw everything in another look."""
        self._look = look
        for widget in self.query(Drawn):
            widget.look = look

    def poll(self) -> None:
        """Take in the latest snapshot: words at once, then panel after panel."""
        if self.app.screen is not self and not self.app.screen.is_modal:
            if self._ticker is not None:
                self._ticker.pause()
            return
        snapshot = self._session.snapshot
        if snapshot.state is not self._state:
            self._state, self._since = snapshot.state, self._clock()
            if snapshot.state.is_over and self._remark and not self._remark.lasting:
                self._remark = None
            self.set_class(has_failed(snapshot), "-failed")
            if isinstance(self._session.error, RnnTuiError) and not snapshot.step:
                self.post_message(self.Refused())
        self._take_note(snapshot)
        self._show_words(snapshot)
        self._snapshot = snapshot
        for place, panel in enumerate(self._panels, start=1):
            panel.show(snapshot, after=place * self.TURN_SECONDS)
        self._rest_or_wake(snapshot.state)

    def _rest_or_wake(self, state: State) -> None:
        """Look no more at every frame while nothing moves: what changes is then told."""
        if self._ticker is None:
            return
        if state in STILL and self._remark is None:
            self._ticker.pause()
        else:
            self._ticker.resume()

    def _show_words(self, snapshot: Snapshot) -> None:
        held, waited = self._session.held, self._clock() - self._since
        self._header.words = header_words(snapshot, waited, held=held)
        self._header.right = number_words(snapshot)
        if self._remark is not None and self._clock() >= self._remark.until:
            self._remark = None
        self.set_class(self._remark is not None and self._remark.lasting, "-wordy")
        sentences = (self._remark.sentence,) if self._remark else read(snapshot, waited, self._keys)
        self._reading.sentences = self._compact.sentences = sentences
        self._compact.words = compact_words(snapshot, waited, held=held)
        offered = hints(
            holds=held,
            has_ended=snapshot.state.is_over,
            zoomed=self._zoomed,
            compares=bool(snapshot.peers),
            stacked=snapshot.trace is not None and bool(snapshot.trace.below),
            several=snapshot.forecast is not None and snapshot.forecast.is_one_of_several,
        )
        self._hints.hints = relabel(offered, self._commands)

    def _arrange(self, width: int, height: int) -> None:
        single = width < LEAST_FOR_FOUR[0] or height < LEAST_FOR_FOUR[1]
        self.set_class(width < LEAST_FOR_ONE[0] or height < LEAST_FOR_ONE[1], "-tiny")
        self.set_class(height < LEAST_ROWS_FOR_WORDS, "-low")
        least = LEAST_ROWS_FOR_TWO_LINES_ALONE if single else LEAST_ROWS_FOR_TWO_LINES
        self.set_class(height >= least, "-two-lines")
        self.set_class(single, "-tabbed")
        shown = self._zoomed or (self._last_single if single else None)
        five = width >= LEAST_FOR_FIVE[0] and height >= LEAST_FOR_FIVE[1]
        share = LARGE_DRAWING_SHARE if five else DRAWING_SHARE
        self._grid.set_class(shown is not None, "-single")
        self._grid.set_class(shown is None and five, "-five")
        for panel in self._panels:
            panel.set_class(panel.plot.number == shown, "-shown")
            panel.share = share / (1 if shown else 5 if five else 4)
            if panel.plot.number == shown:
                panel.focus()
                self._last_single = shown
        titles = [panel.plot.short_title for panel in self._panels]
        self._tabs.hints = relabel(tabs(titles, shown or 0), self._commands)
        self.call_after_refresh(self._show_in_panels)

    def _show_in_panels(self) -> None:
        if self._snapshot is not None:
            for panel in self._panels:
                panel.show(self._snapshot)

    def _zoom(self, number: int | None) -> None:
        self._zoomed = number
        if number is not None:
            self._last_single = number
        self._arrange(*self.size)
        self.poll()

    def _turn_to(self, number: int) -> None:
        """Show another panel where the screen has room for one."""
        self._last_single = number
        self._arrange(*self.size)

    def _say(self, text: str, *, lasting: bool = False) -> None:
        ink = Ink.WARNING if lasting else Ink.MARK
        until = self._clock() + (LASTING_SECONDS if lasting else REMARK_SECONDS)
        self._remark = Remark(Sentence(text, ink), until, lasting)
        self.poll()

    def _may_steer(self) -> bool:
        if not self._session.snapshot.state.is_over:
            return True
        again, leave = self._keys["restart"], self._keys["quit"]
        self._say(
            f"The run has ended: there is nothing to steer. {again} begins anew, {leave} quits."
        )
        return False

    def on_panel_chosen(self, message: Panel.Chosen) -> None:
        """Zoom the double-clicked panel, or go back."""
        self.action_zoom(message.number)

    def action_zoom(self, number: int) -> None:
        """Give one panel the whole screen; the same key again goes back."""
        if self._zoomed is None and self.has_class("-tabbed"):
            self._turn_to(number)
        else:
            self._zoom(None if self._zoomed == number else number)

    def action_zoom_focused(self) -> None:
        """Zoom the panel in focus, or go back."""
        if isinstance(self.focused, Panel):
            self.action_zoom(self.focused.plot.number)

    def action_zoom_out(self) -> None:
        """Leave the zoom, or let go of the timestep, or of the focus."""
        if self._zoomed is not None:
            self._zoom(None)
        elif self._cursor is not None:
            self._put_cursor(None)
        else:
            self.set_focus(None)

    def action_next_panel(self, direction: int) -> None:
        """Move the focus, or, where one panel is shown at a time, show the next one."""
        if self._grid.has_class("-single"):
            number = (self._last_single - 1 + direction) % len(self._panels) + 1
            if self._zoomed is None:
                self._turn_to(number)
            else:
                self._zoom(number)
        elif direction > 0:
            self.focus_next(Panel)
        else:
            self.focus_previous(Panel)

    def action_jump(self) -> None:
        """Offer the panels and tabs, and the nets that are compared."""
        from rnn_tui.tui.screens.jump import JumpScreen  # noqa: PLC0415 - when asked

        targets = self._targets()
        if targets:
            self.app.push_screen(JumpScreen(targets, self._look), self._jump)
        else:
            self._say("Nothing to jump to.")

    def _targets(self) -> "list[Target]":
        from rnn_tui.tui.screens.jump import LABELS, Target, over_tabs  # noqa: PLC0415 - as above

        shown = [panel for panel in self._panels if panel.region]
        found = [Target(str(p.plot.number), p.region.x + 2, p.region.y) for p in shown]
        if self._tabs.region:
            row = self._tabs.region.y
            found = list(over_tabs(self._tabs.hints, self._tabs.size.width, row)) or found
        area = self._gates.region
        nets = self._session.snapshot.nets if self._session.snapshot.peers and area else ()
        named = list(enumerate(nets))[: max(0, area.height - 2)]
        return found + [
            Target(LABELS[place], area.x + 1, area.y + 1 + place, net.net) for place, net in named
        ]

    def _jump(self, key: str | None) -> None:
        if key is None:
            return
        if not key.isdigit():
            from rnn_tui.tui.screens.jump import LABELS  # noqa: PLC0415 - as above

            self._gates.select_net(LABELS.index(key), self._session.snapshot)
            number = self._gates.plot.number
        else:
            number = int(key)
        if self._grid.has_class("-single") and self._zoomed is None:
            self._turn_to(number)
        else:
            self._panels[number - 1].focus()

    def action_toggle_pause(self) -> None:
        """Pause or resume."""
        if self._may_steer():
            if self._session.held:
                self._session.resume()
            else:
                self._session.pause()
            self.poll()

    def action_step(self) -> None:
        """Take one optimisation step and pause."""
        if self._may_steer():
            self._session.step()
            self.poll()

    def action_faster(self) -> None:
        """Raise the learning rate."""
        if self._may_steer():
            self._session.scale_learning_rate(FASTER)

    def action_slower(self) -> None:
        """Lower the learning rate."""
        if self._may_steer():
            self._session.scale_learning_rate(1 / FASTER)
