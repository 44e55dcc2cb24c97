"""The real program in a pseudo-terminal: pressed, read, and asked what it costs.

Linux only: the figures come from /proc.
"""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
APP = [sys.executable, "-m", "rnn_tui"]
TICK = os.sysconf("SC_CLK_TCK")
STEP = re.compile(rb"step ([0-9,]+)[^.]{0,80}?(?:epoch|/s)")
PATIENCE = 120.0
"""Seconds until an answer counts as lost: the machine may be suspended."""
GATES = "fgochi"
"""The gates of an LSTM in the order in which a key shows them, from the one shown at first."""
PART = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<right>\d*)C|\x1b\[[\d;:<>=?$ ]*[@-~]"
    r"|\x1b\][^\x07]*\x07|(?P<newline>\n)|(?P<text>[^\x00-\x1f\x7f]+)|."
)


@dataclass(frozen=True)
class Goal:
    """A figure is to be so much at most, or at least."""

    limit: float
    at_least: bool = False

    def is_met(self, figure: float) -> bool:
        """Return whether a figure is as it should be."""
        return figure >= self.limit if self.at_least else figure <= self.limit


@dataclass(frozen=True)
class CpuSeconds:
    """CPU time of the app so far."""

    screen: float
    """Of all threads but the one that trains."""
    trainer: float
    waits: float
    """How long the thread that trains has waited for a core."""


class App:
    """rnn-tui in a pseudo-terminal that nobody looks at."""

    def __init__(self, options: list[str], width: int, height: int) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *APP, *options],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.received = 0
        self.frames = 0
        """Times that the number of the step has come."""
        self.seen_at = self.began
        """When it came last."""
        self._tail = b""

    def read(self, seconds: float) -> bytes:
        """Return what comes within `seconds`, at once when something does."""
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        data = os.read(self._master, 1 << 18)
        self.received += len(data)
        if found := STEP.findall(data):
            self.frames += len(found)
            self.seen_at = time.perf_counter()
        self._tail = (self._tail + data)[-200_000:]
        return data

    def wait_for(self, wanted: bytes, seconds: float) -> float:
        """Read until `wanted` comes; return the seconds that took."""
        began = time.perf_counter()
        seen = b""
        while wanted not in seen:
            if time.perf_counter() - began > seconds:
                raise TimeoutError(f"{wanted!r} did not come within {seconds} s")
            seen = seen[-200:] + self.read(0.01)
        return time.perf_counter() - began

    def write(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def press(self, key: str, wanted: str) -> float:
        """Press a key; return the milliseconds until its answer is on the wire."""
        while self.read(0.0):
            pass
        self.write(key)
        return 1e3 * self.wait_for(wanted.encode(), PATIENCE)

    def listen(self, seconds: float) -> None:
        """Read for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(min(left, 0.05))

    @property
    def step(self) -> int:
        """The step on the screen."""
        return int(STEP.findall(self._tail)[-1].replace(b",", b""))

    def cpu_seconds(self) -> CpuSeconds:
        """Return what the threads have taken so far."""
        times: dict[int, float] = {}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                times[int(task.name)] = (int(fields[11]) + int(fields[12])) / TICK
        main = times.pop(self.process.pid)
        trainer = max(times, key=times.__getitem__)
        screen = main + sum(times.values()) - times[trainer]
        waits = queue_seconds(Path(f"/proc/{self.process.pid}/task/{trainer}"))
        return CpuSeconds(screen, times[trainer], waits)

    def rss_kb(self) -> int:
        """Return the resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def quit(self) -> None:
        """Leave as a user does."""
        os.write(self._master, b"q")
        seen, asks = b"", True
        with contextlib.suppress(OSError):
            while self.process.poll() is None:
                seen += self.read(0.05)
                if asks and b"not saved" in seen:
                    asks = False
                    os.write(self._master, b"d")
        self.process.wait()
        os.close(self._master)


class Screen:
    """Just enough of a terminal to read what is on it: moves and text, no colours."""

    def __init__(self, width: int, height: int) -> None:
        self._cells = [[" "] * width for _ in range(height)]
        self._row = self._column = 0
        self._width = width

    def feed(self, text: str) -> None:
        """Take in what the program sends."""
        for part in PART.finditer(text):
            if part["row"]:
                self._row, self._column = int(part["row"]) - 1, int(part["column"]) - 1
            elif part["right"] is not None:
                self._column += int(part["right"] or 1)
            elif part["newline"]:
                self._row, self._column = self._row + 1, 0
            elif part["text"] and 0 <= self._row < len(self._cells):
                end = min(self._column + len(part["text"]), self._width)
                written = part["text"][: end - self._column]
                self._cells[self._row][self._column : end] = written
                self._column = end

    @property
    def lines(self) -> list[str]:
        """The rows as text."""
        return ["".join(row) for row in self._cells]


class Watched:
    """The app, and the screen that it draws."""

    def __init__(self, options: list[str], size: tuple[int, int]) -> None:
        self.app = App(options, *size)
        self.screen = Screen(*size)
        self.frames = 0
        """Times that the number of the step on the screen has changed."""
        self._step = ""

    def read(self, seconds: float) -> None:
        """Take in what comes within `seconds`."""
        self.screen.feed(self.app.read(seconds).decode("utf-8", "replace"))
        found = re.search(r"step ([0-9,]+)", self.screen.lines[0])
        if found and found[1] != self._step:
            self._step = found[1]
            self.frames += 1

    @property
    def step(self) -> int:
        """The step on the screen."""
        return int(self._step.replace(",", "") or 0)

    def wait_for(self, wanted: str, seconds: float) -> float:
        """Read until `wanted` is on the screen; return the milliseconds that took."""
        began = time.perf_counter()
        while not any(wanted in line for line in self.screen.lines):
            if time.perf_counter() - began > seconds:
                raise TimeoutError("\n".join([f"{wanted} did not come:", *self.screen.lines]))
            self.read(0.01)
        return 1e3 * (time.perf_counter() - began)

    def listen(self, seconds: float) -> int:
        """Read for so long; return the bytes that came."""
        end, before = time.perf_counter() + seconds, self.app.received
        while (left := end - time.perf_counter()) > 0:
            self.read(min(left, 0.05))
        return self.app.received - before


def busy_seconds() -> float:
    """Return the CPU time that the whole machine has spent."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / TICK


def queue_seconds(task: Path) -> float:
    """Return how long a thread has waited for a core in its life."""
    return int((task / "schedstat").read_text().split()[1]) / 1e9


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of all lie at or below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def size_of(text: str) -> tuple[int, int]:
    """Return columns and rows, written as in 80x24."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def print_figures(
    figures: dict[str, float], rows: Sequence[tuple[str, str, str]], goals: dict[str, Goal]
) -> int:
    """Print the figures that there are beside their goals; return 1 where one is missed.

    Parameters
    ----------
    rows
        Name, key and format of each figure.
    """
    missed = 0
    for name, key, form in rows:
        if key not in figures:
            continue
        line = f"{name:<26}{form.format(figures[key]):>22}"
        if (goal := goals.get(key)) is not None:
            met = goal.is_met(figures[key])
            missed |= not met
            sign = ">=" if goal.at_least else "<="
            line += f"   {sign} {goal.limit:<7,g}{'' if met else 'MISSED'}"
        print(line.rstrip())
    return int(missed)
