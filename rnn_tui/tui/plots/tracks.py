"""The forward pass of a walk as tracks over one axis of time, as in a score.

Each track has a name to the left, its course in the middle, and to the right what it says at the
timestep of the cursor. The timesteps lie where the plot of the gradient below has them.
"""

from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.cells import Cells, Ink
from rnn_tui.charts import Floats
from rnn_tui.gradients.walk import Walk
from rnn_tui.tui.plots.heatmap import draw_cursor, draw_heat_map, resample
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, to_strips
from rnn_tui.tui.plots.timesteps import column_of_timestep, write_timesteps
from rnn_tui.tui.walk.player import Position
from rnn_tui.tui.walk.tale import SIGNED, magnitude, number

LEFT = 8
"""Columns before the first timestep, here and in the plot of the gradient."""
SLOPE = "h'"
"""The slope of tanh, which a plain RNN multiplies every gradient by."""
NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
    "c": "cell",
    "h": "hidden",
    SLOPE: "slope 1 − h²",
}
EIGHTHS = " ▁▂▃▄▅▆▇█"
LEAST_FOR_LONG_BAR = 30
LARGEST = 1e300
"""Beyond it the width of a scale could overflow."""


@dataclass(frozen=True, slots=True)
class Track:
    """One course over time."""

    symbol: str
    name: str
    values: Floats
    """(T,) drawn as bars, or (H, T) drawn as a heat map."""
    low: float
    high: float
    ink: Ink = Ink.NONE

    @property
    def is_map(self) -> bool:
        """Whether it has a row for each unit."""
        return self.values.ndim == 2

    @property
    def diverging(self) -> bool:
        """Whether its scale goes both ways from 0."""
        return self.is_map and self.low < 0


def tracks_of(walk: Walk) -> tuple[Track, ...]:
    """Return what the layer reads, gates, states and output, in the order they come about."""
    x, y = walk.x[:, 0], walk.y[:, walk.compared]
    seen = np.concatenate((x, y, walk.target[walk.first :, 0]))
    seen = seen[np.abs(seen) < LARGEST]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
    low -= 0.1 * (high - low) or 0.5  # so that the lowest bar can be seen
    inputs = Track("x", f"input x{_of(walk.x)}", x, low, high, Ink.FIRST)
    if walk.layer > 1:
        below = walk.layer - 1
        inputs = _map(f"h{below}", f"from layer {below}", walk.reads, signed=True)
    maps = [
        _map(name, NAMES.get(name, name), values, signed=name in SIGNED)
        for name, values in walk.activations.items()
    ]
    if walk.cell == "rnn":
        maps.append(_map(SLOPE, NAMES[SLOPE], 1 - walk.activations["h"] ** 2, signed=False))
    output = Track("y", f"readout y{_of(walk.y)}", y, low, high, Ink.SECOND)
    return inputs, *maps, *((output,) if walk.is_last else ())


def _of(values: Floats) -> str:
    """Return that only the first of several columns is shown."""
    return f" (of {values.shape[1]})" if values.shape[1] > 1 else ""


def _map(symbol: str, name: str, values: Floats, *, signed: bool) -> Track:
    """Return the heat map of values (T, H); what is signed has a scale that goes both ways."""
    finite = np.abs(values[np.isfinite(values)])
    largest = max(1.0, float(finite.max())) if finite.size and signed else 1.0
    return Track(symbol, name, values.T, -largest if signed else 0.0, largest)


def draw_tracks(walk: Walk, position: Position, frame: Frame, aside: int) -> Picture:
    """Return the tracks up to the timestep that the walk has come to.

    Parameters
    ----------
    aside
        Columns to the right for the values at the cursor.
    """
    tracks = tracks_of(walk)
    axis = 1 if frame.height >= len(tracks) + 4 else 0
    aside = aside if frame.width >= aside + 2 * LEFT else 0
    left = LEFT if frame.width >= aside + 2 * LEFT else 0
    width = max(0, frame.width - left - aside)
    rows: list[Strip] = []
    for track, height in zip(tracks, share_out(tracks, frame.height - axis), strict=True):
        names = _name(track, left, height, frame.look)
        course = _course(track, width, height, position, frame.look)
        values = _values(track, position.t, aside, height, frame.look)
        rows += [Strip.join(parts) for parts in zip(names, course, values, strict=True)]
    foot = Cells.blank(frame.width, axis)
    write_timesteps(foot, 0, left, width, walk.T, position.t)
    return Picture(
        (*rows, *to_strips(foot, frame.look))[: frame.height],
        reading=_reading(walk, position),
        timesteps=Span(left, width, walk.T),
    )


