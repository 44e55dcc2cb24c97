"""What the screen costs: key to screen, bytes, CPU, and training speed beside `--batch`.

    python benchmarks/dashboard.py [--case NAME ...] [--seconds 8] [--repeats 3] [--size 80x24]
                                   [--json FILE] [-- OPTIONS]

Every goal of the screen is measured in one of the cases: two sizes of the screen, 30 frames a
second, a core that another program keeps busy, a thin line, short, middle and long steps. With a
size or with options of rnn-tui (after --) that case alone is measured.

The real program runs in a pseudo-terminal and is pressed while it trains; app and batch take
turns, and the table shows medians, so that a busy machine disturbs both alike. The unhindered
speed leaves out the time in which the thread that trains waited for a core that another program
had; on a quiet machine it is the speed. Linux only: the figures come from /proc.
"""

import argparse
import contextlib
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from soak import soak
from terminal import (
    APP,
    GATES,
    App,
    Goal,
    busy_seconds,
    percentile,
    print_figures,
    queue_seconds,
    size_of,
)

WARM_UP = 2.0
SMALL, LARGE = (80, 24), (200, 50)
SPEED = {"speed_ratio": Goal(0.95, at_least=True)}
KEYS = {"key_p95_ms": Goal(40.0)}
FIRST = {"first_frame_ms": Goal(350.0)}
SMALL_CPU, LARGE_CPU = {"ui_cpu_percent": Goal(15.0)}, {"ui_cpu_percent": Goal(35.0)}
ROWS = (
    ("first frame", "first_frame_ms", "{:.0f} ms"),
    ("  with its keys", "first_keys_ms", "{:.0f} ms"),
    ("key to screen, p50", "key_p50_ms", "{:.1f} ms"),
    ("key to screen, p95", "key_p95_ms", "{:.1f} ms"),
    ("  gate, p95", "key_gate_p95_ms", "{:.1f} ms"),
    ("  rate, p95", "key_rate_p95_ms", "{:.1f} ms"),
    ("  pause, p95", "key_pause_p95_ms", "{:.1f} ms"),
    ("frames", "frames_per_second", "{:.1f} a second"),
    ("to the terminal", "bytes_per_second", "{:,.0f} bytes/s"),
    ("  while paused", "paused_bytes_per_second", "{:,.0f} bytes/s"),
    ("CPU of the screen", "ui_cpu_percent", "{:.1f} % of a core"),
    ("one step in batch", "step_ms", "{:.3f} ms"),
    ("training in the app", "steps_per_second", "{:,.0f} steps/s"),
    ("training in batch", "batch_steps_per_second", "{:,.0f} steps/s"),
    ("app / batch", "wall_ratio", "{:.3f}"),
    ("  unhindered", "speed_ratio", "{:.3f}"),
    ("other programs", "others_cpu_percent", "{:.0f} % of a core"),
)


@dataclass(frozen=True)
class Case:
    """What is measured together."""

    name: str
    goals: dict[str, Goal]
    size: tuple[int, int] = SMALL
    options: tuple[str, ...] = ()
    beside_batch: bool = False
    pressed: bool = True
    busy: bool = False
    """Whether another program keeps one core busy."""
    thin: bool = False
    """Whether only changed cells are sent, so that they must be read as a terminal does."""


LONG = ("--dataset", "wti", "--input-chunk-length", "100")
CASES = (
    Case("80x24", FIRST | KEYS | SMALL_CPU | SPEED, beside_batch=True),
    Case("200x50", FIRST | KEYS | LARGE_CPU | SPEED, LARGE, beside_batch=True),
    Case("30 frames a second", KEYS, options=("--fps", "30")),
    Case("a busy core, 80x24", KEYS, busy=True),
    Case("a busy core, 200x50", KEYS, LARGE, busy=True),
    Case("thin line", {"bytes_per_second": Goal(12e3)}, options=("--profile", "ssh"), thin=True),
    Case("step of 0.05 ms", SPEED, SMALL, ("--batch-size", "5"), beside_batch=True, pressed=False),
    Case("step of 3 ms", SPEED, SMALL, (*LONG, "--hidden", "64"), beside_batch=True, pressed=False),
    Case(
        "step of 50 ms", SPEED, SMALL, (*LONG, "--hidden", "256"), beside_batch=True, pressed=False
    ),
)


