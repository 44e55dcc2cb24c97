"""What stands below a loss that has the whole screen: both losses, their gap, the settings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from textual.strip import Strip

from rnn_tui.axes import Axis, fit_axis
from rnn_tui.cells import Ink
from rnn_tui.charts import Chart, Floats, Rule, Series, draw
from rnn_tui.training.snapshot import Curve, HistoryView, Snapshot
from rnn_tui.tui.plots.ledger import Ledger, Row, figures
from rnn_tui.tui.plots.milestones import SIGNS
from rnn_tui.tui.plots.picture import Frame, Word, to_strips
from rnn_tui.tui.plots.words import percent, rate, significant

TENTH = 0.1
"""Share of the run that counts as its last part."""
LEAST_FOR_GAP = 26
"""Rows from which on the gap has a chart of its own below."""
GAP_ROWS = 8
SMOOTHED_FOR_GAP = 0.02
HEADINGS = ("now", "mean", "change", "lowest", "at step")
MOST_HAPPENED = 12
GAP_NAME = "validation / train"
MANY_TIMES = 9.0
"""From such a share on a rise is told as a factor."""
LARGEST_GROWTH = 100.0
"""Beyond it a change is no number to read."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a loss goes at the end of the run; NaN where a figure is not defined."""

    mean: float
    """Geometric: losses fall by powers of ten."""
    growth: float
    """By how much its logarithm has risen, by the straight line through it."""


def loss_ledger(snapshot: Snapshot, history: HistoryView) -> Ledger:
    """Return both losses now, lately and at their lowest, what they are learned with, and when."""
    train, validation = (
        course_of(c, snapshot.step) for c in (history.loss, history.validation_loss)
    )
    lowest, at = _lowest(history.loss)
    best = snapshot.best_validation_loss
    table = (
        figures(Word("loss"), *HEADINGS, ink=Ink.LABEL),
        figures(
            Word("train", Ink.FIRST),
            _figure(snapshot.loss),
            _figure(train.mean),
            _change(train.growth),
            _figure(lowest),
            f"{at:,}",
        ),
        figures(
            Word("validation", Ink.SECOND),
            _figure(snapshot.validation_loss),
            _figure(validation.mean),
            _change(validation.growth),
            _figure(best),
            "-" if snapshot.best_step is None or best is None else f"{snapshot.best_step:,}",
        ),
        _gap_row(history, snapshot, train, validation),
    )
    return Ledger(table, (tuple(_settings(snapshot)), tuple(_happened(history)), _last(snapshot)))


def course_of(curve: Curve, step: int) -> Course:
    """Return how a loss goes in the last tenth of the steps up to `step`."""
    seen = (curve.step > (1 - TENTH) * step) & np.isfinite(curve.value) & (curve.value > 0)
    if not seen.any():
        return Course(math.nan, math.nan)
    steps, logs = curve.step[seen].astype(np.float64), np.log(curve.value[seen])
    mean = float(np.exp(np.mean(logs)))
    if len(steps) < 3:
        return Course(mean, math.nan)
    off = steps - np.mean(steps)
    slope = float(np.sum(off * logs) / np.sum(off**2))
    return Course(mean, slope * float(steps[-1] - steps[0]))


def gap_at(train: Curve, steps: Floats, losses: Floats) -> Floats:
    """Return how many times the smoothed training loss the losses at some steps are, (n,)."""
    known = np.isfinite(train.value) & (train.value > 0)
    if not known.any():
        return np.full(len(steps), np.nan)
    logs = np.log(train.value[known])
    half = max(1, round(SMOOTHED_FOR_GAP * len(logs) / 2))
    sums = np.concatenate(([0.0], np.cumsum(logs)))
    place = np.arange(len(logs))
    first, last = np.maximum(0, place - half), np.minimum(len(logs), place + half + 1)
    means = (sums[last] - sums[first]) / (last - first)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        trained = np.exp(np.interp(steps, train.step[known].astype(np.float64), means))
        gap: Floats = losses / trained
    return gap


