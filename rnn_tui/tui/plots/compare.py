"""The plots of several nets that train in lockstep: one line for each, on axes that they share.

A net is told apart by its label, by what stands on its line, and by its colour.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from textual.strip import Strip

from rnn_tui.axes import LARGEST, Axis, fit_axis, whole_decades
from rnn_tui.charts import (
    Area,
    Chart,
    Cursor,
    Floats,
    Ink,
    Mark,
    Paper,
    Region,
    Rule,
    Series,
    draw,
    lay_out,
)
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.snapshot import Curve, Forecast, Snapshot
from rnn_tui.tui.plots.comparefigures import forecasts_ledger, losses_ledger
from rnn_tui.tui.plots.forecast import (
    USUAL,
    ForecastView,
    first_shown,
    index_of_timestep,
    names_of,
    time_at,
    to_numbers,
)
from rnn_tui.tui.plots.ledger import divide
from rnn_tui.tui.plots.loss import LossView, smoothed
from rnn_tui.tui.plots.milestones import mark_steps
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, fit_words, say, to_strips
from rnn_tui.tui.plots.timesteps import timestep_axis
from rnn_tui.tui.plots.words import significant

USUAL_LOSS = LossView()
GROWTH = 1.02
"""By how much the axis of steps grows at a time."""
AROUND_READING = 4
"""Columns of the frame that the reading below a chart does not have."""
RECENT = 0.25
"""Share of the run that counts as its last part."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How the line of one net is drawn."""

    ink: Ink
    symbol: str
    """What draws it in ASCII."""
    dot: str
    """What stands on it every few columns."""
    dot_from: int = 4

    def label(self, name: str, frame: Frame) -> str:
        """Return a net's name with what its line looks like."""
        return f"{self.symbol if frame.look.ascii else f'{self.dot}━'} {name}"


PENS = (Pen(Ink.FIRST, ".", ""), Pen(Ink.SECOND, "o", "•"), Pen(Ink.MARK, "+", "×", 1))
"""Of the first net, the second, the third."""
Nets = Sequence[tuple[Snapshot, Pen]]


def nets_of(snapshot: Snapshot) -> Nets:
    """Return every net with its pen."""
    return tuple(zip(snapshot.nets, PENS, strict=False))


def _legend(nets: Nets, frame: Frame, *more: Word) -> tuple[Word, ...]:
    labels = (
        Word(pen.label(net.net, frame), pen.ink, pen.label(_cell(net), frame)) for net, pen in nets
    )
    return (*labels, *more)


def _cell(net: Snapshot) -> str:
    """Return a net's cell, which tells it apart where there is little room."""
    return net.net.partition(" ")[0]


def _measure(net: Snapshot, pen: Pen, text: str, short: str | None = None) -> Word:
    """Return what is measured of a net."""
    return Word(f"{net.net} {text}", pen.ink, f"{_cell(net)} {short or text}")


def draw_losses(snapshot: Snapshot, frame: Frame, view: LossView = USUAL_LOSS) -> Picture:
    """Return the validation loss of every net over the steps, the best of each marked.

    Recent is the last quarter of the run.
    """
    nets = nets_of(snapshot)
    legend = _legend(nets, frame, Word(f"(validation, {view.word[1:]}", short="validation"))
    low = (1 - RECENT) * snapshot.step if view.recent else 0.0
    curves = [
        _since(low, net.history.validation_loss) for net in snapshot.nets if net.history is not None
    ]
    known = len(curves) == len(nets) and all(curve.step.size for curve in curves)
    if snapshot.history is None or not known:
        return Picture(say(frame, "waiting for the first validation"), legend)
    reading = _losses(nets, frame.width - AROUND_READING)
    drawn = [smoothed(curve.value) if view.smooth else curve.value for curve in curves]
    best = np.array([loss for net, _ in nets if (loss := net.best_validation_loss) is not None])
    y = fit_axis(*drawn, *((best,) if view.smooth else ()), scale=view.scale, margin=0.02)
    if y is None:
        return Picture(say(frame, "no loss so far is finite", ink=Ink.WARNING), legend, reading)
    last = max(float(snapshot.step), 2.0)
    end = last if view.recent else GROWTH ** math.ceil(math.log(last) / math.log(GROWTH))
    x = Axis(low, end, labels="count")
    series = [
        _series(curve.step.astype(np.float64), values, pen)
        for curve, values, (_, pen) in zip(curves, drawn, nets, strict=True)
    ]
    symbol = "X" if frame.look.ascii else "◆"
    marks = [
        Mark(net.best_step, net.best_validation_loss, symbol, pen.ink)
        for net, pen in nets
        if net.best_step is not None
        and net.best_step >= low
        and net.best_validation_loss is not None
    ]
    y = whole_decades(y, parts=10) if view.scale == "log" else y
    above, figures = divide(frame, lambda: losses_ledger([(net, pen.ink) for net, pen in nets]))
    columns = max(1, lay_out(Chart(x, y), above.width, above.height).width)
    foot, explained = mark_steps(snapshot.history, x, y, columns, plain=frame.look.ascii)
    chart = Chart(x, y, tuple(reversed(series)), marks=(*foot, *marks), x_name="step")
    return Picture((*_strips(chart, above), *figures), (*legend, *explained), reading)