@dataclass
class Figures:
    """Of one run of the app."""

    first_frame_ms: float = 0.0
    first_keys_ms: float = 0.0
    """Until the screen shows and hears its keys."""
    steps_per_second: float = 0.0
    frames_per_second: float = 0.0
    bytes_per_second: float = 0.0
    ui_cpu_percent: float = 0.0
    unhindered_steps_per_second: float = 0.0
    others_cpu_percent: float = 0.0
    latencies_ms: dict[str, list[float]] = field(default_factory=dict)


def measure_app(case: Case, seconds: float, keys: int) -> Figures:
    """Run the app: watch it for `seconds`, then press each kind of key `keys` times."""
    figures = Figures()
    app = App(list(case.options), *case.size)
    try:
        app.wait_for(b"Gradient", 30.0)
        figures.first_frame_ms = 1e3 * (time.perf_counter() - app.began)
        app.wait_for(b" quit", 30.0)
        figures.first_keys_ms = 1e3 * (time.perf_counter() - app.began)
        app.wait_for("● training".encode(), 300.0)
        app.listen(WARM_UP)
        before, seen, received, frames = app.step, app.seen_at, app.received, app.frames
        cpu, began, busy = app.cpu_seconds(), time.perf_counter(), busy_seconds()
        app.listen(seconds)
        took, after = time.perf_counter() - began, app.cpu_seconds()
        steps, while_stepping = app.step - before, app.seen_at - seen
        waited = (after.waits - cpu.waits) * while_stepping / took
        figures.steps_per_second = steps / while_stepping
        figures.unhindered_steps_per_second = steps / (while_stepping - waited)
        figures.ui_cpu_percent = 100 * (after.screen - cpu.screen) / took
        figures.bytes_per_second = (app.received - received) / took
        figures.frames_per_second = (app.frames - frames) / took
        ours = after.screen + after.trainer - cpu.screen - cpu.trainer
        figures.others_cpu_percent = 100 * (busy_seconds() - busy - ours) / took
        figures.latencies_ms = press_keys(app, keys if case.pressed else 0)
    finally:
        app.quit()
    return figures


def press_keys(app: App, count: int) -> dict[str, list[float]]:
    """Press a key of the screen, one for the learning rate, and pause and resume, in turn."""
    latencies: dict[str, list[float]] = {"gate": [], "rate": [], "pause": []}
    for turn in range(count):
        gate = GATES[(turn + 1) % len(GATES)]
        rate = "lr 8.00e-3" if turn % 2 == 0 else "lr 1.00e-2"
        word = "‖ paus" if turn % 2 == 0 else "● training"
        presses = (("gate", "g", f"[{gate}]"), ("rate", "-+"[turn % 2], rate), ("pause", " ", word))
        for kind, key, wanted in presses:
            latencies[kind].append(app.press(key, wanted))
            app.listen(0.083 + 0.0037 * (turn % 11))
    return latencies


def measure_batch(options: list[str], seconds: float) -> tuple[float, float]:
    """Return steps a second, and unhindered steps a second, of about `seconds` of batch."""
    steps = 50
    while (rate := run_batch(options, steps)[0]) * 0.2 > steps:
        steps *= 10
    return run_batch(options, max(100, int(rate * seconds)))