def gap_curve(history: HistoryView) -> tuple[Floats, Floats]:
    """Return validation loss / smoothed training loss over the steps that were validated."""
    validation = history.validation_loss
    steps = validation.step.astype(np.float64)
    return steps, gap_at(history.loss, steps, validation.value)


def gap_chart(history: HistoryView, x: Axis) -> Chart:
    """Return the chart of how many times the training loss the validation loss is."""
    steps, gap = gap_curve(history)
    y = fit_axis(gap[steps >= x.low], np.array([1.0]), scale="log")
    if y is None:
        return Chart(x, Axis(0.5, 2.0))
    return Chart(
        x,
        Axis(y.low / 1.05, y.high * 1.05, scale="log"),
        (Series(steps, gap, Ink.SECOND, "o"),),
        rules=(Rule(1.0, upright=False, name="validation = train"),),
        x_name="step",
    )


def draw_gap(chart: Chart, frame: Frame) -> tuple[Strip, ...]:
    """Return what `gap_chart` has, with its name."""
    cells = draw(chart, frame.width, frame.height, frame.look.glyphs)
    if chart.series:
        cells.write(0, frame.width - len(GAP_NAME) - 1, GAP_NAME, Ink.LABEL)
    return to_strips(cells, frame.look)


def _gap_row(history: HistoryView, snapshot: Snapshot, train: Course, validation: Course) -> Row:
    _, gap = gap_curve(history)
    now = gap[-1] if gap.size else math.nan
    best, step = snapshot.best_validation_loss, snapshot.best_step
    at_best = math.nan
    if best is not None and step is not None:
        at_best = float(gap_at(history.loss, np.array([float(step)]), np.array([best]))[0])
    return figures(
        Word(GAP_NAME),
        _times(float(now)),
        _times(validation.mean / train.mean if train.mean else math.nan),
        _change(validation.growth - train.growth),
        _times(at_best),
        "-" if math.isnan(at_best) else "at the best",
    )


def _settings(snapshot: Snapshot) -> Iterator[Word]:
    now, told = snapshot.learning_rate, snapshot.set_learning_rate
    yield Word(f"rate {rate(now)}" + (f" of {rate(told)}" if told != now else ""), Ink.NONE)
    lately = snapshot.clipped_lately
    if snapshot.gradient_norm is not None:
        yield Word(f"gradient {significant(snapshot.gradient_norm)}", Ink.NONE)
    if snapshot.clip > 0:
        text = f"clip {snapshot.clip:g}, {percent(lately.share)} of the last {lately.steps:,} steps"
        yield Word(text, Ink.NONE, f"clip {snapshot.clip:g} ({percent(lately.share)})")
    yield Word(f"batch {snapshot.batch_size:,}", Ink.NONE)
    yield Word(snapshot.optimizer, Ink.NONE)


def _happened(history: HistoryView) -> Iterator[Word]:
    """Yield what befell the run, the latest first."""
    for one in reversed(history.happened[-MOST_HAPPENED:]):
        sign, name = SIGNS[one.kind]
        yield Word(f"{sign} {one.step:,} {name} {one.text}", Ink.MARK, f"{sign} {one.step:,}")


def _last(snapshot: Snapshot) -> Row:
    steps = snapshot.step - int((1 - TENTH) * snapshot.step)
    return (Word(f"mean and change: over the last {steps:,} steps, a tenth of the run"),)


def _lowest(curve: Curve) -> tuple[float, int]:
    known = np.where(np.isfinite(curve.value), curve.value, np.inf)
    place = int(np.argmin(known))
    return float(known[place]), int(curve.step[place])


def _figure(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else significant(value)


def _times(value: float) -> str:
    return "-" if math.isnan(value) else f"×{significant(value)}"


def _change(growth: float) -> str:
    """Return the share by which something has risen whose logarithm has by `growth`."""
    if not growth < LARGEST_GROWTH:
        return "-"
    share = math.expm1(growth)
    if share >= MANY_TIMES:
        return f"×{significant(1 + share)}"
    return f"{'−' if share < 0 else '+'}{significant(abs(100 * share), 2)} %"
