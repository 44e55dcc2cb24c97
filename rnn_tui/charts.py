"""Line charts as text: arrays in, cells out.

plotext draws the lines (`rnn_tui.raster`); axes, ticks and what stands around the lines are cells
of our own, so that they stay readable in a panel of 38 × 9 cells.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.axes import Axis, Tick
from rnn_tui.cells import Cells, Glyphs, Ink, Paper, place_over, text_width, write_over
from rnn_tui.dots import fill_between, unite
from rnn_tui.raster import MOST_COLUMNS, MOST_ROWS, rasterise

__all__ = [
    "Area",
    "Band",
    "Cells",
    "Chart",
    "Cursor",
    "Floats",
    "Glyphs",
    "Ink",
    "Mark",
    "Paper",
    "Region",
    "Rule",
    "Series",
    "draw",
    "lay_out",
]

Floats = NDArray[np.float64]

SAMPLES = 8
"""Places in a column at which an area's curves are looked up: a column shows their mean."""
DOT_EVERY = 9
"""Columns from one • of a dotted line to the next."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line through (x, y), both of shape (n,), x ascending; it breaks at non-finite values."""

    x: Floats
    y: Floats
    ink: Ink
    symbol: str = "*"
    """What draws it where only ASCII can be shown."""
    dotted: bool = False
    """Whether a dot stands on it every few columns, to tell it apart without colour."""
    dot: str = "•"
    dot_from: int = DOT_EVERY // 2
    """Column of the first dot: several lines that run together have theirs at different places."""


@dataclass(frozen=True, slots=True)
class Area:
    """Paper between two curves over ascending x, all of shape (n,)."""

    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Band:
    """Dots between two curves over ascending x, all of shape (n,); ASCII charts leave it out."""

    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol at a point, or as near to it as the chart reaches."""

    x: float
    y: float
    symbol: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Rule:
    """A dotted line across the chart at a value of x (upright) or of y (level)."""

    at: float
    upright: bool = True
    ink: Ink = Ink.RULE
    name: str = ""
    """Written on a level rule, as far to the left as nothing else lies."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where on the x axis the reader's finger is, and what is written below it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the x axis with paper of its own and a name at the top."""

    start: float
    stop: float
    paper: Paper
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows; later series lie on top of earlier ones."""

    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    areas: tuple[Area, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    rules: tuple[Rule, ...] = ()
    regions: tuple[Region, ...] = ()
    x_name: str = ""
    """Written beside the ticks of the x axis, where there is room."""
    cursor: Cursor | None = None
    margin: int = 0
    """Least columns left of the canvas: charts one above the other have theirs in line."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a chart lie: ticks to the left and below, the canvas in the rest."""

    left: int
    width: int
    height: int
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)


def draw(chart: Chart, width: int, height: int, glyphs: Glyphs = "braille") -> Cells:
    """Return `chart` drawn in a block of `width` × `height` cells, either of which may be 0."""
    cells = Cells.blank(min(width, MOST_COLUMNS), min(height, MOST_ROWS))
    height, width = cells.glyph.shape
    if not width or not height:
        return cells
    layout = lay_out(chart, width, height)
    canvas = cells.part(0, layout.left, layout.height, layout.width)
    _draw_regions(canvas, chart)
    for area in chart.areas:
        _draw_area(canvas, chart, area, glyphs)
    _draw_grid(canvas, layout, glyphs)
    for rule in chart.rules:
        _draw_rule(canvas, chart, rule, glyphs)
    _draw_cursor(canvas, chart, glyphs)
    _name_regions(canvas, chart)
    for band in chart.bands:
        _draw_band(canvas, chart, band, glyphs)
    dots = [_draw_series(canvas, chart, series, glyphs) for series in chart.series]
    for series, places in zip(chart.series, dots, strict=True):
        for row, column in places:
            canvas.write(row, column, series.dot, series.ink)
    for rule in chart.rules:
        _name_rule(canvas, chart, rule)
    for mark in chart.marks:
        _draw_mark(canvas, chart, mark)
    _draw_y_ticks(cells, layout, glyphs)
    _draw_x_ticks(cells, layout, chart)
    return cells


