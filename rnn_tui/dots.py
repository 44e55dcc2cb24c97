"""Braille: eight dots a cell, two across and four down."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ACROSS, DOWN = 2, 4
FIRST_BRAILLE = 0x2800
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""What each dot of a cell adds to the code point, by row and column."""


def fill_between(x: Floats, low: Floats, high: Floats, width: int, height: int) -> NDArray[np.str_]:
    """Return the glyphs of a band between two curves, shape (height, width); " " where it is not.

    Parameters
    ----------
    x, low, high
        Shape (n,); positions from 0 to 1, from the lower left corner; x ascends. Points with a
        value that is not finite are left out; curves beyond the canvas are cut at its edge. Where
        several points share a column of dots, the band spans them all.
    """
    blank = np.full((height, width), " ")
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high) & (x >= 0) & (x <= 1)
    if not known.any() or not blank.size:
        return blank
    columns, rows = ACROSS * width, DOWN * height
    lowest = _of_columns(x[known], low[known], columns, np.minimum)
    highest = _of_columns(x[known], high[known], columns, np.maximum)
    first, last = (np.round(np.clip(end, 0, 1) * (rows - 1)) for end in (lowest, highest))
    row = np.arange(rows)[::-1, None]
    is_on = (row >= first) & (row <= last) & (last > first)
    code = (is_on.reshape(height, DOWN, width, ACROSS) * BITS[:, None, :]).sum(axis=(1, 3))
    glyphs = [[chr(FIRST_BRAILLE + dots) if dots else " " for dots in line] for line in code]
    return np.array(glyphs)


def unite(below: NDArray[np.str_], above: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return glyphs with the dots of both, shape (n,); what is no braille hides what is below."""
    lower, upper = (
        np.ascontiguousarray(glyphs, "<U1").view(np.uint32) for glyphs in (below, above)
    )
    are_dots = (lower >> 8 == FIRST_BRAILLE >> 8) & (upper >> 8 == FIRST_BRAILLE >> 8)
    return np.where(are_dots, lower | upper, upper).astype(np.uint32).view("<U1")


def _of_columns(x: Floats, y: Floats, columns: int, extreme: np.ufunc) -> Floats:
    """Return the extreme of y in every column of dots; between points, what lies on the line."""
    middle = (np.arange(columns) + 0.5) / columns
    values = np.where((middle >= x[0]) & (middle <= x[-1]), np.interp(middle, x, y), np.nan)
    column = np.minimum((x * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    values[column[starts]] = extreme.reduceat(y, starts)
    return values
