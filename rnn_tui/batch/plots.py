"""The charts of `--plots`: loss, forecast on the test part, gradient through time."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from rich.text import Text

from rnn_tui.axes import fit_axis
from rnn_tui.charts import Cells, Chart, Glyphs, Ink, Series, draw
from rnn_tui.training.snapshot import Forecast, GradientFlow, HistoryView, Snapshot

HEIGHT = 14
STYLES = {
    Ink.GRID: "dim",
    Ink.AXIS: "dim",
    Ink.FIRST: "cyan",
    Ink.SECOND: "yellow",
}
Legend = tuple[tuple[str, Ink], ...]


def plots(snapshot: Snapshot, width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Yield one text for every chart that the snapshot has the figures for."""
    found = [
        _loss(snapshot.history) if snapshot.history else None,
        _forecast(snapshot.forecast) if snapshot.forecast else None,
        _gradient(snapshot.gradient) if snapshot.gradient else None,
    ]
    for title, legend, chart in (part for part in found if part):
        symbols = {series.ink: series.symbol for series in chart.series}
        head = Text(f"\n{title}:", style="bold")
        for name, ink in legend:
            symbol = "━" if glyphs == "braille" else symbols[ink]
            head.append(f"  {symbol} {name}", style=STYLES[ink])
        yield Text("\n").join([head, *_styled(draw(chart, width, HEIGHT, glyphs))])


def _loss(history: HistoryView) -> tuple[str, Legend, Chart] | None:
    train, validation = history.loss, history.validation_loss
    x = fit_axis(train.step, validation.step, labels="count")
    y = fit_axis(train.value, validation.value, scale="log", margin=0.02)
    if x is None or y is None:
        return None
    legend = (("train", Ink.FIRST), ("validation", Ink.SECOND))
    series = (
        Series(train.step.astype(np.float64), train.value, Ink.FIRST),
        Series(validation.step.astype(np.float64), validation.value, Ink.SECOND, "o"),
    )
    return "Loss over steps (scaled units, log axis)", legend, Chart(x, y, series)


def _forecast(forecast: Forecast) -> tuple[str, Legend, Chart] | None:
    test = slice(forecast.test_start, None)
    is_date = np.issubdtype(forecast.time.dtype, np.datetime64)
    time = forecast.time.astype("datetime64[s]") if is_date else forecast.time
    at = time[test].astype(np.float64)
    actual, predicted = forecast.actual[test], forecast.predicted[test]
    x = fit_axis(at, labels="date" if is_date else "number")
    y = fit_axis(actual, predicted, margin=0.02)
    if x is None or y is None:
        return None
    unit = f" in {forecast.unit}" if forecast.unit else ""
    legend = (("actual", Ink.FIRST), ("predicted one step ahead", Ink.SECOND))
    series = (Series(at, actual, Ink.FIRST), Series(at, predicted, Ink.SECOND, "o"))
    title = f"{forecast.name}, test part{unit}, over {forecast.time_name}"
    return title, legend, Chart(x, y, series)


def _gradient(flow: GradientFlow) -> tuple[str, Legend, Chart] | None:
    timestep = np.arange(1.0, len(flow.hidden) + 1)
    series = [Series(timestep, flow.hidden, Ink.FIRST)]
    legend: Legend = (("dL/dh", Ink.FIRST),)
    if flow.cell is not None:
        series.append(Series(timestep, flow.cell, Ink.SECOND, "o"))
        legend = (*legend, ("dL/dc", Ink.SECOND))
    x = fit_axis(timestep)
    y = fit_axis(*(line.y for line in series), scale="log", margin=0.02)
    if x is None or y is None:
        return None
    title = "Norm of the total gradient at every timestep of the last step (log axis)"
    for fault, count in (
        ("underflow", np.count_nonzero(flow.hidden == 0)),
        ("overflow", np.count_nonzero(~np.isfinite(flow.hidden))),
    ):
        title += f", {fault} at {count} of {len(flow.hidden)}" if count else ""
    return title, legend, Chart(x, y, tuple(series))


def _styled(cells: Cells) -> list[Text]:
    rows = []
    for glyphs, inks in zip(cells.glyph.tolist(), cells.ink.tolist(), strict=True):
        row = Text()
        for ink, run in groupby(zip(inks, glyphs, strict=True), key=lambda cell: cell[0]):
            row.append("".join(glyph for _, glyph in run), style=STYLES.get(ink, ""))
        rows.append(row)
    return rows