def run_batch(options: list[str], steps: int) -> tuple[float, float]:
    """Run as many steps without a screen; return steps a second, as they were and unhindered."""
    command = [*APP, "--batch", "--steps", str(steps), *options]
    waits: list[tuple[float, float]] = []
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL) as process,
    ):
        task = Path(f"/proc/{process.pid}")
        while process.poll() is None:
            with contextlib.suppress(OSError, IndexError):
                waits.append((time.perf_counter(), queue_seconds(task)))
            time.sleep(0.02)
        output.seek(0)
        said = output.read().decode()
    count, took = re.search(r"after ([0-9,]+) steps in ([0-9.]+) s", said).groups()
    done, seconds = int(count.replace(",", "")), max(float(took), 0.005)
    ended, waited = waits[-1]
    before = next((wait for at, wait in reversed(waits) if at <= ended - seconds), 0.0)
    return done / seconds, done / (seconds - min(waited - before, seconds / 2))


@contextlib.contextmanager
def busy_core(*, wanted: bool) -> Iterator[None]:
    """Keep one core busy meanwhile."""
    if not wanted:
        yield
        return
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()


def measure(case: Case, arguments: argparse.Namespace) -> dict[str, float]:
    """Return the figures of a case: medians over the runs, percentiles of all key presses."""
    if case.thin:
        return soak(list(case.options), case.size, arguments.seconds)
    runs, batch = [], []
    with busy_core(wanted=case.busy):
        for _ in range(arguments.repeats):
            if case.beside_batch:
                batch.append(measure_batch(list(case.options), arguments.seconds))
            runs.append(measure_app(case, arguments.seconds, arguments.keys))
    figures = {
        name: statistics.median(getattr(run, name) for run in runs)
        for name in Figures.__dataclass_fields__
        if name != "latencies_ms"
    }
    return figures | speeds(figures, batch) | latencies(runs)


def speeds(figures: dict[str, float], batch: list[tuple[float, float]]) -> dict[str, float]:
    """Return the speed of batch, and that of the app beside it."""
    if not batch:
        return {}
    rate, unhindered = (statistics.median(column) for column in zip(*batch, strict=True))
    return {
        "step_ms": 1e3 / unhindered,
        "batch_steps_per_second": rate,
        "batch_unhindered_steps_per_second": unhindered,
        "wall_ratio": figures["steps_per_second"] / rate,
        "speed_ratio": figures["unhindered_steps_per_second"] / unhindered,
    }


def latencies(runs: list[Figures]) -> dict[str, float]:
    """Return the percentiles of all key presses, and of each kind."""
    figures: dict[str, float] = {}
    every = [ms for run in runs for values in run.latencies_ms.values() for ms in values]
    if not every:
        return figures
    for kind in ("gate", "rate", "pause"):
        values = [ms for run in runs for ms in run.latencies_ms[kind]]
        figures[f"key_{kind}_p95_ms"] = percentile(values, 0.95)
    return figures | {"key_p50_ms": percentile(every, 0.5), "key_p95_ms": percentile(every, 0.95)}


def chosen_cases(arguments: argparse.Namespace) -> list[Case]:
    """Return the cases that are asked for; all of them where none is."""
    if arguments.size or arguments.options:
        size = arguments.size or SMALL
        cpu = SMALL_CPU if size[0] * size[1] <= SMALL[0] * SMALL[1] else LARGE_CPU
        name = f"{size[0]}x{size[1]} {' '.join(arguments.options)}".strip()
        goals = FIRST | KEYS | cpu | SPEED
        return [Case(name, goals, size, tuple(arguments.options), beside_batch=True)]
    return [case for case in CASES if not arguments.case or case.name in arguments.case]


def main() -> int:
    """Measure; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keys", type=int, default=20, help="presses of each kind in a run")
    parser.add_argument("--size", type=size_of)
    parser.add_argument("--json", type=Path)
    parser.add_argument("options", nargs="*", help="after --: options of rnn-tui")
    arguments = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    measured: dict[str, dict[str, float]] = {}
    missed = 0
    for case in chosen_cases(arguments):
        print(f"\n{case.name}", flush=True)
        measured[case.name] = measure(case, arguments)
        missed |= print_figures(measured[case.name], ROWS, case.goals)
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=1) + "\n")
    return missed


if __name__ == "__main__":
    sys.exit(main())
