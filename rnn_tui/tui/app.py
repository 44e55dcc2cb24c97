"""The app: wires a session to the main screen, and ends both well."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.theme import Theme

from rnn_tui.config import RunConfig
from rnn_tui.errors import ExitCode
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.tui.plots.look import DARK, LIGHT, Look
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.theme import THEME, detect_glyphs

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
COMMANDS = (
    ("Pause or resume", "Hold training, or go on (space)", "toggle_pause"),
    ("One optimisation step", "Take a step, then pause (.)", "step"),
    ("Raise the learning rate", "Multiply it by 1.25 (+)", "faster"),
    ("Lower the learning rate", "Divide it by 1.25 (-)", "slower"),
    ("Next gate", "Show the next gate in the heat map (g)", "next_gate"),
    ("Zoom: loss", "Give the loss the whole screen (1)", "zoom(1)"),
    ("Zoom: predicted vs actual", "Give the forecast the whole screen (2)", "zoom(2)"),
    ("Zoom: gates", "Give the heat map the whole screen (3)", "zoom(3)"),
    ("Zoom: gradient", "Give the gradient the whole screen (4)", "zoom(4)"),
    ("Show all panels", "Leave the zoom (Esc)", "zoom_out"),
    ("Help", "What each panel shows, and the keys (?)", "help"),
)


class RnnTuiApp(App[None]):
    """The screen of one run.

    Parameters
    ----------
    session
        The run; it is started once the first frame is on the screen.
    fps
        Frames a second, at most.
    clock
        Monotonic seconds.
    """

    CSS_PATH = "styles.tcss"
    TITLE = "rnn-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY: ClassVar[str] = "^p"

    def __init__(
        self, session: RunSession, *, fps: int = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.session = session
        self.ended_by: int | None = None
        """The signal that ended the app, if one did."""
        self._glyphs = detect_glyphs(os.environ)
        self._main = MainScreen(session, fps, clock, self._look(THEME))
        self.register_theme(THEME)
        self.theme = THEME.name

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self._main

    def on_mount(self) -> None:
        """Start the run behind the first frame."""
        self.theme_changed_signal.subscribe(self, self._follow_theme)
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            if hasattr(signal, name):
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(getattr(signal, name), self._end, getattr(signal, name))
        self.call_after_refresh(self.session.start)

    def _look(self, theme: Theme) -> Look:
        return Look(DARK if theme.dark else LIGHT, self._glyphs, colour=not self.no_color)

    def _follow_theme(self, theme: Theme) -> None:
        self._main.set_look(self._look(theme))

    def _end(self, number: int) -> None:
        self.ended_by = number
        self.session.stop(Status.INTERRUPTED)
        self.exit()

    async def action_quit(self) -> None:
        """End the run and the app."""
        self.session.stop()
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action by name, beside Textual's own commands."""
        for title, help_text, action in COMMANDS:
            yield SystemCommand(title, help_text, self._runner(action))
        yield from super().get_system_commands(screen)

    def _runner(self, action: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(self._main.run_action, action)

        return run


def run_app(
    config: RunConfig, *, load_from: Path | None = None, save_to: Path | None = None
) -> int:
    """Train `config` on the screen until the user leaves; return the exit code.

    Parameters
    ----------
    load_from, save_to
        Model files to start from and to write at the end.
    """
    from rnn_tui.training.session import Session  # noqa: PLC0415 - the app needs only its protocol

    session = Session(config, load_from=load_from, save_to=save_to)
    app = RnnTuiApp(session, fps=config.display.fps)
    try:
        app.run()
    finally:
        session.stop(Status.INTERRUPTED if app.ended_by else Status.STOPPED)
        if not session.join(1.0):
            sys.stderr.write("rnn-tui: finishing the steps under way\n")
            session.join()
    return exit_code(session.snapshot.ended, app.ended_by, app.return_code or 0)


def exit_code(ended: RunEnded | None, ended_by: int | None, crashed: int = 0) -> int:
    """Return what the command returns to the shell.

    Parameters
    ----------
    ended
        How the run ended.
    ended_by
        The signal that ended the app, if one did.
    crashed
        What Textual returned; not 0 where the app itself failed.
    """
    if ended_by is not None:
        return 128 + ended_by
    if crashed or (ended is not None and ended.status in {Status.DIVERGED, Status.FAILED}):
        return ExitCode.FAILED
    return ExitCode.DONE