def _losses(nets: Nets, room: int) -> tuple[Word, ...]:
    """Return the best validation loss of every net, by which they are ranked.

    And its last one, where there is room for those of all nets.
    """
    known = [
        (net, pen, net.best_validation_loss, net.validation_loss)
        for net, pen in nets
        if net.best_validation_loss is not None and net.validation_loss is not None
    ]
    if not known:
        return ()
    lead = Word("best", short="")
    long = (
        lead,
        *(
            _measure(net, pen, f"{significant(best)}, now {significant(now)}")
            for net, pen, best, now in known
        ),
    )
    if [text for text, _ in fit_words(long, room)] == [word.text for word in long]:
        return long
    return (
        lead,
        *(
            _measure(net, pen, significant(best), significant(best, 2))
            for net, pen, best, _ in known
        ),
    )


def draw_forecasts(snapshot: Snapshot, frame: Frame, view: ForecastView = USUAL) -> Picture:
    """Return the series as an area, and what every net forecasts; or the errors of every net.

    Where all nets have free-running forecasts, these stand in the place of those one step ahead.
    """
    nets = nets_of(snapshot)
    forecasts = [net.forecast for net in snapshot.nets if net.forecast is not None]
    runs_free = bool(forecasts) and all(forecast.free is not None for forecast in forecasts)
    legend = _legend(nets, frame, _what(frame, forecasts, view, runs_free=runs_free))
    if len(forecasts) < len(nets) or not forecasts[0].time.size:
        return Picture(say(frame, "waiting for the first forecast"), legend)
    first = forecasts[0]
    cursor = index_of_timestep(snapshot, frame.cursor)
    shown = slice(first_shown(first, frame.width, cursor), None)
    time, actual = to_numbers(first.time)[shown], first.actual[shown]
    predicted = [_forecast_of(forecast)[shown] for forecast in forecasts]
    kept = [within_reach(actual, values) for values in predicted]
    if view.residuals:
        kept = [actual - values for values in kept]
        with np.errstate(over="ignore", invalid="ignore"):
            predicted = [actual - values for values in predicted]
        actual = np.zeros_like(actual)
    dates = np.issubdtype(first.time.dtype, np.datetime64)
    x = fit_axis(time, labels="date" if dates else "number")
    y = fit_axis(actual, *kept, margin=0.02)
    reading = _errors(nets) if cursor is None else _values_at(nets, first, cursor)
    if x is None or y is None:
        return Picture(say(frame, "no finite value to show", ink=Ink.WARNING), legend, reading)
    above, figures = divide(frame, lambda: forecasts_ledger([(net, pen.ink) for net, pen in nets]))
    room = (y.high - y.low) / (above.height - 2) if above.height >= 5 else 0.0
    parts = _parts(first, x)
    chart = Chart(
        x,
        Axis(y.low, y.high + room),
        tuple(
            _series(time, values, pen)
            for values, (_, pen) in reversed(list(zip(predicted, nets, strict=True)))
        ),
        areas=() if view.residuals else (Area(time, np.full_like(actual, y.low), actual),),
        rules=(
            *(Rule(part.start) for part in parts[1:]),
            *((Rule(0.0, upright=False),) if view.residuals else ()),
        ),
        regions=parts,
        x_name=first.time_name,
        cursor=None
        if cursor is None
        else Cursor(to_numbers(first.time)[cursor], time_at(first, cursor)),
    )
    return Picture((*_strips(chart, above), *figures), legend, reading)


def _what(
    frame: Frame, forecasts: Sequence[Forecast], view: ForecastView, *, runs_free: bool
) -> Word:
    """Return what the lines are drawn against, and of which kind of forecast they are."""
    area = ":" if frame.look.ascii else "▄"
    name, short = names_of(forecasts[0] if forecasts else None)
    is_named = short != name
    text = f"errors{f' of {name}' if is_named else ''}" if view.residuals else f"{area} {name}"
    return Word(f"{text}, free-running" if runs_free else text, short=short if is_named else "")


def _forecast_of(forecast: Forecast) -> Floats:
    """Return what is forecast: by itself alone where that is known, else one step ahead."""
    if forecast.free is None:
        return forecast.predicted
    return np.where(np.isfinite(forecast.free), forecast.free, forecast.predicted)