def lay_out(chart: Chart, width: int, height: int) -> Layout:
    """Return the layout that gives ticks their room as far as the canvas can spare it."""
    rows = height - 1 if height >= 4 else height
    y_ticks = chart.y.ticks(max(2, min(6, (rows + 1) // 2))) if rows >= 2 else []
    left = max((len(tick.label) for tick in y_ticks), default=0) + 1 if y_ticks else 0
    left = max(left, chart.margin) if left else 0
    if width < left + 12:
        y_ticks, left = [], 0
    columns = width - left
    x_ticks = chart.x.ticks(max(2, columns // 7)) if rows < height else []
    return Layout(left, columns, rows, x_ticks, y_ticks)


def column_of(position: float, width: int) -> int:
    """Return the column of a position in [0, 1], as plotext rounds it with two dots a column."""
    return round(min(max(position, 0.0), 1.0) * (2 * width - 1)) // 2


def row_of(position: float, height: int) -> int:
    """Return the row, from the top, of a position in [0, 1] with four dots a row."""
    return height - 1 - round(min(max(position, 0.0), 1.0) * (4 * height - 1)) // 4


def _draw_series(
    canvas: Cells, chart: Chart, series: Series, glyphs: Glyphs
) -> list[tuple[int, int]]:
    """Draw a line; return the rows and columns of its dots, which lie on top of all lines."""
    height, width = canvas.glyph.shape
    marker = "braille" if glyphs == "braille" else series.symbol
    x, y = chart.x.positions(series.x), chart.y.positions(series.y)
    lines = rasterise(x, y, width, height, marker)
    glyph = np.array(lines, f"<U{width}").view("<U1").reshape(height, width)
    drawn = glyph != " "
    if chart.areas:
        canvas.paper[drawn & np.isin(canvas.glyph, [*"▄▅▆▇"])] = Paper.AREA
    crossed = drawn & ((canvas.ink == Ink.FIRST) | (canvas.ink == Ink.SECOND))
    if crossed.any():
        glyph[crossed] = unite(canvas.glyph[crossed], glyph[crossed])
    canvas.glyph[drawn] = glyph[drawn]
    canvas.ink[drawn] = series.ink
    return _dots(drawn, series) if series.dotted and glyphs == "braille" else []


def _draw_area(canvas: Cells, chart: Chart, area: Area, glyphs: Glyphs) -> None:
    """Lay paper behind the area, and eighths of blocks along its upper edge."""
    height, width = canvas.glyph.shape
    x = chart.x.positions(area.x)
    known = np.isfinite(x)
    if not known.any():
        return
    middle = (np.arange(width) + 0.5) / width
    inside = (middle >= x[known][0] - 0.5 / width) & (middle <= x[known][-1] + 0.5 / width)
    within = (np.arange(width * SAMPLES) + 0.5) / (width * SAMPLES)
    low, high = (
        np.interp(within, x[known], np.clip(_or(chart.y.positions(curve), end)[known], 0, 1))
        .reshape(width, SAMPLES)
        .mean(axis=1)
        for curve, end in ((area.low, 0.0), (area.high, 1.0))
    )
    row = np.arange(height)[::-1, None]
    eighths = np.round(8 * (high * height - row)).astype(np.int64)
    above = (row >= np.round(low * height)) & inside
    canvas.paper[above & (eighths >= 8)] = Paper.AREA
    if glyphs == "braille":
        edge = above & (eighths > 0) & (eighths < 8)
        canvas.glyph[edge] = np.array([*" ▁▂▃▄▅▆▇"])[eighths[edge]]
        canvas.ink[edge] = Ink.AREA


def _draw_band(canvas: Cells, chart: Chart, band: Band, glyphs: Glyphs) -> None:
    if glyphs == "ascii":
        return
    height, width = canvas.glyph.shape
    x = chart.x.positions(band.x)
    low, high = chart.y.positions(band.low), chart.y.positions(band.high)
    dots = fill_between(x, low, high, width, height)
    drawn = dots != " "
    canvas.glyph[drawn] = dots[drawn]
    canvas.ink[drawn] = Ink.BAND


def _or(values: Floats, other: float) -> Floats:
    return np.where(np.isnan(values), other, values)


def _dots(drawn: NDArray[np.bool_], series: Series) -> list[tuple[int, int]]:
    """Return a place on the line in every DOT_EVERY-th column."""
    places = []
    for column in range(series.dot_from, drawn.shape[1], DOT_EVERY):
        rows = np.flatnonzero(drawn[:, column])
        if rows.size:
            places.append((int(rows[rows.size // 2]), column))
    return places


def _draw_regions(canvas: Cells, chart: Chart) -> None:
    for region, first, last in _visible(chart, canvas.glyph.shape[1]):
        canvas.paper[:, first : last + 1] = region.paper


def _name_regions(canvas: Cells, chart: Chart) -> None:
    for region, first, last in _visible(chart, canvas.glyph.shape[1]):
        room = last - first - (first > 0)
        name = region.name if len(region.name) <= room else region.name[: max(0, min(room, 3))]
        canvas.write(0, first + (first > 0), name, Ink.LABEL)


def _visible(chart: Chart, width: int) -> list[tuple[Region, int, int]]:
    """Return the regions that can be seen, each with its first and last column."""
    found = []
    for region in chart.regions:
        start, stop = chart.x.positions([region.start, region.stop])
        if start < 1 and stop > 0:
            found.append((region, column_of(start, width), column_of(stop, width)))
    return found


def _draw_grid(canvas: Cells, layout: Layout, glyphs: Glyphs) -> None:
    if glyphs == "ascii":
        return
    for tick in layout.y_ticks:
        row = row_of(tick.position, layout.height)
        free = canvas.glyph[row] == " "
        canvas.glyph[row, free] = "┈"
        canvas.ink[row, free] = Ink.GRID


def _draw_rule(canvas: Cells, chart: Chart, rule: Rule, glyphs: Glyphs) -> None:
    height, width = canvas.glyph.shape
    position = float((chart.x if rule.upright else chart.y).positions(rule.at))
    if not 0 <= position <= 1:
        return
    if rule.upright:
        place: Any = (slice(None), column_of(position, width))
        symbol = "┊" if glyphs == "braille" else ":"
    else:
        place = (row_of(position, height), slice(None))
        symbol = "╌" if glyphs == "braille" else "-"
    canvas.glyph[place] = symbol
    canvas.ink[place] = rule.ink


def _name_rule(canvas: Cells, chart: Chart, rule: Rule) -> None:
    """Write the name of a level rule where it has a free place on its row, else not at all."""
    position = float(chart.y.positions(rule.at))
    if rule.upright or not rule.name or not 0 <= position <= 1:
        return
    row = row_of(position, canvas.glyph.shape[0])
    label = f" {rule.name} "
    is_free = np.isin(canvas.ink[row, 1:], (Ink.NONE, Ink.GRID, rule.ink))
    is_free &= np.isin(canvas.glyph[row, 1:], (" ", "┈", "╌", "-"))
    start = "".join("." if free else "x" for free in is_free).find("." * len(label))
    if start >= 0:
        canvas.write(row, 1 + start, label, Ink.LABEL)


def _draw_cursor(canvas: Cells, chart: Chart, glyphs: Glyphs) -> None:
    column = _cursor_column(chart, canvas.glyph.shape[1])
    if column is not None:
        canvas.glyph[:, column] = "│" if glyphs == "braille" else "|"
        canvas.ink[:, column] = Ink.MARK


def _cursor_column(chart: Chart, width: int) -> int | None:
    """Return the column of the cursor, None where it is off the chart or there is none."""
    if chart.cursor is None:
        return None
    position = float(chart.x.positions(chart.cursor.at))
    return column_of(position, width) if 0 <= position <= 1 else None


def _draw_mark(canvas: Cells, chart: Chart, mark: Mark) -> None:
    height, width = canvas.glyph.shape
    x, y = float(chart.x.positions(mark.x)), float(chart.y.positions(mark.y))
    if np.isfinite(x) and np.isfinite(y):
        canvas.write(row_of(y, height), column_of(x, width), mark.symbol, mark.ink)


def _draw_y_ticks(cells: Cells, layout: Layout, glyphs: Glyphs) -> None:
    edge, notch = ("│", "┤") if glyphs == "braille" else ("|", "+")
    if layout.left:
        for row in range(layout.height):
            cells.write(row, layout.left - 1, edge, Ink.AXIS)
    for tick in layout.y_ticks:
        row = row_of(tick.position, layout.height)
        cells.write(row, layout.left - 1 - len(tick.label), tick.label, Ink.LABEL)
        cells.write(row, layout.left - 1, notch, Ink.AXIS)


def _draw_x_ticks(cells: Cells, layout: Layout, chart: Chart) -> None:
    """Write the ticks below the canvas, the name of the axis in the margin before them.

    The label of the cursor takes the place of the ticks that it would touch.
    """
    name, free = chart.x_name, 0
    if layout.x_ticks and name and text_width(name) <= layout.left:
        start = max(0, layout.left - 1 - text_width(name))
        cells.write(layout.height, start, name, Ink.LABEL)
        free = start + text_width(name) + 1
    column, label = _cursor_column(chart, layout.width), chart.cursor.label if chart.cursor else ""
    taken = range(0)
    if column is not None:
        taken = place_over(cells, layout.left + column, label)
    for tick in layout.x_ticks:
        middle = layout.left + column_of(tick.position, layout.width)
        start = min(middle - len(tick.label) // 2, cells.glyph.shape[1] - len(tick.label))
        stop = start + len(tick.label)
        if start >= free and not (taken and start <= taken.stop and stop >= taken.start):
            cells.write(layout.height, start, tick.label, Ink.LABEL)
            free = stop + (2 if " " in tick.label else 1)
    if column is not None:
        write_over(cells, layout.height, layout.left + column, label)
