"""The way to the terminal: a file of its own, and few bytes where the line is thin."""

import os
import shutil
from io import TextIOWrapper
from typing import Any, Protocol

from textual.drivers.linux_driver import LinuxDriver

from rnn_tui.tui.terminal.painter import Painter


class HasTerminal(Protocol):
    """What the driver asks of the app."""

    terminal: TextIOWrapper
    """Where the screen is drawn."""
    is_thrifty: bool
    """Whether to send only what has changed."""


class TerminalDriver(LinuxDriver):
    """Draws on the app's terminal, wherever standard output and error lead.

    Textual itself draws on standard error and asks standard output for its size: with
    `rnn-tui 2>errors` the screen would land in the file.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        asked: HasTerminal = app
        self._terminal = self._file = asked.terminal
        self._painter = Painter() if asked.is_thrifty else None

    def write(self, data: str) -> None:
        """Write to the terminal what it does not show already."""
        sent = data if self._painter is None else self._painter.paint(data)
        if sent:
            super().write(sent)

    def resume_application_mode(self) -> None:
        """Take the terminal again, also after a stop that could not be noticed (SIGSTOP).

        Textual would read keys in two threads from then on, of which one never ends, and take the
        terminal's mode for the one to be restored at the end.
        """
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super().resume_application_mode()

    def forget(self) -> None:
        """Take the terminal's screen as unknown: it has another size."""
        if self._painter is not None:
            self._painter.forget()

    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self._terminal.fileno())
        except OSError:
            width, height = 0, 0
        return (width, height) if width and height else shutil.get_terminal_size((80, 25))
