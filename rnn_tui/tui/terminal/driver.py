"""The way to the terminal: a file of its own, and few bytes where the line is thin."""

import asyncio
import os
import selectors
import shutil
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import TextIOWrapper
from threading import Event
from typing import Any, Protocol

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from rnn_tui.tui.terminal.answers import ASK_GROUND, Answers, is_light
from rnn_tui.tui.terminal.ground import GroundFound
from rnn_tui.tui.terminal.painter import Painter

MOST_BYTES = 4096
"""Of keys that are read at once."""
QUIET_SECONDS = constants.ESCAPE_DELAY + 0.01
"""After which an escape character was a key of its own, and not the beginning of another."""
LEAVE_SECONDS = 0.3
"""How long after the question one does not leave: an answer would be typed into the shell."""


class HasTerminal(Protocol):
    """What the driver asks of the app."""

    terminal: TextIOWrapper
    """Where the screen is drawn."""
    is_thrifty: bool
    """Whether to send only what has changed."""
    asks_for_ground: bool
    """Whether the app wants to know whether the terminal's ground is light."""


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
        self._asks = asked.asks_for_ground and self.input_tty
        self._answers = Answers()
        self._asked_at: float | None = None
        self._has_answered = Event()
        self._bell: tuple[int, int] | None = None
        """A pipe that ends the reading of keys when it is written to."""
        self._later: Callable[[Callable[[], None]], object] | None = None
        """Has the event loop do something; None before the terminal was first taken."""
        signal.signal(signal.SIGTSTP, lambda *_: self._do_later(self._stop))
        signal.signal(signal.SIGCONT, lambda *_: self._do_later(self._go_on))

    def _do_later(self, do: Callable[[], None]) -> None:
        """Answer a signal in the event loop.

        Textual does it in the handler, which may interrupt a write that holds the lock of the queue
        of writes: stopping the writer there waits for that lock for ever.
        """
        if self._later is not None:
            self._later(do)

    def _stop(self) -> None:
        self._sigtstp_application()

    def _go_on(self) -> None:
        self._sigcont_application()

    def write(self, data: str) -> None:
        """Write to the terminal what it does not show already."""
        sent = data if self._painter is None else self._painter.paint(data)
        if sent:
            super().write(sent)

    def start_application_mode(self) -> None:
        """Take the terminal; the first time, ask it for its ground.

        The answer comes among the keys, whenever it does: nothing waits for it.
        """
        if self._bell is None:
            self._bell = os.pipe()
        self._later = asyncio.get_running_loop().call_soon_threadsafe
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._follow_size()
        if self._asks and self._writer_thread is not None:
            self._asks, self._asked_at = False, time.monotonic()
            self.write(ASK_GROUND)

    def _follow_size(self) -> None:
        """Tell the app each size of the terminal in its turn.

        Textual reads the size in the handler of the signal. A second signal interrupts the handler:
        the newer size is sent first, the older one after it, and the app keeps that.
        """

        def tell() -> None:
            if not self._in_band_window_resize:
                size = Size(*self._get_terminal_size())
                self.send_message(events.Resize(size, size))

        signal.signal(signal.SIGWINCH, lambda *_: self._do_later(tell))
        tell()

    def disable_input(self) -> None:
        """Read no more keys."""
        if self._bell is None:
            return
        if self._asked_at is not None:
            self._has_answered.wait(max(0.0, self._asked_at + LEAVE_SECONDS - time.monotonic()))
        bell, self._bell = self._bell, None
        os.write(bell[1], b"\0")
        super().disable_input()
        for end in bell:
            os.close(end)

    def run_input_thread(self) -> None:
        """Read keys until told to stop.

        Textual would look ten times a second whether it is to stop, which keeps a laptop awake.
        """
        if self._bell is None:
            return
        bell = self._bell[0]
        parser, decode = XTermParser(), getincrementaldecoder("utf-8")("replace").decode
        quiet: float | None = None
        with selectors.SelectSelector() as selector:  # macOS: kqueue does not take terminals
            selector.register(bell, selectors.EVENT_READ)
            selector.register(self.fileno, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(quiet)}
                if bell in ready:
                    return
                if self.fileno in ready:
                    data = self._read()
                    if not data:
                        selector.unregister(self.fileno)
                    keys, quiet = self._sift(decode(data)), QUIET_SECONDS
                else:
                    keys = self._answers.give_up()
                    quiet = QUIET_SECONDS if keys else None
                if keys:
                    self._pass_on(parser.feed(keys))
                self._pass_on(parser.tick())

    def _pass_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _read(self) -> bytes:
        """Return what was typed, nothing where the terminal has gone."""
        with suppress(OSError):
            return os.read(self.fileno, MOST_BYTES)
        return b""

    def _sift(self, text: str) -> str:
        """Return the keys in `text`; tell the app what the terminal answers."""
        keys, colours = self._answers.sift(text)
        for colour in colours:
            self._has_answered.set()
            light = is_light(colour)
            if light is not None:
                self.process_message(GroundFound(light))
        return keys

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