def share_out(tracks: tuple[Track, ...], height: int) -> list[int]:
    """Return the rows of each track: one at least while they last, more for the bars first."""
    rows = [1 if n < height else 0 for n in range(len(tracks))]
    weights = [1.0 if track.is_map else 2.0 for track in tracks]
    for _ in range(height - len(tracks)):
        poorest = min(range(len(tracks)), key=lambda n: (rows[n] / weights[n], n))
        rows[poorest] += 1
    return rows


def columns_until(t: int, T: int, width: int) -> int:
    """Return the number of columns of the timesteps 1 … t."""
    return -(-t * width // T)


def _course(
    track: Track, width: int, height: int, position: Position, look: Look
) -> list[Strip] | tuple[Strip, ...]:
    """Return the rows of a track, blank where the walk has not been."""
    if not height or not width:
        return [Strip([], 0)] * height
    span = max(abs(track.low), abs(track.high)) if track.diverging else track.high - track.low
    with np.errstate(over="ignore", invalid="ignore"):
        shares = (track.values - (0 if track.diverging else track.low)) / (span or 1.0)
    if track.is_map:
        rows = draw_heat_map(shares, width, height, look, diverging=track.diverging)
    elif look.ascii:
        rows = draw_heat_map(shares[None, :], width, height, look, diverging=False)
    else:
        rows = list(_bars(shares, width, height, track.ink, look))
    known = columns_until(position.seen, position.T, width)
    blank = Strip([Segment(" " * (width - known), look.style())], width - known)
    rows = [Strip.join((row.crop(0, known), blank)) for row in rows]
    return draw_cursor(rows, column_of_timestep(position.t, position.T, width), look)


def _bars(shares: Floats, width: int, height: int, ink: Ink, look: Look) -> tuple[Strip, ...]:
    finite = np.where(np.isfinite(shares), shares, 0.0)
    heights = np.clip(resample(finite[None, :], 1, width)[0], 0, 1) * height
    row = np.arange(height)[::-1, None]
    eighths = np.clip(np.round(8 * (heights - row)), 0, 8).astype(np.int64)
    cells = Cells.blank(width, height)
    cells.glyph[:] = np.array([*EIGHTHS])[eighths]
    cells.ink[:] = ink
    return to_strips(cells, look)


def _name(track: Track, left: int, height: int, look: Look) -> tuple[Strip, ...]:
    cells = Cells.blank(left, height)
    if left:
        cells.glyph[:, left - 1] = "|" if look.ascii else "│"
        cells.ink[:, left - 1] = Ink.AXIS
        cells.write(
            (height - 1) // 2, left - 2 - len(track.symbol), track.symbol, track.ink or Ink.LABEL
        )
    return to_strips(cells, look)


def _values(track: Track, t: int, width: int, height: int, look: Look) -> tuple[Strip, ...]:
    """Return what a track says at a timestep, with a bar where it fits."""
    cells = Cells.blank(width, height)
    row = (height - 1) // 2
    name = track.name
    if track.is_map:
        now = track.values[:, t - 1]
        mean = float(np.mean(np.abs(now)))
        text = f"{mean:.2f}"
        if track.diverging:
            name, text = f"{name} ‖{track.symbol}‖", magnitude(float(np.linalg.norm(now)))
        share = mean / track.high
    else:
        text = number(float(track.values[t - 1]))
        share = (float(track.values[t - 1]) - track.low) / ((track.high - track.low) or 1.0)
    bar = 10 if width >= LEAST_FOR_LONG_BAR else 4
    name = look.text(name)
    at = max(width - bar - 1 - len(text), len(name) + 3)
    cells.write(row, 2, name, Ink.LABEL)
    cells.write(row, at, look.text(text), track.ink)
    if at + len(text) + 1 + bar <= width:
        _write_bar(cells.part(row, width - bar, 1, bar), share, look)
    return to_strips(cells, look)


def _write_bar(cells: Cells, share: float, look: Look) -> None:
    """Fill a row from the left, to half a cell."""
    width = cells.glyph.shape[1]
    halves = round(2 * width * min(max(share, 0.0), 1.0)) if np.isfinite(share) else 0
    full, half, empty = "=-." if look.ascii else "━╸╌"
    cells.write(0, 0, empty * width, Ink.AXIS)
    cells.write(0, 0, full * (halves // 2) + half * (halves % 2), Ink.FIRST)


def _reading(walk: Walk, position: Position) -> tuple[Word, ...]:
    t = position.t
    words = [Word(f"t {t} of {walk.T}", Ink.MARK)]
    if not walk.is_last:
        words.append(Word(f"h goes up to layer {walk.layer + 1}", short=""))
    elif t > walk.first:
        y, target = float(walk.y[t - 1, walk.compared]), float(walk.target[t - 1, 0])
        words.append(Word(f"y {number(y)}", Ink.SECOND))
        words.append(Word(f"truth {number(target)}"))
        words.append(Word(f"error {number(y - target)}", short=""))
    else:
        words.append(Word("the loss does not look at y here", short=""))
    return tuple(words)