def draw_gradients(snapshot: Snapshot, frame: Frame) -> Picture:
    """Return ‖∂L/∂h_t‖ of every net in the last training step, on one scale."""
    nets = nets_of(snapshot)
    legend = _legend(nets, frame, Word("|dL/dh|" if frame.look.ascii else "‖∂L/∂h‖", short=""))
    flows = [net.gradient.hidden for net in snapshot.nets if net.gradient is not None]
    if len(flows) < len(nets) or not all(flow.size for flow in flows):
        return Picture(say(frame, "waiting for the first step"), legend)
    T = len(flows[0])
    cursor = frame.cursor if frame.cursor and frame.cursor <= T else None
    reading = tuple(
        _reach(net, pen, flow)
        if cursor is None
        else _measure(net, pen, _norm(float(flow[cursor - 1])), _short(float(flow[cursor - 1])))
        for flow, (net, pen) in zip(flows, nets, strict=True)
    )
    lead = Word("reaches back", short="")
    if cursor is not None:
        lead = Word(f"t {cursor}", Ink.MARK, "")
    reading = (lead, *reading)
    y = fit_axis(*flows, scale="log")
    if y is None:
        return Picture(say(frame, "no gradient at all", ink=Ink.WARNING), legend, reading)
    t = np.arange(1.0, T + 1)
    chart = Chart(
        timestep_axis(T),
        whole_decades(y),
        tuple(
            _series(t, flow, pen)
            for flow, (_, pen) in reversed(list(zip(flows, nets, strict=True)))
        ),
        x_name="t",
        cursor=None if cursor is None else Cursor(float(cursor), str(cursor)),
    )
    layout = lay_out(chart, frame.width, frame.height)
    return Picture(_strips(chart, frame), legend, reading, Span(layout.left, layout.width, T))


def within_reach(actual: Floats, predicted: Floats) -> Floats:
    """Return the predictions that may widen the axis: a wild one must not flatten the truth."""
    known = actual[np.isfinite(actual)]
    if not known.size:
        return predicted
    low, high = np.clip((known.min(), known.max()), -LARGEST / 10, LARGEST / 10)
    room = (high - low) or 1.0
    return np.clip(predicted, low - room / 2, high + room / 2)


def _since(step: float, curve: Curve) -> Curve:
    """Return the part of a curve from a step on."""
    kept = curve.step >= step
    return Curve(curve.step[kept], curve.value[kept], curve.low[kept], curve.high[kept])


def _series(x: Floats, y: Floats, pen: Pen) -> Series:
    return Series(
        x, y, pen.ink, pen.symbol, dotted=bool(pen.dot), dot=pen.dot or "•", dot_from=pen.dot_from
    )


def _strips(chart: Chart, frame: Frame) -> tuple[Strip, ...]:
    return to_strips(draw(chart, frame.width, frame.height, frame.look.glyphs), frame.look)


def _parts(forecast: Forecast, x: Axis) -> tuple[Region, ...]:
    """Return training, validation and test part."""
    time = to_numbers(forecast.time)
    ends = (0, forecast.validation_start, forecast.test_start, len(time))
    names = ((Paper.NONE, "train"), (Paper.FIRST, "validation"), (Paper.SECOND, "test"))
    return tuple(
        Region(float(time[start]), float(time[stop]) if stop < len(time) else x.high, paper, name)
        for (paper, name), start, stop in zip(names, ends, ends[1:], strict=False)
        if start < stop
    )


def _errors(nets: Nets) -> tuple[Word, ...]:
    """Return the RMSE of every net: on the test part once there is one, else on validation."""
    ended = all("model" in net.final_scores for net, _ in nets)
    part = "test" if ended else "val"
    words = []
    for net, pen in nets:
        rmse = net.final_scores["model"].rmse if ended else net.validation_rmse
        if rmse is not None:
            words.append(_measure(net, pen, significant(rmse)))
    first = nets[0][0]
    baselines = first.final_scores if ended else first.baselines
    if baselines and "naive" in baselines:
        words.append(Word(f"naive {significant(baselines['naive'].rmse)}"))
    return (Word(f"{part} RMSE", short=""), *words) if words else ()


def _values_at(nets: Nets, first: Forecast, index: int) -> tuple[Word, ...]:
    name = f"{first.time_name} {time_at(first, index)}".strip()
    words = [Word(name, Ink.MARK, time_at(first, index))]
    for net, pen in nets:
        value = float(net.forecast.predicted[index]) if net.forecast else math.nan
        known = not math.isnan(value)
        text, short = (significant(value), significant(value, 2)) if known else ("not yet", "-")
        words.append(_measure(net, pen, text, short))
    actual = significant(float(first.actual[index]))
    return (*words, Word(f"actual {actual}", short=f"act {actual}"))


def _reach(net: Snapshot, pen: Pen, flow: Floats) -> Word:
    return _measure(net, pen, f"{memory_horizon(flow)}/{len(flow)}")


def _norm(value: float) -> str:
    return "underflow" if value == 0 else significant(value)


def _short(value: float) -> str:
    """Return a norm with one digit, as in 3e-5."""
    if value == 0 or not np.isfinite(value):
        return significant(value)
    digit, _, power = f"{value:.0e}".partition("e")
    return f"{digit}e{int(power)}"
