"""The only module that calls plotext: a line in, rows of characters out, never an abort.

plotext 6.1 aborts the whole process on a connected line with a NaN in it, and raises on infinite
values, on values without a place on a log axis and on empty data. `rasterise` hands it finite
numbers in [0, 1] and nothing else.
"""

from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST_COLUMNS, MOST_ROWS = 1_000, 500
DOTS = (2, 4)
"""Columns and rows of dots in a cell of braille."""
BLANK_BRAILLE = "\u2800"


def decimate(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Return at most two finite points a column, its lowest and highest, in their order.

    Parameters
    ----------
    x, y
        Shape (n,); y finite, x in [0, 1] and ascending.
    """
    if len(x) <= 2 * columns:
        return x, y
    column = np.minimum((x * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    picked: list[int] = []
    for start, stop in pairwise([*starts.tolist(), len(x)]):
        part = y[start:stop]
        ends = {start + int(part.argmin()), start + int(part.argmax())}
        picked.extend(sorted(ends))
    return x[picked], y[picked]


def to_dots(x: Floats, y: Floats, columns: int, rows: int) -> tuple[Floats, Floats]:
    """Return the line at the middles of the dots that its points fall on, none twice in a row.

    A line that has moved by less than a dot stays the same line, which need not be drawn again.
    """
    xs, ys = (
        np.round(positions * (count - 1)) / max(count - 1, 1)
        for positions, count in ((x, columns), (y, rows))
    )
    moved = np.concatenate(([True], (np.diff(xs) != 0) | (np.diff(ys) != 0)))
    return xs[moved], ys[moved]


def rasterise(
    x: ArrayLike, y: ArrayLike, width: int, height: int, marker: str = "braille"
) -> list[str]:
    """Return a line through (x, y) as `height` strings of `width` characters, never aborting.

    Parameters
    ----------
    x, y
        Shape (n,); positions on the canvas from 0 to 1, from its lower left corner. The line
        breaks where either is not finite or lies outside; x ascends.
    marker
        "braille", or the one character that the line is made of.

    Notes
    -----
    plotext draws; this guard gives it nothing else than finite numbers in [0, 1], at least one
    point, a canvas of at least one cell, and fixed limits.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    width, height = min(width, MOST_COLUMNS), min(height, MOST_ROWS)
    blank = [" " * width] * max(0, height)
    if width < 1 or height < 1:
        return blank
    inside = (xs >= 0) & (xs <= 1) & (ys >= 0) & (ys <= 1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    runs = [decimate(xs[a:b], ys[a:b], width) for a, b in edges.reshape(-1, 2).tolist()]
    if not runs:
        return blank
    dots = DOTS if marker == "braille" else (1, 1)
    runs = [to_dots(*run, width * dots[0], height * dots[1]) for run in runs]
    points = np.concatenate([np.stack(run) for run in runs], axis=1)
    breaks = tuple(np.cumsum([0, *(len(xs) for xs, _ in runs[:-1])]).tolist())
    return _plot(points.tobytes(), breaks, width, height, marker)


@lru_cache(maxsize=64)
def _plot(
    points: bytes, breaks: tuple[int, ...], width: int, height: int, marker: str
) -> list[str]:
    """Draw connected points on plotext's canvas, without its axes.

    Parameters
    ----------
    points
        float64 of shape (2, n) as bytes, so that a line that has not changed is drawn once.
    breaks
        Indices of the points that no line leads to.
    """
    figure = _canvas()
    figure.plot_size(width, height)
    xs, ys = np.frombuffer(points, np.float64).reshape(2, -1).tolist()
    signal = figure.signal(xs, ys, marker=marker).lines(True)
    for start in breaks:
        signal.line(start, False)
    figure.draw(signal)
    lines: list[str] = figure.build().string(colorless=True).replace(BLANK_BRAILLE, " ").split("\n")
    figure.clear.data()
    rows = [line[:width].ljust(width) for line in lines[:height]]
    return rows + [" " * width] * (height - len(rows))


@cache
def _canvas() -> Any:
    """Return plotext's figure without axes, from 0 to 1 both ways; nobody else draws on it."""
    import plotext  # noqa: PLC0415 - only a drawn chart needs it

    plotext.terminal.limit(width=False, height=False)
    figure: Any = plotext.figure
    figure.clear()
    figure.axes(active=False)
    for ruler in (figure.ruler("x", "lower"), figure.ruler("y", "left")):
        ruler.lim(0, 1)
        ruler.frequency(0)
    return figure
