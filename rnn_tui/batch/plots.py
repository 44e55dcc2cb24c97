"""The charts of `--plots`: loss, forecast on the test part, gradient through time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from rnn_tui.axes import fit_axis
from rnn_tui.charts import Band, Cells, Chart, Floats, Glyphs, Ink, Series, draw
from rnn_tui.forecasting.future import Future
from rnn_tui.streams import printable
from rnn_tui.training.snapshot import Forecast, GradientFlow, HistoryView, Snapshot, Times

Numbers = NDArray[np.int64] | NDArray[np.float64]

HEIGHT = 14
LEAST_BEFORE = 20
"""Rows before the end that are shown beside the future, at least."""
STYLES = {
    Ink.GRID: "dim",
    Ink.AXIS: "dim",
    Ink.FIRST: "cyan",
    Ink.SECOND: "yellow",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its title and the names of its lines, in their order."""

    title: str
    names: tuple[str, ...]
    chart: Chart


def pictures(snapshot: Snapshot) -> Iterator[Picture]:
    """Yield the charts that the snapshot has the figures for."""
    future = snapshot.ended.future if snapshot.ended else None
    part = shown_part(snapshot)
    found = (
        loss_picture(snapshot.history) if snapshot.history else None,
        forecast_picture(snapshot.forecast, part) if snapshot.forecast else None,
        future_picture(snapshot.forecast, future) if snapshot.forecast and future else None,
        gradient_picture(snapshot.gradient) if snapshot.gradient else None,
    )
    yield from (picture for picture in found if picture)


def shown_part(snapshot: Snapshot) -> str:
    """Return what the last part of the forecast is called."""
    return "test part" if snapshot.rows_followed is None else "rows that came"


def plots(pictures: Iterable[Picture], width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Yield one text for every picture."""
    for picture in pictures:
        rows = _styled(draw(picture.chart, width, HEIGHT, glyphs))
        yield Text("\n").join([Text(), *_head(picture, width, glyphs), *rows])


def _head(picture: Picture, width: int, glyphs: Glyphs) -> list[Text]:
    """Return title and legend, on one line where it is wide enough."""
    title = Text(printable(picture.title), style="bold")
    legend = Text()
    for entry, line in zip(_entries(picture, glyphs), picture.chart.series, strict=True):
        legend.append(f"  {entry}", style=STYLES[line.ink])
    if title.cell_len + legend.cell_len <= width:
        return [title + legend]
    title.truncate(width, overflow="ellipsis")
    return [title, legend]


def legend_text(picture: Picture, glyphs: Glyphs) -> str:
    """Return the names of the lines, each behind what its line looks like."""
    return "  ".join(_entries(picture, glyphs))


def _entries(picture: Picture, glyphs: Glyphs) -> list[str]:
    lines = zip(picture.names, picture.chart.series, strict=True)
    return [
        f"{line.symbol if glyphs == 'ascii' else '━•━' if line.dotted else '━━━'} {name}"
        for name, line in lines
    ]


def _first(x: Numbers, y: Floats) -> Series:
    return Series(x.astype(np.float64), y, Ink.FIRST)


def _second(x: Numbers, y: Floats) -> Series:
    """Return a line that can be told from the first one without colour."""
    return Series(x.astype(np.float64), y, Ink.SECOND, "o", dotted=True)


def loss_picture(history: HistoryView) -> Picture | None:
    """Return the loss over steps; None where there is nothing to show."""
    train, validation = history.loss, history.validation_loss
    x = fit_axis(train.step, validation.step, labels="count")
    y = fit_axis(train.value, validation.value, scale="log", margin=0.02)
    if x is None or y is None:
        return None
    lines = (_first(train.step, train.value), _second(validation.step, validation.value))
    return Picture("Loss over steps, log axis:", ("train", "validation"), Chart(x, y, lines))


def forecast_picture(forecast: Forecast, part: str = "test part") -> Picture | None:
    """Return the forecast of the last part beside the truth, None where there is nothing."""
    test = slice(forecast.test_start, None)
    is_date = np.issubdtype(forecast.time.dtype, np.datetime64)
    at = _place(forecast.time[test])
    actual, predicted = forecast.actual[test], forecast.predicted[test]
    x = fit_axis(at, labels="date" if is_date else "number")
    y = fit_axis(actual, predicted, margin=0.02)
    if x is None or y is None:
        return None
    lines = (_first(at, actual), _second(at, predicted))
    ahead = f", the first of {forecast.horizon:,} steps ahead" if forecast.horizon > 1 else ""
    title = f"{forecast.name} over {forecast.time_name}, {part}{ahead}:"
    return Picture(title, ("actual", "one step ahead"), Chart(x, y, lines))


def future_picture(forecast: Forecast, future: Future) -> Picture | None:
    """Return what is forecast beyond the end, with the last rows before it; None for one row."""
    rows = len(future.time)
    if rows < 2:
        return None
    before = slice(-max(2 * rows, LEAST_BEFORE), None)
    at, ahead = _place(forecast.time[before]), _place(future.time)
    actual, predicted = forecast.actual[before], future.predicted[:, 0]
    low, high = future.lower[:, 0], future.upper[:, 0]
    is_date = np.issubdtype(forecast.time.dtype, np.datetime64)
    x = fit_axis(at, ahead, labels="date" if is_date else "number")
    y = fit_axis(actual, predicted, low, high, margin=0.02)
    if x is None or y is None:
        return None
    lines = (_first(at, actual), _second(ahead, predicted))
    chart = Chart(x, y, lines, bands=(Band(ahead, low, high),))
    title = f"{forecast.name} beyond the end of the series:"
    return Picture(title, ("actual", "forecast, with its interval"), chart)


def _place(time: Times) -> Floats:
    """Return times as numbers on an axis: dates in Unix seconds."""
    is_date = np.issubdtype(time.dtype, np.datetime64)
    return (time.astype("datetime64[s]") if is_date else time).astype(np.float64)


def gradient_picture(flow: GradientFlow) -> Picture | None:
    """Return the gradient over timesteps; None where there is nothing to show."""
    timestep = np.arange(1.0, len(flow.hidden) + 1)
    lines = [_first(timestep, flow.hidden)]
    names = ["|dL/dh|"]
    if flow.cell is not None:
        lines.append(_second(timestep, flow.cell))
        names.append("|dL/dc|")
    x = fit_axis(timestep)
    y = fit_axis(*(line.y for line in lines), scale="log", margin=0.02)
    if x is None or y is None:
        return None
    title = "Total gradient at every timestep, log axis:"
    for fault, count in (
        ("underflow", np.count_nonzero(flow.hidden == 0)),
        ("overflow", np.count_nonzero(~np.isfinite(flow.hidden))),
    ):
        title += f" {fault} at {count} of {len(flow.hidden)};" if count else ""
    return Picture(title, tuple(names), Chart(x, y, tuple(lines)))


def _styled(cells: Cells) -> list[Text]:
    rows = []
    for glyphs, inks in zip(cells.glyph.tolist(), cells.ink.tolist(), strict=True):
        row = Text()
        for ink, run in groupby(zip(inks, glyphs, strict=True), key=lambda cell: cell[0]):
            row.append("".join(glyph for _, glyph in run), style=STYLES.get(ink, ""))
        rows.append(row)
    return rows
