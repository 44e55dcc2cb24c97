"""A gate without its units: how it goes on average, and how its values are distributed."""

import numpy as np
from textual.strip import Strip

from rnn_tui.axes import Axis
from rnn_tui.cells import Cells, Ink
from rnn_tui.charts import Band, Chart, Cursor, Floats, Series, draw, lay_out
from rnn_tui.tui.plots.picture import Frame, Span, to_strips
from rnn_tui.tui.plots.timesteps import timestep_axis

INNER = (10, 90)
"""Percentiles between which the band lies."""
BINS_A_ROOT = 2
"""Bins of a histogram for every root of its values: more would show chance, not shape."""
BAND_NAME = " mean over units, and where 80 % of them lie "
LEAST_FOR_NAME = 6
Rows = tuple[Strip, ...]


def draw_band(
    values: Floats, low: float, high: float, frame: Frame, cursor: int | None, margin: int = 0
) -> tuple[Rows, Span]:
    """Return the mean over units at every timestep, in a band from the 10th to the 90th percentile.

    Parameters
    ----------
    values
        Shape (units, T).
    low, high
        Ends of the axis.
    margin
        Least columns left of the canvas.
    """
    T = values.shape[1]
    t = np.arange(1.0, T + 1)
    finite = np.where(np.isfinite(values), values, np.nan)
    known = np.isfinite(finite).any(axis=0)
    inner = np.full((3, T), np.nan)
    if known.any():
        inner[0, known] = np.nanmean(finite[:, known], axis=0)
        inner[1:, known] = np.nanpercentile(finite[:, known], INNER, axis=0)
    chart = Chart(
        timestep_axis(T),
        Axis(low, high),
        (
            Series(t, inner[1], Ink.RULE, "-"),
            Series(t, inner[2], Ink.RULE, "-"),
            Series(t, inner[0], Ink.FIRST, "."),
        ),
        bands=(Band(t, inner[1], inner[2]),),
        x_name="t",
        cursor=None if cursor is None else Cursor(float(cursor), str(cursor)),
        margin=margin,
    )
    layout = lay_out(chart, frame.width, frame.height)
    cells = draw(chart, frame.width, frame.height, frame.look.glyphs)
    if frame.height >= LEAST_FOR_NAME and frame.width >= layout.left + 2 * len(BAND_NAME):
        cells.write(0, layout.left + 1, BAND_NAME, Ink.LABEL)
    return to_strips(cells, frame.look), Span(layout.left, layout.width, T)


def draw_histogram(
    values: Floats, low: float, high: float, frame: Frame, saturated: tuple[float, float] | None
) -> Rows:
    """Return how often every value between `low` and `high` occurs, over all units and timesteps.

    Parameters
    ----------
    saturated
        Values below the first and above the second have another ink.
    """
    cells = Cells.blank(frame.width, frame.height)
    finite = np.clip(values[np.isfinite(values)], low, high)
    foot = 1 if frame.height >= 3 else 0
    rows = frame.height - foot
    if not finite.size or not frame.width or rows < 1:
        return to_strips(cells, frame.look)
    bins = min(frame.width, max(1, round(BINS_A_ROOT * np.sqrt(finite.size))))
    counts, _ = np.histogram(finite, bins=bins, range=(low, high))
    counts = counts[np.arange(frame.width) * bins // frame.width]
    eighths = np.ceil(counts / counts.max() * rows * 8).astype(np.int64)
    blocks = "########" if frame.look.ascii else "▁▂▃▄▅▆▇█"
    middle = low + (high - low) * (np.arange(frame.width) + 0.5) / frame.width
    for column, (height, at) in enumerate(zip(eighths.tolist(), middle.tolist(), strict=True)):
        is_outside = saturated is not None and not saturated[0] <= at <= saturated[1]
        for row in range(-(-height // 8)):
            glyph = blocks[min(8, height - 8 * row) - 1]
            ink = Ink.SECOND if is_outside else Ink.FIRST
            cells.write(rows - 1 - row, column, glyph, ink)
    if foot:
        _label(cells, rows, low, high)
    share = f"most: {100 * counts.max() / finite.size:.0f} %"
    if rows >= 4:
        cells.write(0, max(0, (frame.width - len(share)) // 2), share, Ink.LABEL)
    return to_strips(cells, frame.look)


def _label(cells: Cells, row: int, low: float, high: float) -> None:
    width = cells.glyph.shape[1]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        text = f"{low + share * (high - low):.3g}"
        place = round(share * (width - 1) - len(text) / 2)
        cells.write(row, min(max(0, place), max(0, width - len(text))), text, Ink.LABEL)
