"""How the gradient of the recurrent weights fills up while a walk goes backwards."""

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.cells import Cells, Ink
from rnn_tui.gradients.walk import Walk
from rnn_tui.tui.plots.heatmap import draw_heat_map
from rnn_tui.tui.plots.picture import Frame, Picture, Word, to_strips
from rnn_tui.tui.plots.words import percent
from rnn_tui.tui.walk.player import Position
from rnn_tui.tui.walk.tale import magnitude

DECADES = 3.0
"""Powers of ten from the dark to the bright end of the scale."""


def draw_weights(walk: Walk, position: Position, frame: Frame) -> Picture:
    """Return |dW_hh| of the sum so far, a square of weights for every gate.

    The scale is logarithmic, over the DECADES below the largest value of the whole walk.
    """
    is_begun = position.reached <= walk.T
    index = position.reached - 1 if is_begun else 0
    pictures = walk.pictures.astype(np.float64)
    largest = float(np.max(pictures, initial=0.0, where=np.isfinite(pictures))) or 1.0
    with np.errstate(divide="ignore"):
        now = 1 + np.log10(pictures[index] / largest) / DECADES
    now = np.clip(now, 0, 1) if is_begun else np.zeros_like(now)
    columns, lines = arrange(len(now), frame.width, frame.height)
    rows: list[Strip] = []
    for line in range(lines):
        height = _part(frame.height, lines, line)
        parts = []
        for column in range(columns):
            width, gate = _part(frame.width, columns, column), line * columns + column
            parts.append(_square(now, gate, walk.gate_names, columns, width, height, frame))
        rows += [Strip.join(row) for row in zip(*parts, strict=True)]
    return Picture(tuple(rows), (), _reading(walk, position) if is_begun else ())


def arrange(gates: int, width: int, height: int) -> tuple[int, int]:
    """Return (columns, lines) that leave each gate a square as nearly as may be.

    A cell is about twice as high as it is wide.
    """
    choices = [(n, -(-gates // n)) for n in range(1, gates + 1) if gates % n == 0]
    return max(
        choices, key=lambda c: min(width / c[0], 2 * height / c[1]) if height >= c[1] else -1.0
    )


def _part(size: int, parts: int, number: int) -> int:
    """Return the size of one of so many nearly equal parts."""
    return (number + 1) * size // parts - number * size // parts


def _square(
    now: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    gate: int,
    names: tuple[str, ...],
    columns: int,
    width: int,
    height: int,
    frame: Frame,
) -> list[Strip]:
    """Return one gate's weights with its name to the left, and a gap below if others follow."""
    left = 2 if width >= 5 else 0
    margin = Cells.blank(left, height)
    if len(names) > 1:
        margin.write(0, 0, names[gate], Ink.MARK)
    gap = 1 if width >= 5 else 0
    below = 1 if gate + columns < len(names) and height >= 4 else 0
    heat = draw_heat_map(now[gate], width - left - gap, height - below, frame.look, diverging=False)
    heat += [Strip([Segment(" " * (width - left - gap), frame.look.style())])] * below
    edge = Strip([Segment(" " * gap, frame.look.style())], gap)
    return [
        Strip.join((name, row, edge))
        for name, row in zip(to_strips(margin, frame.look), heat, strict=True)
    ]


def _reading(walk: Walk, position: Position) -> tuple[Word, ...]:
    so_far, whole = float(walk.so_far[position.reached - 1]), float(walk.so_far[0])
    words = [Word(f"‖dW‖ {magnitude(so_far)}", Ink.FIRST)]
    if np.isfinite(whole) and whole > 0:
        share = percent(so_far / whole)
        words.append(Word(f"{share} of the whole", short=share))
    return tuple(words)
