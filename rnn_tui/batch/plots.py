"""The charts of `--plots`: loss, forecast on the test part, gradient through time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from rnn_tui.axes import fit_axis
from rnn_tui.charts import Cells, Chart, Floats, Glyphs, Ink, Series, draw
from rnn_tui.streams import printable
from rnn_tui.training.snapshot import Forecast, GradientFlow, HistoryView, Snapshot

Numbers = NDArray[np.int64] | NDArray[np.float64]

HEIGHT = 14
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


def plots(snapshot: Snapshot, width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Yield one text for every chart that the snapshot has the figures for."""
    found = [
        _loss(snapshot.history) if snapshot.history else None,
        _forecast(snapshot.forecast) if snapshot.forecast else None,
        _gradient(snapshot.gradient) if snapshot.gradient else None,
    ]
    for picture in (part for part in found if part):
        rows = _styled(draw(picture.chart, width, HEIGHT, glyphs))
        yield Text("\n").join([Text(), *_head(picture, width, glyphs), *rows])


def _head(picture: Picture, width: int, glyphs: Glyphs) -> list[Text]:
    """Return title and legend, on one line where it is wide enough."""
    title = Text(printable(picture.title), style="bold")
    legend = Text()
    for name, line in zip(picture.names, picture.chart.series, strict=True):
        symbol = line.symbol if glyphs == "ascii" else "━•━" if line.dotted else "━━━"
        legend.append(f"  {symbol} {name}", style=STYLES[line.ink])
    if title.cell_len + legend.cell_len <= width:
        return [title + legend]
    title.truncate(width, overflow="ellipsis")
    return [title, legend]


def _first(x: Numbers, y: Floats) -> Series:
    return Series(x.astype(np.float64), y, Ink.FIRST)


def _second(x: Numbers, y: Floats) -> Series:
    """Return a line that can be told from the first one without colour."""
    return Series(x.astype(np.float64), y, Ink.SECOND, "o", dotted=True)


def _loss(history: HistoryView) -> Picture | None:
    train, validation = history.loss, history.validation_loss
    x = fit_axis(train.step, validation.step, labels="count")
    y = fit_axis(train.value, validation.value, scale="log", margin=0.02)
    if x is None or y is None:
        return None
    lines = (_first(train.step, train.value), _second(validation.step, validation.value))
    return Picture("Loss over steps, log axis:", ("train", "validation"), Chart(x, y, lines))


def _forecast(forecast: Forecast) -> Picture | None:
    test = slice(forecast.test_start, None)
    is_date = np.issubdtype(forecast.time.dtype, np.datetime64)
    time = forecast.time.astype("datetime64[s]") if is_date else forecast.time
    at = time[test].astype(np.float64)
    actual, predicted = forecast.actual[test], forecast.predicted[test]
    x = fit_axis(at, labels="date" if is_date else "number")
    y = fit_axis(actual, predicted, margin=0.02)
    if x is None or y is None:
        return None
    lines = (_first(at, actual), _second(at, predicted))
    ahead = f", the first of {forecast.horizon:,} steps ahead" if forecast.horizon > 1 else ""
    title = f"{forecast.name} over {forecast.time_name}, test part{ahead}:"
    return Picture(title, ("actual", "one step ahead"), Chart(x, y, lines))


def _gradient(flow: GradientFlow) -> Picture | None:
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
