"""What the driver tells the app of the terminal."""

import asyncio
import fcntl
import os
import signal
import struct
import termios

import pytest
from textual import events

from rnn_tui.tui.terminal.driver import TerminalDriver


class Asked:
    """As much of an app as the driver asks for; keeps the sizes that it is told."""

    is_thrifty, asks_for_ground = False, False

    def __init__(self, terminal):
        self.terminal, self.sizes = terminal, []

        self.told = asyncio.Queue()

    async def _post_message(self, message):
        if isinstance(message, events.Resize):
            self.sizes.append(tuple(message.size))
            self.told.put_nowait(None)
        return True

    async def last_of(self, count):
        """Return the last size once there are `count`, and those that follow at once."""
        while len(self.sizes) < count:
            await asyncio.wait_for(self.told.get(), 10)
        await asyncio.sleep(0.05)
        return self.sizes[-1]


@pytest.fixture
def terminal():
    """A pseudo-terminal whose size `resize` sets, as a window does: with a signal."""
    master, slave = os.openpty()
    with os.fdopen(slave, "w") as end:
        yield end
    os.close(master)


def resize(terminal, width, height):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    os.kill(os.getpid(), signal.SIGWINCH)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_the_last_size_is_told_last(terminal, count):
    """Also when the terminal takes it while the one before is being told."""
    left = [(20 + n, 5 + n) for n in range(count)]

    class Interrupted(TerminalDriver):
        def _get_terminal_size(self):
            size = super()._get_terminal_size()
            if left:
                resize(terminal, *left.pop(0))
            return size

    async def run():
        app = Asked(terminal)
        driver = Interrupted(app)
        driver.fileno, driver.input_tty = terminal.fileno(), True
        driver.start_application_mode()
        try:
            assert await app.last_of(count + 1) == (19 + count, 4 + count)
        finally:
            driver.stop_application_mode()
            driver.close()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["SIGTSTP", "SIGCONT"])
def test_a_signal_that_interrupts_a_write_waits_for_it(terminal, name, monkeypatch):
    """The handler must not wait for a lock that what it interrupts is holding."""

    async def run():
        driver = TerminalDriver(Asked(terminal))
        driver.fileno, driver.input_tty = terminal.fileno(), True
        driver.start_application_mode()
        begun = []
        monkeypatch.setattr(driver, "suspend_application_mode", lambda: begun.append("suspend"))
        monkeypatch.setattr(driver, "resume_application_mode", lambda: begun.append("resume"))
        sent = []
        try:
            with monkeypatch.context() as patch, driver._writer_thread._queue.mutex:
                patch.setattr(os, "kill", lambda *what: sent.append(what[1]))
                signal.raise_signal(getattr(signal, name))
                assert not begun
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            stops = name == "SIGTSTP"
            assert begun == ["suspend" if stops else "resume"]
            assert sent == [signal.SIGSTOP] * stops
        finally:
            driver.stop_application_mode()
            driver.close()

    asyncio.run(run())
