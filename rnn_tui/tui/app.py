"""The app: wires a session to the main screen, and ends both well."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from rich.console import Console
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, SearchIcon
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.theme import Theme

from rnn_tui.config import RunConfig
from rnn_tui.errors import RnnTuiError
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Match
from rnn_tui.tui.display import Display, own_theme
from rnn_tui.tui.glyphs import detect_glyphs
from rnn_tui.tui.journal import Journal, Kind
from rnn_tui.tui.keymap import commands_on
from rnn_tui.tui.keys import PALETTE_KEY
from rnn_tui.tui.plots.look import SIXTEEN, SIXTEEN_LIGHT, Look
from rnn_tui.tui.plots.palettes import COLOURS
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.terminal.ground import GroundFound
from rnn_tui.tui.theme import OWN, THEME, palette_of

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class RnnTuiApp(App[None]):
    """The screen of one run.

    Parameters
    ----------
    session
        The run; it is started once the first frame is on the screen.
    display
        Frames a second, colours, keys.
    launch
        Makes the session of another run, of others beside it in lockstep, for beginning anew.
        None: the app has one run.
    fps
        Frames a second instead of the display's.
    terminal
        Where to draw; None lets Textual choose.
    journal
        The event log; None begins an empty one.
    remember
        Is called with the name of a setting and what was chosen for it in the command palette.
    clock
        Monotonic seconds.
    """

    CSS_PATH = "styles.tcss"
    TITLE = "rnn-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY: ClassVar[str] = PALETTE_KEY
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "Quit as interrupted", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
    ]

    def __init__(
        self,
        session: RunSession,
        *,
        display: Display | None = None,
        launch: Callable[[RunConfig, tuple[RunConfig, ...], Match], RunSession] | None = None,
        fps: int | None = None,
        terminal: TextIOWrapper | None = None,
        journal: Journal | None = None,
        remember: Callable[[str, str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(driver_class=_driver_class() if terminal else None)
        self.session = session
        self._display_choice = display or Display()
        self.is_thrifty = self._display_choice.is_thrifty
        self.asks_for_ground = self._display_choice.asks_for_ground
        """Whether nobody has chosen a theme, so that the terminal's ground is to choose it."""
        self._found_theme = ""
        """The theme of the terminal's ground, until it is there."""
        if self._display_choice.few_colours:
            self.console = _sixteen_colours(self.console)
        if terminal is not None:
            self.terminal = terminal
        self._launch = launch
        self._is_first = True
        self.ended_by: int | None = None
        """The signal that ended the app, if one did."""
        self._heard_by: WeakKeyDictionary[events.Key, Screen[Any]] = WeakKeyDictionary()
        """The screen that each key under way was handed to."""
        self._half_line = ""
        """What has been printed without an end of line so far."""
        self._glyphs = detect_glyphs(os.environ)
        self._colours = self._display_choice.palette
        self._journal = journal or Journal()
        self._remember = remember
        self._main = MainScreen(
            session,
            fps or self._display_choice.fps,
            clock,
            self._look(THEME),
            self._journal,
            self._display_choice.commands,
        )
        for theme in OWN:
            self.register_theme(theme)
        self.theme = self._display_choice.theme
        self.set_keymap({command.id: command.keys for command in self._display_choice.commands})

    @property
    def crash(self) -> Exception | None:
        """The slip of ours that ended the app, if one did."""
        return self._exception

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self._main

    def on_mount(self) -> None:
        """Start the run behind the first frame."""
        self.begin_capture_print(self)
        self._follow_theme(self.current_theme)
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.app_resume_signal.subscribe(self, self._come_back)
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._end, number)
        self.call_after_refresh(self.session.start)

    def _come_back(self, _app: object) -> None:
        """Draw all of it: Textual takes a terminal of the same size for an unchanged one."""
        self.screen.refresh(layout=True)

    async def on_event(self, event: events.Event) -> None:
        """Let a key that was typed ahead reach the screen that the key before it has opened.

        Textual hands a key to the screen of the moment, and what no widget takes comes back here.
        Where that screen has been covered or left meanwhile, the key was not meant for it.
        """
        if isinstance(event, events.Key) and self._screen_stack:
            if event.is_forwarded and self._heard_by.get(event, self.screen) is not self.screen:
                event = events.Key(event.key, event.character)
            if not event.is_forwarded:
                self._heard_by[event] = self.screen
        await super().on_event(event)

    def on_print(self, event: events.Print) -> None:
        """Note what was printed, whole lines at a time."""
        lines = (self._half_line + event.text).split("\n")
        self._half_line = lines.pop()
        for line in lines:
            self._journal.stray(line)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every row goes through: without colours not even Textual's greys are left."""
        return [NoColor()] if self.no_color else super().get_line_filters()

    def _look(self, theme: Theme) -> Look:
        few = self._display_choice.few_colours
        sixteen = SIXTEEN if theme.dark else SIXTEEN_LIGHT
        palette = sixteen if few else palette_of(theme, self._colours)
        return Look(palette, self._glyphs, colour=not self.no_color, blocks=not few)

    def _follow_theme(self, theme: Theme) -> None:
        self._main.set_look(self._look(theme))
        for screen in self.screen_stack[1:]:
            from rnn_tui.tui.screens.walk import WalkScreen  # noqa: PLC0415 - not for the first frame

            if isinstance(screen, WalkScreen):
                screen.set_look(self._look(theme))

    def on_ground_found(self, message: GroundFound) -> None:
        """Take the theme that goes with the terminal's ground, where nobody has chosen one."""
        theme = own_theme(is_light=message.is_light)
        if self.asks_for_ground and theme != self.theme:
            self.theme = self._found_theme = theme

    def _keep_theme(self, theme: Theme) -> None:
        self._follow_theme(theme)
        if theme.name != self._found_theme:
            self.asks_for_ground = False
            self._keep("theme", theme.name)
        self._found_theme = ""

    def choose_colours(self, name: str) -> None:
        """Draw data in the colours of a name, from now on."""
        self._colours = name
        self._follow_theme(self.current_theme)
        self._keep("palette", name)

    def _keep(self, setting: str, value: str) -> None:
        if self._remember is not None:
            try:
                self._remember(setting, value)
            except (OSError, RnnTuiError) as error:
                self._journal.note(Kind.WARNING, f"{setting} {value} is not kept: {error}")

    def on_resize(self) -> None:
        """Draw everything anew: what the terminal made of its old content is not known."""
        forget = getattr(self._driver, "forget", None)
        if forget is not None:
            forget()

    def _end(self, number: int) -> None:
        self.ended_by = number
        self.session.stop(Status.INTERRUPTED)
        self.exit()

    def action_interrupt(self) -> None:
        """End as Ctrl+C does in every other program."""
        self._end(signal.SIGINT)

    async def action_quit(self) -> None:
        """End the run and the app; where something would be lost, ask before."""
        self._main.ask_to_leave(self._leave)

    def _leave(self) -> None:
        self.session.stop()
        self.exit()

    def on_main_screen_refused(self, message: MainScreen.Refused) -> None:
        """Leave a first run that could not begin: the command says why."""
        del message
        if self._is_first:
            self.exit()

    def on_steering_screen_relaunch(self, message: MainScreen.Relaunch) -> None:
        """Let another run take the place of this one, which ends and is saved as it was to be."""
        if self._launch is None:
            return
        before, self._is_first = self.session, False
        before.give_up()
        self._journal.note(Kind.RUN, message.remark)
        self.session = self._launch(message.config, message.others, message.match)
        self._main.attach(self.session, message.remark)
        self.session.start(after=before)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action by name, beside Textual's own commands."""
        commands = commands_on("", self._display_choice.commands)
        for command in commands if screen is self._main else ():
            text = f"{command.meaning[0].upper()}{command.meaning[1:]} ({command.symbol})"
            yield SystemCommand(command.title, text, self._runner(command.action))
        for name in COLOURS:
            text = "lines, areas and heat maps in colours that every kind of vision tells apart"
            yield SystemCommand(f"Colours: {name}", text, partial(self.choose_colours, name))
        titles = {command.title for command in commands}
        yield from (c for c in super().get_system_commands(screen) if c.title not in titles)

    def action_command_palette(self) -> None:
        """Offer every action by name; Textual's own sign for it is in black, and no ASCII."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(plain=self._glyphs == "ascii"))

    def _runner(self, action: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self._main.run_action, action)

        return run

    def _fatal_error(self) -> None:
        """Leave the screen; `run_app` raises what went wrong, and the command reports it."""
        self.panic()


class Palette(CommandPalette):
    """Textual's command palette with a sign that every terminal has.

    Parameters
    ----------
    plain
        Whether only ASCII can be shown.
    """

    def __init__(self, *, plain: bool) -> None:
        super().__init__(placeholder="Search for commands", id="--command-palette")
        self.set_class(plain, "-plain")

    def on_mount(self) -> None:
        """Exchange the sign."""
        self.query_one(SearchIcon).icon = ">"


def _driver_class() -> type[Driver] | None:
    if sys.platform == "win32":
        return None
    from rnn_tui.tui.terminal.driver import TerminalDriver  # noqa: PLC0415 - needs termios

    return TerminalDriver


def _sixteen_colours(console: Console) -> Console:
    """Return a console like Textual's own that knows the colours every terminal has."""
    return Console(
        color_system="standard",
        file=console.file,
        force_terminal=True,
        no_color=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        safe_box=False,
    )
