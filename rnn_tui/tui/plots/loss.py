"""The loss over the steps of the run, the whole of it or its end."""

import math
from dataclasses import dataclass, replace

import numpy as np

from rnn_tui.axes import Axis, Scale, fit_axis, whole_decades
from rnn_tui.charts import Band, Chart, Floats, Ink, Mark, Rule, Series, draw, lay_out
from rnn_tui.training.snapshot import Curve, Snapshot
from rnn_tui.tui.plots.ledger import divide
from rnn_tui.tui.plots.lossfigures import GAP_ROWS, LEAST_FOR_GAP, draw_gap, gap_chart, loss_ledger
from rnn_tui.tui.plots.milestones import mark_steps
from rnn_tui.tui.plots.picture import Frame, Picture, Word, say, to_strips
from rnn_tui.tui.plots.words import significant

GROWTH = 1.02
"""By how much the axis of steps grows at a time: a line that stands still is drawn once."""
LINEAR_MARGIN = 0.02
SMOOTHED_SHARE = 0.1
"""Of what is shown, over which the smoothed loss is a mean."""


@dataclass(frozen=True, slots=True)
class LossView:
    """Which part of the run, and on which scale."""

    scale: Scale = "log"
    recent: bool = False
    """Whether only the last steps are shown, each one by itself."""
    smooth: bool = False
    """Whether the training loss is a running mean; the dots behind it stay as they are."""

    @property
    def word(self) -> str:
        """What it shows, for the frame."""
        parts = [self.scale, "recent" if self.recent else "whole run"]
        return f"({', '.join([*parts, 'smoothed'] if self.smooth else parts)})"


def draw_loss(snapshot: Snapshot, frame: Frame, view: LossView | None = None) -> Picture:
    """Return training and validation loss, with the best validation loss marked."""
    view = view or LossView()
    legend = _legend(frame, view)
    history = snapshot.history
    if history is None or not history.loss.step.size:
        return Picture(say(frame, "waiting for the first step"), legend)
    train = history.recent_loss if view.recent else history.loss
    validation = history.validation_loss
    x = _step_axis(train, recent=view.recent)
    seen = validation.value[validation.step >= x.low]
    y = fit_axis(train.low, train.high, seen, scale=view.scale, margin=LINEAR_MARGIN)
    reading = _reading(snapshot)
    if y is None:
        text = "no loss so far is finite" + (" and above zero" if view.scale == "log" else "")
        return Picture(say(frame, text, ink=Ink.WARNING), legend, reading)
    shown = Series(
        validation.step.astype(np.float64), validation.value, Ink.SECOND, "o", dotted=True
    )
    y = whole_decades(y, parts=10) if view.scale == "log" else y
    above, figures = divide(frame, lambda: loss_ledger(snapshot, history))
    has_gap = bool(figures) and above.height >= LEAST_FOR_GAP and validation.step.size > 1
    margin = 0
    if has_gap:
        gap, below = gap_chart(history, x), replace(frame, height=GAP_ROWS)
        above = replace(above, height=above.height - GAP_ROWS)
        margin = max(
            lay_out(Chart(x, y), above.width, above.height).left,
            lay_out(gap, below.width, below.height).left,
        )
        figures = (*draw_gap(replace(gap, margin=margin), below), *figures)
    columns = max(1, lay_out(Chart(x, y, margin=margin), above.width, above.height).width)
    marks, explained = mark_steps(history, x, y, columns, plain=frame.look.ascii)
    chart = Chart(
        x,
        y,
        (_training_series(train, x, frame.width, smooth=view.smooth), shown),
        bands=(Band(train.step.astype(np.float64), train.low, train.high),),
        marks=(*marks, *_best(snapshot, x, frame)),
        rules=_plumb(snapshot, x),
        x_name="step",
        margin=margin,
    )
    return Picture(
        (
            *to_strips(draw(chart, above.width, above.height, frame.look.glyphs), frame.look),
            *figures,
        ),
        (*legend, *explained),
        reading,
    )


def _step_axis(curve: Curve, *, recent: bool) -> Axis:
    """Return the axis of the steps; that of a whole run ends at most 2 % later and rarely moves."""
    first, last = float(curve.step[0]), float(curve.step[-1])
    if recent:
        return Axis(first, max(last, first + 1), labels="count")
    end = GROWTH ** math.ceil(math.log(max(last, first + 1, 2.0)) / math.log(GROWTH))
    return Axis(first, end, labels="count")


def _best(snapshot: Snapshot, x: Axis, frame: Frame) -> tuple[Mark, ...]:
    step, loss = snapshot.best_step, snapshot.best_validation_loss
    if step is None or loss is None or step < x.low:
        return ()
    return (Mark(step, loss, "X" if frame.look.ascii else "◆", Ink.MARK),)


def _plumb(snapshot: Snapshot, x: Axis) -> tuple[Rule, ...]:
    """Return the line on which the best step stands."""
    step = snapshot.best_step
    return () if step is None or step < x.low else (Rule(float(step)),)


def _training_series(curve: Curve, x: Axis, columns: int, *, smooth: bool) -> Series:
    """Return the curve itself, or its mean in every column where it is denser than columns."""
    step, value = curve.step.astype(np.float64), curve.value
    if len(step) > columns:
        step, value = _column_means(step, value, x, columns)
    return Series(step, smoothed(value) if smooth else value, Ink.FIRST, ".")


def smoothed(value: Floats) -> Floats:
    """Return the running geometric mean of `value`, shape (n,), over a tenth of it around each.

    Losses fall by powers of ten: their plain mean would be that of the largest. What is not finite
    or not above zero is left out; where there is nothing else, it is NaN.
    """
    half = max(1, round(SMOOTHED_SHARE * len(value) / 2))
    known = np.isfinite(value) & (value > 0)
    logs = np.log(np.where(known, value, 1.0))
    sums, counts = (np.concatenate(([0.0], np.cumsum(part))) for part in (logs, known * 1.0))
    place = np.arange(len(value))
    first, last = np.maximum(0, place - half), np.minimum(len(value), place + half + 1)
    with np.errstate(invalid="ignore"):
        means: Floats = np.exp((sums[last] - sums[first]) / (counts[last] - counts[first]))
    return means


def _column_means(step: Floats, value: Floats, x: Axis, columns: int) -> tuple[Floats, Floats]:
    column = np.minimum((x.positions(step) * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    counts = np.diff(np.append(starts, len(step)))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.add.reduceat(step, starts) / counts, np.add.reduceat(value, starts) / counts


def _legend(frame: Frame, view: LossView) -> tuple[Word, ...]:
    shown = Word(view.word, short="")
    if frame.look.ascii:
        return Word(". train", Ink.FIRST), Word("o validation", Ink.SECOND, "o val"), shown
    return (
        Word("━ train", Ink.FIRST),
        Word("•━ validation", Ink.SECOND, "•━ val"),
        shown,
        Word("◆ best", Ink.MARK, ""),
    )


def _reading(snapshot: Snapshot) -> tuple[Word, ...]:
    words = []
    if snapshot.loss is not None:
        number = significant(snapshot.loss)
        words.append(Word(f"train {number}", Ink.FIRST))
    if snapshot.validation_loss is not None:
        number = significant(snapshot.validation_loss)
        words.append(Word(f"validation {number}", Ink.SECOND, f"val {number}"))
    if snapshot.best_validation_loss is not None and snapshot.best_step is not None:
        number = significant(snapshot.best_validation_loss)
        words.append(Word(f"best {number} at {snapshot.best_step:,}", Ink.MARK, f"best {number}"))
    return tuple(words)
