"""What the screen costs over a long time: memory, CPU, frames, bytes, key to screen.

    python benchmarks/soak.py [--seconds 600] [--size 80x24] [--json FILE] [-- OPTIONS]

The real program trains in a pseudo-terminal that is read as a terminal reads it. Every few seconds
a key is pressed and its answer waited for. At the end it is paused, and what is sent then is
counted. `-- --profile ssh` measures what a thin line carries. Linux only: the figures: /proc.
"""

import argparse
import json
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from dashboard import GATES, App, percentile

SETTLED_SECONDS = 60.0
"""Memory is compared with what it was after so long, or half of a shorter time."""
KEY_EVERY = 5.0
QUIET_SECONDS = 5.0
PART = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<right>\d*)C|\x1b\[[\d;:<>=?$ ]*[@-~]"
    r"|\x1b\][^\x07]*\x07|(?P<newline>\n)|(?P<text>[^\x00-\x1f\x7f]+)|."
)


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


@dataclass
class Soak:
    """What was seen."""

    frames: int = 0
    """Times that the number of the step on the screen has changed."""
    latencies_ms: list[float] = field(default_factory=list)
    rss_kb: list[tuple[float, int]] = field(default_factory=list)


class Watched:
    """The app, and the screen that it draws."""

    def __init__(self, options: list[str], size: tuple[int, int]) -> None:
        self.app = App(options, *size)
        self.screen = Screen(*size)
        self.seen = Soak()
        self._step = ""

    def read(self, seconds: float) -> None:
        """Take in what comes within `seconds`."""
        self.screen.feed(self.app.read(seconds).decode("utf-8", "replace"))
        found = re.search(r"step ([0-9,]+)", self.screen.lines[0])
        if found and found[1] != self._step:
            self._step = found[1]
            self.seen.frames += 1

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


def soak(options: list[str], size: tuple[int, int], seconds: float) -> dict[str, float]:
    """Run the app for so long; return the figures."""
    watched = Watched(options, size)
    try:
        watched.wait_for("● training", 300.0)
        watched.wait_for("[f]", 30.0)
        watched.listen(2.0)
        app, seen = watched.app, watched.seen
        began, cpu, received, step = (
            time.perf_counter(),
            app.cpu_seconds(),
            app.received,
            watched.step,
        )
        seen.frames = 0
        turn = 0
        while (passed := time.perf_counter() - began) < seconds:
            watched.listen(min(KEY_EVERY, seconds - passed))
            seen.rss_kb.append((time.perf_counter() - began, app.rss_kb()))
            turn += 1
            app.write("g")
            seen.latencies_ms.append(watched.wait_for(f"[{GATES[turn % len(GATES)]}]", 5.0))
        took, after = time.perf_counter() - began, app.cpu_seconds()
        sent, steps = app.received - received, watched.step - step
        app.write(" ")
        watched.wait_for("‖ paused", 10.0)
        watched.listen(1.0)
        quiet = watched.listen(QUIET_SECONDS)
    finally:
        watched.app.quit()
    settled = min(SETTLED_SECONDS, seconds / 2)
    later = [kb for at, kb in seen.rss_kb if at >= settled]
    return {
        "seconds": took,
        "steps": steps,
        "steps_per_second": steps / took,
        "frames_per_second": seen.frames / took,
        "bytes_per_second": sent / took,
        "paused_bytes_per_second": quiet / QUIET_SECONDS,
        "ui_cpu_percent": 100 * (after[0] - cpu[0]) / took,
        "key_p50_ms": statistics.median(seen.latencies_ms),
        "key_p95_ms": percentile(seen.latencies_ms, 0.95),
        "rss_mb": later[-1] / 1e3,
        "rss_growth_mb": (later[-1] - later[0]) / 1e3,
    }


ROWS = (
    ("steps", "steps", "{:,.0f}"),
    ("frames", "frames_per_second", "{:.1f} a second"),
    ("to the terminal", "bytes_per_second", "{:,.0f} bytes/s"),
    ("  while paused", "paused_bytes_per_second", "{:,.0f} bytes/s"),
    ("CPU of the screen", "ui_cpu_percent", "{:.1f} % of a core"),
    ("key to screen, p50", "key_p50_ms", "{:.1f} ms"),
    ("key to screen, p95", "key_p95_ms", "{:.1f} ms"),
    ("training in the app", "steps_per_second", "{:,.0f} steps/s"),
    ("memory", "rss_mb", "{:.1f} MB"),
    ("  growth once settled", "rss_growth_mb", "{:.2f} MB"),
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--json", type=Path)
    parser.add_argument("options", nargs="*", help="after --: options of rnn-tui")
    arguments = parser.parse_args()
    width, _, height = arguments.size.partition("x")
    figures = soak(arguments.options, (int(width), int(height)), arguments.seconds)
    for name, key, form in ROWS:
        print(f"{name:<26}{form.format(figures[key]):>22}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
