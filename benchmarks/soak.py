"""What the screen costs over a long time: memory, CPU, frames, bytes, key to screen.

    python benchmarks/soak.py [--seconds 600] [--steps 1000000] [--size 80x24] [--json FILE]
                              [-- OPTIONS]

The real program trains in a pseudo-terminal that is read as a terminal reads it, for so long and so
many steps at least. Every few seconds a key is pressed and its answer waited for. At the end it is
paused, and what is sent then is counted. What stands after -- are options of rnn-tui: `-- --profile
ssh` measures what a thin line carries. Linux only: the figures come from /proc.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from terminal import GATES, PATIENCE, Goal, Watched, percentile, print_figures, size_of

SETTLED_SECONDS = 60.0
"""Memory is compared with what it was after so long, or half of a shorter time."""
KEY_EVERY = 5.0
QUIET_SECONDS = 5.0
ROWS = (
    ("time", "seconds", "{:,.0f} s"),
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


@dataclass
class Seen:
    """What was seen while it trained."""

    latencies_ms: list[float] = field(default_factory=list)
    rss_kb: list[tuple[float, int]] = field(default_factory=list)
    """Seconds from the beginning, and the memory then."""


def soak(
    options: list[str], size: tuple[int, int], seconds: float, steps: int = 0
) -> dict[str, float]:
    """Run the app for so long and so many steps at least; return the figures."""
    watched = Watched(options, size)
    app = watched.app
    try:
        watched.wait_for("● training", 300.0)
        watched.wait_for("[f]", 30.0)
        watched.listen(2.0)
        began, cpu, received, first = (
            time.perf_counter(),
            app.cpu_seconds(),
            app.received,
            watched.step,
        )
        watched.frames = 0
        seen = watch(watched, seconds, first + steps)
        took, after = time.perf_counter() - began, app.cpu_seconds()
        sent, taken = app.received - received, watched.step - first
        frames = watched.frames
        app.write(" ")
        watched.wait_for("‖ paused", 10.0)
        watched.listen(1.0)
        quiet = watched.listen(QUIET_SECONDS)
    finally:
        app.quit()
    settled = min(SETTLED_SECONDS, took / 2)
    later = [kb for at, kb in seen.rss_kb if at >= settled]
    return {
        "seconds": took,
        "steps": taken,
        "steps_per_second": taken / took,
        "frames_per_second": frames / took,
        "bytes_per_second": sent / took,
        "paused_bytes_per_second": quiet / QUIET_SECONDS,
        "ui_cpu_percent": 100 * (after.screen - cpu.screen) / took,
        "key_p50_ms": statistics.median(seen.latencies_ms),
        "key_p95_ms": percentile(seen.latencies_ms, 0.95),
        "rss_mb": later[-1] / 1e3,
        "rss_growth_mb": (later[-1] - later[0]) / 1e3,
    }


def watch(watched: Watched, seconds: float, step: int) -> Seen:
    """Press a key every few seconds until the time has passed and the step is reached."""
    seen, began, turn = Seen(), time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds or watched.step < step:
        watched.listen(min(KEY_EVERY, max(1.0, seconds - passed)))
        seen.rss_kb.append((time.perf_counter() - began, watched.app.rss_kb()))
        turn += 1
        watched.app.write("g")
        seen.latencies_ms.append(watched.wait_for(f"[{GATES[turn % len(GATES)]}]", PATIENCE))
    return seen


def goals_of(options: list[str], size: tuple[int, int]) -> dict[str, Goal]:
    """Return what is asked of the figures."""
    goals = {
        "ui_cpu_percent": Goal(15.0 if size[0] * size[1] <= 80 * 24 else 35.0),
        "key_p95_ms": Goal(40.0),
        "rss_growth_mb": Goal(5.0),
        "paused_bytes_per_second": Goal(0.0),
    }
    return goals | ({"bytes_per_second": Goal(12e3)} if "ssh" in options else {})


def main() -> int:
    """Measure and print; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--steps", type=int, default=1_000_000, help="at least so many")
    parser.add_argument("--size", type=size_of, default=(80, 24))
    parser.add_argument("--json", type=Path)
    parser.add_argument("options", nargs="*", help="after --: options of rnn-tui")
    arguments = parser.parse_args()
    figures = soak(arguments.options, arguments.size, arguments.seconds, arguments.steps)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")
    return print_figures(figures, ROWS, goals_of(arguments.options, arguments.size))


if __name__ == "__main__":
    sys.exit(main())
