"""One gate of every unit at every timestep of a window, as a heat map."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.cells import Cells, Ink
from rnn_tui.charts import Floats
from rnn_tui.gradients.flow import gate_horizon
from rnn_tui.training.snapshot import SLOPE, Snapshot, Trace
from rnn_tui.tui.plots.heatmap import draw_cursor, draw_heat_map, draw_upright_scale
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, say, to_strips
from rnn_tui.tui.plots.spread import draw_band, draw_histogram
from rnn_tui.tui.plots.timesteps import column_of_timestep, write_timesteps
from rnn_tui.tui.plots.units import KEEPING, Order, order_of, shown_gate
from rnn_tui.tui.plots.words import percent, significant

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "c": "cell state",
    "h": "hidden state",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
    SLOPE: "slope of tanh",
}
DIVERGING = frozenset("gchn")
LEAST_FOR_SCALE = (30, 4)
LEAST_FOR_BOTH = (60, 24)
"""From here on the mean has a place of its own below the map."""
BAND_ROWS = 8
BAND_MARGIN = 5
"""Columns before it, and before the map above it: timesteps stand in line."""
SHUT, OPEN = 0.05, 0.95
"""A gate below or above counts as saturated: its slope is less than a fifth of the steepest."""
FLAT = 4 * SHUT * OPEN
"""That share of the steepest slope: below it a tanh counts as saturated as well."""
TANH = frozenset("gn")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values at the ends of the colour scale."""

    low: float
    high: float
    diverging: bool

    @property
    def labels(self) -> tuple[str, str]:
        """How the low and the high end are written."""
        return f"{self.low:.3g}".replace("-", "−"), f"{self.high:.3g}"


class Kind(StrEnum):
    """What of a gate is shown."""

    MAP = "map"
    BAND = "mean and band"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class GatesView:
    """What of a gate is shown, and how its units are sorted."""

    kind: Kind = Kind.MAP
    order: Order = Order.INDEX
    turns: int = 0
    """How often the layer has been changed: from the last one to the first, and up again."""

    def layer_of(self, trace: Trace) -> int:
        """Return the number of the layer that is shown, from 1."""
        return (self.turns - 1) % len(trace.layers) + 1

    def trace_of(self, trace: Trace) -> Trace:
        """Return the activations of that layer."""
        return trace.layers[self.layer_of(trace) - 1]

    @property
    def words(self) -> tuple[Word, ...]:
        """What it shows, for the frame; nothing where it is as usual."""
        if self.kind is not Kind.MAP:
            return (Word(f"({self.kind})", short=""),)
        return () if self.order is Order.INDEX else (Word(f"(by {self.order})", short=""),)


USUAL = GatesView()


def draw_gates(snapshot: Snapshot, frame: Frame, selected: str, view: GatesView = USUAL) -> Picture:
    """Return the selected gate: units from top to bottom, timesteps from left to right."""
    whole = snapshot.trace
    if whole is None or not whole.gates:
        return Picture(say(frame, "waiting for the first window"))
    trace = view.trace_of(whole)
    name = shown_gate(selected, trace)
    values = trace.gates[name].astype(np.float64).T
    legend = (*view.words, *_legend(list(trace.gates), name, frame.look), *_layer(whole, view))
    if not values.size:
        return Picture(say(frame, "no units to show"), legend)
    cursor = frame.cursor if frame.cursor and frame.cursor <= values.shape[1] else None
    rows, span = _draw(trace, name, frame, cursor, view)
    reading = _reading(name, values) if cursor is None else _read_out(trace, name, cursor)
    return Picture(rows, legend, reading, span)


def _draw(
    trace: Trace, name: str, frame: Frame, cursor: int | None, view: GatesView
) -> tuple[tuple[Strip, ...], Span | None]:
    values = trace.gates[name].astype(np.float64).T
    bounds = find_bounds(name, values)
    match view.kind:
        case Kind.BAND:
            return draw_band(values, bounds.low, bounds.high, frame, cursor)
        case Kind.HISTOGRAM:
            ends = linear_range(name)
            return draw_histogram(values, bounds.low, bounds.high, frame, ends), None
        case Kind.MAP:
            units = order_of(trace, name, view.order)
            labels = [str(units[0] + 1), str(units[-1] + 1)]
            if frame.width < LEAST_FOR_BOTH[0] or frame.height < LEAST_FOR_BOTH[1]:
                return _rows(values[units], bounds, frame, cursor, labels)
            above = replace(frame, height=frame.height - BAND_ROWS)
            below = replace(frame, height=BAND_ROWS)
            rows, span = _rows(values[units], bounds, above, cursor, labels, BAND_MARGIN)
            beside = frame.width - span.left - span.width
            below = replace(below, width=frame.width - beside)
            band, _ = draw_band(values, bounds.low, bounds.high, below, cursor, span.left)
            ground = frame.look.style()
            return (*rows, *(row.adjust_cell_length(frame.width, ground) for row in band)), span


