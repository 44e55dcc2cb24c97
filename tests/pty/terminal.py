"""The real program in a real pseudo-terminal, read as a person reads it."""

import codecs
import fcntl
import itertools
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*t")
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
COMPILING_AT_MOST = 240.0
"""Seconds; the first test of a fresh checkout compiles the kernels."""
PANELS = ("─ 1 Loss", "─ 2 Forecast", "─ 3 Gates", "─ 4 Gradient")
LAST_WORDS = b"\x1b[?0$p"
"""Written when the command has ended, to see that all before it has come; says nothing to pyte."""
ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"


class Terminal:
    """A command whose controlling terminal this is; `screen` is what it shows."""

    def __init__(self, command, size=(80, 24), env=None):
        self._master, slave = os.openpty()
        self._size = size
        self.screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._set_size(*size)
        self.modes_before = termios.tcgetattr(slave)
        self.output = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        self._slave = slave

    def _set_size(self, width, height):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width, height):
        """Take another size and forget what was shown: what is seen then has been drawn for it."""
        self._size = (width, height)
        self.screen.resize(height, width)
        self.screen.erase_in_display(2)
        self._set_size(width, height)

    def storm(self, count):
        """Go through `count` sizes, 1 x 1 among them, twenty a second, and end at 80 x 24."""
        widths, heights = (80, 1, 200, 33, 61, 20, 132), (24, 1, 50, 9, 16, 5, 43, 2)
        sizes = zip(itertools.cycle(widths), itertools.cycle(heights), strict=False)
        for size in itertools.islice(sizes, count):
            self.resize(*size)
            self.watch(0.05)
        self.resize(80, 24)

    def press(self, keys):
        os.write(self._master, keys.encode())

    def send_signal(self, number):
        os.kill(self.process.pid, number)

    def hang_up(self):
        """Take the terminal away, as a closed window does."""
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    @property
    def lines(self):
        return self.screen.display

    @property
    def text(self):
        return "\n".join(self.lines)

    def number(self, before):
        """Return the number that follows a word on the screen, None where there is none."""
        found = re.search(rf"{before} ([0-9,]+)", self.text)
        return int(found[1].replace(",", "")) if found else None

    @property
    def step(self):
        """The step of the header, once it is there."""
        self.wait_for(lambda: self.number("step") is not None)
        return self.number("step")

    def read(self, seconds=0.02):
        """Take in what the command writes; return whether anything came."""
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.output += data
        self._stream.feed(self._decode(UNKNOWN_TO_PYTE.sub(b"", data)))
        return True

    def wait_for(self, condition, seconds=30.0):
        """Read until `condition` holds: a text on the screen, or a function."""
        holds = condition if callable(condition) else (lambda: condition in self.text)
        end = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None or self.read(), f"ended early:\n{self.text}"
            assert time.monotonic() < end, f"not in time: {condition}\n{self.text}"
            self.read()

    def wait_for_training(self):
        """Wait until it trains; return itself."""
        self.wait_for("● training", COMPILING_AT_MOST)
        return self

    def wait_for_panels(self):
        self.wait_for(lambda: all(panel in self.text for panel in PANELS))

    def wait_for_step(self, least):
        self.wait_for(lambda: (self.number("step") or 0) >= least)

    def wait_for_silence(self, seconds=1.0):
        """Read until nothing has come for so long, which is to be soon."""
        reads = 0
        while self.read(seconds):
            reads += 1
            assert reads < 300, f"never silent:\n{self.text}"

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()

    def wait(self, seconds=30.0):
        """Read to the end; return the exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            self.read()
            assert time.monotonic() < end, f"has not ended:\n{self.text}"
        self._read_to_the_end()
        return self.process.returncode

    def _read_to_the_end(self):
        """Read all that the command has written: a busy kernel hands it over when it likes."""
        if self._master < 0:
            return
        os.write(self._slave, LAST_WORDS)
        end = time.monotonic() + 30
        while LAST_WORDS not in self.output:
            self.read()
            assert time.monotonic() < end, "the terminal keeps what was written"
        self.output = self.output.replace(LAST_WORDS, b"")

    def leave(self, seconds=30.0):
        """Quit, and discard the run where that is asked; return the exit code."""
        self.press("q")
        end = time.monotonic() + seconds
        while self.process.poll() is None and "This run is not saved" not in self.text:
            self.read()
            assert time.monotonic() < end, f"neither asks nor ends:\n{self.text}"
        if self.process.poll() is None:
            self.press("d")
        return self.wait(seconds)

    @property
    def is_restored(self):
        """Whether the terminal is as it was: main screen, cursor, line mode."""
        left = self.output.rfind(LEAVE_SCREEN) > self.output.rfind(ENTER_SCREEN)
        cursor = self.output.rfind(SHOW_CURSOR) > self.output.rfind(b"\x1b[?25l")
        return left and cursor and termios.tcgetattr(self._slave) == self.modes_before

    @property
    def after_the_screen(self):
        """What was written once the main screen was back."""
        return self.output.rpartition(LEAVE_SCREEN)[2].decode()

    @property
    def processor_seconds(self):
        """What the running command has taken of the processors."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def wakes(self):
        """How often any of the command's threads has slept and been woken."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/status")
        return sum(
            int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", task.read_text(), re.MULTILINE)[1])
            for task in tasks
        )

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for end in (self._master, self._slave):
            if end >= 0:
                os.close(end)
