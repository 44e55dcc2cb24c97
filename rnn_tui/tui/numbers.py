"""The numbers behind a panel as tab-separated text, ready for a spreadsheet."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from rnn_tui.training.snapshot import Curve, Forecast, GradientFlow, HistoryView, Snapshot, Trace
from rnn_tui.tui.journal import Entry
from rnn_tui.tui.plots.units import shown_gate

MOST_CHARACTERS = 50_000
"""Terminals take some 70 kB of what is copied, base64 and all."""
Row = tuple[str, ...]


def numbers_of(panel: int, snapshot: Snapshot, gate: str, entries: Sequence[Entry] = ()) -> str:
    """Return a header and rows with what panel 1 … 5 shows, the latest rows where there are many.

    Parameters
    ----------
    gate
        The one that panel 3 shows.
    entries
        The event log.
    """
    rows: list[Row] = []
    if snapshot.peers and (compared := COMPARED.get(panel)) is not None:
        return _fit(compared(snapshot.nets))
    match panel:
        case 1 if snapshot.history is not None:
            rows = [("step", "train", "lowest", "highest", "validation"), *_loss(snapshot.history)]
        case 2 if snapshot.forecast is not None:
            rows = _forecast_with_free(snapshot.forecast)
        case 3 if snapshot.trace is not None and snapshot.trace.gates:
            rows = _gate(snapshot.trace, gate)
        case 4 if snapshot.gradient is not None:
            rows = _layers(snapshot.gradient)
        case 5:
            rows = [("time", "kind", "text"), *_events(entries)]
    return _fit(rows)


def _losses(nets: Sequence[Snapshot]) -> list[Row]:
    """Return the losses of several nets, a row a step that any of them has one of."""
    columns: list[tuple[str, dict[str, str]]] = []
    for net in nets:
        if net.history is not None:
            rows = list(_loss(net.history))
            columns += [
                (f"{net.net} train", {row[0]: row[1] for row in rows}),
                (f"{net.net} validation", {row[0]: row[4] for row in rows}),
            ]
    steps = sorted({step for _, values in columns for step in values}, key=int)
    header = ("step", *(name for name, _ in columns))
    return [header, *((step, *(values.get(step, "") for _, values in columns)) for step in steps)]


def _forecasts(nets: Sequence[Snapshot]) -> list[Row]:
    """Return what several nets forecast, at the times that the first one has."""
    known = [(net.net, net.forecast) for net in nets if net.forecast is not None]
    if not known:
        return []
    first = known[0][1]
    header = _heading(first, *(f"{name} predicted" for name, _ in known))
    predicted = [[row[3] for row in _forecast(forecast)] for _, forecast in known]
    return [
        header,
        *((*row[:3], *others) for row, *others in zip(_forecast(first), *predicted, strict=False)),
    ]


def _heading(forecast: Forecast, *predicted: str) -> Row:
    """Return the names of the columns; of one of several targets with its name."""
    actual = "actual"
    if forecast.is_one_of_several:
        actual = f"{forecast.name} actual"
        predicted = tuple(f"{forecast.name} {of}" for of in predicted)
    return (forecast.time_name or "time", "part", actual, *predicted)


def _gradients(nets: Sequence[Snapshot]) -> list[Row]:
    """Return the norms of several nets, a row a timestep."""
    known = [(net.net, list(_gradient(net.gradient))) for net in nets if net.gradient is not None]
    header = ("t", *(f"{name} norm of dL/d{of}" for name, _ in known for of in "hc"))
    rows = zip(*(rows for _, rows in known), strict=False)
    return [header, *((row[0][0], *(v for of in row for v in of[1:])) for row in rows)]


COMPARED: Mapping[int, Callable[[Sequence[Snapshot]], list[Row]]] = {
    1: _losses,
    2: _forecasts,
    4: _gradients,
}
"""What is copied of panels that show several nets."""


def _fit(rows: Sequence[Row]) -> str:
    """Return the first row and as many of the last ones as there is room for."""
    lines = ["\t".join(row) + "\n" for row in rows]
    if len(lines) < 2:
        return ""
    kept: list[str] = []
    room = MOST_CHARACTERS - len(lines[0])
    for line in reversed(lines[1:]):
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return lines[0] + "".join(reversed(kept))


def _loss(history: HistoryView) -> Iterable[Row]:
    checked = dict(
        zip(history.validation_loss.step.tolist(), history.validation_loss.value, strict=True)
    )
    train = {int(row[0]): row for row in _curve(history.loss)}
    for step in sorted(train.keys() | checked.keys()):
        row = train.get(step, (str(step), "", "", ""))
        yield (*row, _number(checked[step]) if step in checked else "")


def _curve(curve: Curve) -> Iterable[Row]:
    for step, *values in zip(curve.step.tolist(), curve.value, curve.low, curve.high, strict=True):
        yield (str(step), *map(_number, values))


def _forecast(forecast: Forecast) -> Iterable[Row]:
    for n, (time, actual, predicted) in enumerate(
        zip(forecast.time, forecast.actual, forecast.predicted, strict=True)
    ):
        is_test, is_train = n >= forecast.test_start, n < forecast.validation_start
        part = "test" if is_test else "train" if is_train else "validation"
        at = str(time) if isinstance(time, np.datetime64) else f"{time:.10g}"
        yield (at, part, _number(actual), _number(predicted))


def _forecast_with_free(forecast: Forecast) -> list[Row]:
    """Return the forecast one step ahead, and beside it the free-running one, if it is shown."""
    rows = _forecast(forecast)
    if forecast.free is None:
        return [_heading(forecast, "predicted"), *rows]
    free = map(_number, forecast.free)
    heading = _heading(forecast, "predicted", "free-running")
    return [heading, *((*row, alone) for row, alone in zip(rows, free, strict=True))]


def _gate(trace: Trace, gate: str) -> list[Row]:
    name = shown_gate(gate, trace)
    values = trace.gates[name]
    header = ("t", *(f"{name}{unit}" for unit in range(1, values.shape[1] + 1)))
    return [header, *((str(t), *map(_number, row)) for t, row in enumerate(values, start=1))]


def _layers(flow: GradientFlow) -> list[Row]:
    """Return the norms of the last layer, then those of the layers below, a row a timestep."""
    below = [
        (f"layer {n} norm of dL/dh", f"layer {n} norm of dL/dc") for n in range(1, len(flow.layers))
    ]
    header = ("t", "norm of dL/dh", "norm of dL/dc", *(name for pair in below for name in pair))
    rows = zip(_gradient(flow), *(_gradient(layer) for layer in flow.below), strict=True)
    return [header, *((*own, *(v for row in others for v in row[1:])) for own, *others in rows)]


def _gradient(flow: GradientFlow) -> Iterable[Row]:
    cells = [""] * len(flow.hidden) if flow.cell is None else map(_number, flow.cell)
    for t, (hidden, cell) in enumerate(zip(flow.hidden, cells, strict=True), start=1):
        yield (str(t), _number(hidden), cell)


def _events(entries: Sequence[Entry]) -> Iterable[Row]:
    for entry in entries:
        yield (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.kind, entry.text)


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.7g}"
