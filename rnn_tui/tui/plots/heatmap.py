"""Heat maps of half blocks: two values a cell, one above the other."""

from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.cells import Ink
from rnn_tui.charts import Floats
from rnn_tui.tui.plots.look import Look, Palette

LEVELS = 48
"""Steps of a colour scale: hardly more can be told apart, and what has not changed by a step is
not sent again."""
RISING = " .:-=+*#%@"
BOTH_WAYS = "M=-. .+*#"
"""Characters of the diverging scale where colours cannot be shown: minus to the left."""


def resample(values: Floats, rows: int, columns: int) -> Floats:
    """Return `values` stretched or shrunk to (rows, columns) by the mean over covered area.

    Parameters
    ----------
    values
        Shape (n, m), n and m at least 1.
    """
    down, across = _weights(values.shape[0], rows), _weights(values.shape[1], columns)
    return np.asarray(down @ values @ across.T, np.float64)


@cache
def _weights(size: int, target: int) -> Floats:
    """Return shape (target, size): the share of each source in each target, rows sum to 1."""
    edges = np.arange(target + 1) * (size / target)
    source = np.arange(size)
    overlap = np.minimum(edges[1:, None], source + 1) - np.maximum(edges[:-1, None], source)
    overlap = np.clip(overlap, 0, None)
    return np.asarray(overlap / overlap.sum(axis=1, keepdims=True), np.float64)


def draw_heat_map(
    values: Floats, width: int, height: int, look: Look, *, diverging: bool
) -> list[Strip]:
    """Return `values` as strips of `width` cells, the first row at the top.

    Parameters
    ----------
    values
        Shape (n, m), in −1 … 1 where diverging, else in 0 … 1; what is not finite stays blank.
    """
    if width < 1 or height < 1:
        return [Strip([], 0)] * max(0, height)
    halves = _halves(look)
    finite = np.isfinite(values)
    inside = np.clip(np.where(finite, values, 0.0), -1.0, 1.0)  # sums of what is huge overflow
    image = resample(inside, halves * height, width)
    if not finite.all():
        image[resample((~finite).astype(np.float64), *image.shape) > 0.5] = np.nan
    share = np.clip((image + 1) / 2 if diverging else image, 0, 1)
    if halves == 1:
        return _characters(share, look, BOTH_WAYS if diverging else RISING)
    level = np.where(np.isnan(share), -1, np.round(share * (LEVELS - 1))).astype(np.int64)
    return _half_blocks(level[0::2], level[1::2], look.palette, diverging)


def _halves(look: Look) -> int:
    """Return how many values a cell shows: two colours, or one character."""
    return 2 if look.blocks and look.colour and not look.ascii else 1


def _half_blocks(
    upper: NDArray[np.int64], lower: NDArray[np.int64], palette: Palette, diverging: bool
) -> list[Strip]:
    strips = []
    for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
        segments = [
            Segment("▀" * len(list(run)), _style(palette, diverging, pair))
            for pair, run in groupby(zip(above, below, strict=True))
        ]
        strips.append(Strip(segments, len(above)))
    return strips


def _characters(share: Floats, look: Look, ramp: str) -> list[Strip]:
    place = np.where(np.isnan(share), -1, np.round(share * (len(ramp) - 1))).astype(np.int64)
    glyphs = np.array([*ramp, "?"])[place]
    style = look.style()
    return [Strip([Segment("".join(row), style)], len(row)) for row in glyphs.tolist()]


@cache
def _style(palette: Palette, diverging: bool, pair: tuple[int, int]) -> Style:
    colours = scale_colours(palette, diverging)
    blank = Color.parse(palette.background)
    above, below = (blank if level < 0 else colours[level] for level in pair)
    return Style(color=above, bgcolor=below)


@cache
def scale_colours(palette: Palette, diverging: bool) -> tuple[Color, ...]:
    """Return the LEVELS colours of a scale, from its low to its high end."""
    stops = palette.cold[:-1] + palette.warm if diverging else palette.ramp
    rgb = np.array([Color.parse(stop).get_truecolor() for stop in stops], np.float64)
    where = np.linspace(0, len(stops) - 1, LEVELS)
    bands = [np.interp(where, np.arange(len(stops)), rgb[:, band]) for band in range(3)]
    return tuple(Color.from_rgb(*rgb) for rgb in np.round(np.stack(bands, axis=1)).tolist())


def draw_cursor(rows: list[Strip], column: int, look: Look) -> list[Strip]:
    """Return `rows` with an upright line in a column."""
    return [_with_line(row, column, look) for row in rows]


def _with_line(row: Strip, column: int, look: Look) -> Strip:
    below = next(iter(row.crop(column, column + 1))).style
    style = look.style(Ink.MARK, bold=True) + Style(bgcolor=below.bgcolor if below else None)
    line = Strip([Segment("|" if look.ascii else "│", style)], 1)
    return Strip.join([row.crop(0, column), line, row.crop(column + 1)])


def draw_upright_scale(height: int, look: Look, *, diverging: bool) -> list[Strip]:
    """Return a colour bar of one column, the high end of the scale at the top."""
    low = -1.0 if diverging else 0.0
    values = np.linspace(1, low, _halves(look) * max(height, 1))[:, None]
    return draw_heat_map(values, 1, height, look, diverging=diverging)
