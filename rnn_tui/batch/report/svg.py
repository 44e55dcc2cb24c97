"""A chart as SVG inside HTML: lines, bands, axes; no scripts, no fonts, nothing from elsewhere."""

from html import escape

import numpy as np

from rnn_tui.axes import Axis, Floats
from rnn_tui.batch.plots import Picture
from rnn_tui.charts import Band, Series
from rnn_tui.streams import printable

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 26
X_TICKS, Y_TICKS = 8, 6
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Okabe and Ito's, which serve all kinds of colour vision; the second line is dashed as well."""


def to_svg(picture: Picture) -> str:
    """Return the chart of a picture."""
    chart = picture.chart
    parts = [
        *_grid(chart.x, chart.y),
        *(_band(band, chart.x, chart.y) for band in chart.bands),
        *(
            path
            for number, line in enumerate(chart.series)
            for path in _line(line, chart.x, chart.y, COLOURS[number % len(COLOURS)])
        ),
    ]
    label = escape(printable(picture.title), quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def legend(picture: Picture) -> list[tuple[str, str]]:
    """Return name and colour of every line."""
    return [(name, COLOURS[n % len(COLOURS)]) for n, name in enumerate(picture.names)]


def _across(axis: Axis, values: Floats) -> Floats:
    return LEFT + axis.positions(values) * (WIDTH - LEFT - RIGHT)


def _down(axis: Axis, values: Floats) -> Floats:
    return TOP + (1 - axis.positions(values)) * (HEIGHT - TOP - BOTTOM)


def _grid(x: Axis, y: Axis) -> list[str]:
    parts = []
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in y.ticks(Y_TICKS):
        at = TOP + (1 - tick.position) * (bottom - TOP)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{right}"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{escape(tick.label)}</text>'
        )
    for tick in x.ticks(X_TICKS):
        at = LEFT + tick.position * (right - LEFT)
        parts.append(f'<path class="grid" d="M{at:.1f} {TOP}V{bottom}"/>')
        parts.append(
            f'<text x="{at:.1f}" y="{bottom + 17}" text-anchor="middle">{escape(tick.label)}</text>'
        )
    return parts


def _line(line: Series, x: Axis, y: Axis, colour: str) -> list[str]:
    """Return a path for every run of finite points."""
    dash = ' stroke-dasharray="6 3"' if line.dotted else ""
    points = np.column_stack([_across(x, line.x), _down(y, line.y)])
    return [
        f'<path class="line" stroke="{colour}"{dash} d="{_path(run)}"/>' for run in _runs(points)
    ]


def _band(band: Band, x: Axis, y: Axis) -> str:
    low = np.column_stack([_across(x, band.x), _down(y, band.low)])
    high = np.column_stack([_across(x, band.x), _down(y, band.high)])
    finite = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1)
    around = np.concatenate([low[finite], high[finite][::-1]])
    return f'<path class="band" d="{_path(around)}Z"/>' if finite.any() else ""


def _runs(points: Floats) -> list[Floats]:
    finite = np.isfinite(points).all(axis=1)
    cuts = np.flatnonzero(np.diff(finite)) + 1
    return [run for run in np.split(points, cuts) if len(run) and np.isfinite(run[0]).all()]


def _path(points: Floats) -> str:
    return "M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in points)