def _rows(
    values: Floats,
    bounds: Bounds,
    frame: Frame,
    cursor: int | None,
    ends: list[str],
    margin: int = 0,
) -> tuple[tuple[Strip, ...], Span]:
    """Return the map, with at least `margin` columns before it.

    `ends` are the names of the units in its first and its last row.
    """
    units, T = values.shape
    left = max(margin, len(str(units)) + 1) if frame.width >= 16 else 0
    below = 1 if frame.height >= 4 else 0
    height = frame.height - below
    scale = _scale(bounds, frame, height)
    right = scale[0].cell_length if scale else 0
    width = frame.width - left - right
    side, foot = Cells.blank(left, height), Cells.blank(frame.width, below)
    for row, unit in {0: ends[0], height - 1: ends[1]}.items():
        side.write(row, 0, f"{unit:>{max(left - 1, 0)}}"[: max(left - 1, 0)], Ink.LABEL)
    write_timesteps(foot, 0, left, width, T, cursor)
    shares = values / bounds.high
    heat = draw_heat_map(shares, width, height, frame.look, diverging=bounds.diverging)
    if cursor is not None and width > 0:
        heat = draw_cursor(heat, column_of_timestep(cursor, T, width), frame.look)
    parts = [to_strips(side, frame.look), heat, *([scale] if scale else [])]
    rows = tuple(Strip.join(row) for row in zip(*parts, strict=True))
    return (*rows, *to_strips(foot, frame.look)), Span(left, width, T)


def find_bounds(name: str, values: Floats) -> Bounds:
    """Return the ends of the scale: 0 … 1 for gates, symmetric about 0 for the rest.

    A cell state may exceed 1; then its greatest magnitude is the end of the scale.
    """
    if name not in DIVERGING:
        return Bounds(0.0, 1.0, diverging=False)
    finite = np.abs(values[np.isfinite(values)])
    largest = max(1.0, float(finite.max())) if finite.size else 1.0
    return Bounds(-largest, largest, diverging=True)


def _scale(bounds: Bounds, frame: Frame, height: int) -> list[Strip]:
    """Return the colour scale that stands right of the map, with the values at its ends."""
    if frame.width < LEAST_FOR_SCALE[0] or height < LEAST_FOR_SCALE[1]:
        return []
    bar = draw_upright_scale(height, frame.look, diverging=bounds.diverging)
    low, high = (frame.look.text(label) for label in bounds.labels)
    room = max(len(low), len(high))
    label, gap = frame.look.style(Ink.LABEL), Segment(" ", frame.look.style())
    texts = {0: high, height - 1: low}
    return [
        Strip([gap, *row, Segment(texts.get(y, "").ljust(room), label)], 2 + room)
        for y, row in enumerate(bar)
    ]


def _layer(trace: Trace, view: GatesView) -> tuple[Word, ...]:
    """Return which of several layers is shown."""
    layer, layers = view.layer_of(trace), len(trace.layers)
    if layers == 1:
        return ()
    return (Word(f"layer {layer} of {layers}", Ink.FIRST, f"{layer}/{layers}"),)


def _legend(names: list[str], selected: str, look: Look) -> tuple[Word, ...]:
    return tuple(
        Word(f"[{look.text(name)}]", Ink.MARK)
        if name == selected
        else Word(look.text(name), short="")
        for name in names
    )


def _reading(name: str, values: Floats) -> tuple[Word, ...]:
    finite = values[np.isfinite(values)]
    full = NAMES.get(name, name)
    if finite.size < values.size:
        return (Word(f"{full}: {values.size - finite.size} values not finite", Ink.WARNING),)
    mean = float(finite.mean())
    average = significant(mean, 2)
    words = [Word(full, Ink.MARK, ""), Word(f"mean {average}", short=f"mean {name} {average}")]
    if name in KEEPING:
        words.append(_horizon(gate_horizon(mean)))
    if name in DIVERGING:
        largest = float(np.abs(finite).max())
        words.append(Word(f"greatest |{name}| {largest:.2f}", short=f"max {largest:.2f}"))
    ends = linear_range(name)
    if ends is not None:
        share = percent(float(((finite < ends[0]) | (finite > ends[1])).mean()))
        words.append(Word(f"saturated {share}", short=f"sat {share}"))
    return tuple(words)


def linear_range(name: str) -> tuple[float, float] | None:
    """Return the values between which a gate is not saturated; None for a state, which may be any.

    The slope of tanh is saturated where it is low: near 1 it lets all of the gradient through.
    """
    if name == SLOPE:
        return FLAT, np.inf
    if name in TANH:
        return -float(np.sqrt(1 - FLAT)), float(np.sqrt(1 - FLAT))
    return None if name in DIVERGING else (SHUT, OPEN)


def _read_out(trace: Trace, selected: str, t: int) -> tuple[Word, ...]:
    """Return the mean over units of every gate at timestep t, the selected one first.

    What has both signs is read as a magnitude: its plain mean would be near 0 and say nothing.
    """
    means = {}
    for name, gate in trace.gates.items():
        sign = "|" if name in DIVERGING else ""
        value = gate[t - 1].astype(np.float64)
        value = np.abs(value) if sign else value
        means[name] = f"{sign}{name}{sign} {float(value.mean()):.2f}"
    first = Word(f"mean {means.pop(selected)}", Ink.FIRST)
    return (Word(f"t {t}", Ink.MARK), first, *(Word(mean) for mean in means.values()))


def _horizon(steps: float) -> Word:
    if np.isinf(steps):
        return Word("keeps all: horizon without end", Ink.FIRST, "no decay")
    text = f"horizon {significant(steps, 2)}"
    return Word(f"{text} steps", Ink.FIRST, text)
