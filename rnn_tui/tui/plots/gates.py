"""One gate of every unit at every timestep of a window, as a heat map."""

from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.charts import Cells, Floats, Ink
from rnn_tui.gradients.flow import gate_horizon
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.plots.heatmap import draw_heat_map, draw_scale
from rnn_tui.tui.plots.picture import Frame, Picture, Word, say, to_strips
from rnn_tui.tui.plots.words import significant

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "c": "cell state",
    "h": "hidden state",
}
DIVERGING = frozenset("gch")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values at the ends of the colour scale."""

    low: float
    high: float
    diverging: bool


def draw_gates(snapshot: Snapshot, frame: Frame, selected: str) -> Picture:
    """Return the selected gate: units from top to bottom, timesteps from left to right."""
    trace = snapshot.trace
    if trace is None or not trace.gates:
        return Picture(say(frame, "waiting for the first window"))
    name = selected if selected in trace.gates else next(iter(trace.gates))
    values = trace.gates[name].astype(np.float64).T
    legend = _legend(list(trace.gates), name)
    if not values.size:
        return Picture(say(frame, "no units to show"), legend)
    reading = _reading(name, values)
    bounds = find_bounds(name, values)
    left = len(str(values.shape[0])) + 1 if frame.width >= 16 else 0
    below = 1 if frame.height >= 4 else 0
    width, height = frame.width - left, frame.height - below
    rows = draw_heat_map(
        values / bounds.high, width, height, frame.look, diverging=bounds.diverging
    )
    numbers = _unit_numbers(values.shape[0], left, height, frame)
    body = [Strip.join((number, row)) for number, row in zip(numbers, rows, strict=True)]
    if below:
        body.append(_foot(frame, left, values.shape[1], bounds))
    return Picture(tuple(body), legend, reading)


def find_bounds(name: str, values: Floats) -> Bounds:
    """Return the ends of the scale: 0 … 1 for gates, symmetric about 0 for the rest.

    A cell state may exceed 1; then its greatest magnitude is the end of the scale.
    """
    if name not in DIVERGING:
        return Bounds(0.0, 1.0, diverging=False)
    finite = np.abs(values[np.isfinite(values)])
    largest = max(1.0, float(finite.max())) if finite.size else 1.0
    return Bounds(-largest, largest, diverging=True)


def _unit_numbers(units: int, left: int, height: int, frame: Frame) -> tuple[Strip, ...]:
    cells = Cells.blank(left, height)
    for row, unit in {0: 1, height - 1: units}.items():
        cells.write(row, 0, f"{unit:>{max(left - 1, 0)}}"[: max(left - 1, 0)], Ink.LABEL)
    return to_strips(cells, frame.look)


def _foot(frame: Frame, left: int, timesteps: int, bounds: Bounds) -> Strip:
    """Return the row below: first and last timestep, and the colour scale with its ends."""
    label = frame.look.style(Ink.LABEL)
    low, high = f"{bounds.low:.3g}", f"{bounds.high:.3g}"
    if bounds.diverging:
        low = low.replace("-", "-" if frame.look.ascii else "−")
    start = " " * left + f"t = 1 … {timesteps}"
    if frame.look.ascii:
        start = start.replace("…", "..")
    bar = max(0, min(16, frame.width - len(start) - len(low) - len(high) - 4))
    if bar < 4:
        return Strip([Segment(start[: frame.width].ljust(frame.width), label)], frame.width)
    scale = draw_scale(bar, frame.look, diverging=bounds.diverging)
    room = frame.width - len(start) - len(low) - len(high) - bar - 2
    text = start + " " * room + low + " "
    segments = [Segment(text, label), *scale, Segment(f" {high}", label)]
    return Strip(segments, frame.width)


def _legend(names: list[str], selected: str) -> tuple[Word, ...]:
    return tuple(
        Word(f"[{name}]", Ink.MARK) if name == selected else Word(name, short="") for name in names
    )


def _reading(name: str, values: Floats) -> tuple[Word, ...]:
    finite = values[np.isfinite(values)]
    full = NAMES.get(name, name)
    if finite.size < values.size:
        return (Word(f"{full}: {values.size - finite.size} values not finite", Ink.WARNING),)
    mean = float(finite.mean())
    words = [
        Word(full, Ink.MARK, f"{name} "),
        Word(f"mean {significant(mean)}"),
    ]
    if name == "f":
        words.append(_horizon(gate_horizon(mean)))
    largest = float(np.abs(finite).max())
    if name in DIVERGING and largest > 1:
        words.append(Word(f"scale to max |{name}| {largest:.3g}", short=f"max {largest:.3g}"))
    elif name in DIVERGING:
        words.append(Word(f"max |{name}| {largest:.2f}"))
    else:
        shut = float(((finite < 0.05) | (finite > 0.95)).mean())
        words.append(Word(f"saturated {100 * shut:.0f} %", short=""))
    return tuple(words)


def _horizon(steps: float) -> Word:
    if np.isinf(steps):
        return Word("keeps all: horizon without end", Ink.FIRST, "no decay")
    return Word(
        f"horizon {significant(steps, 2)} steps", Ink.FIRST, f"horizon {significant(steps, 2)}"
    )
