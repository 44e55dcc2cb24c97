"""Marks along the axis of steps: where epochs begin, and where the learning rate has changed."""

import numpy as np

from rnn_tui.axes import Axis
from rnn_tui.cells import Ink
from rnn_tui.charts import Mark
from rnn_tui.training.snapshot import HistoryView, Marks
from rnn_tui.tui.plots.picture import Word

COLUMNS_APART = 6
"""From one epoch's mark to the next, at least."""
EPOCH, ASCII_EPOCH = "╵", "'"
UP, DOWN, ASCII_UP, ASCII_DOWN = "▴", "▾", "^", "v"


def mark_steps(
    history: HistoryView, x: Axis, y: Axis, columns: int, *, plain: bool
) -> tuple[tuple[Mark, ...], tuple[Word, ...]]:
    """Return marks at the foot of a chart, and the words that explain those that there are.

    Parameters
    ----------
    columns
        Of the chart: epochs are thinned out until their marks stand apart.
    plain
        Whether only ASCII can be shown.
    """
    stride, epochs = thin_out(_within(history.epochs, x), x, columns)
    rates = _within(_changes(history.rates), x)
    symbol = ASCII_EPOCH if plain else EPOCH
    up, down = (ASCII_UP, ASCII_DOWN) if plain else (UP, DOWN)
    marks = [Mark(float(step), y.low, symbol, Ink.LABEL) for step in epochs.step.tolist()]
    marks += [
        Mark(float(step), y.low, up if rise > 1 else down, Ink.MARK)
        for step, rise in zip(rates.step.tolist(), rates.value.tolist(), strict=True)
    ]
    words = []
    if epochs.step.size:
        every = f"every {stride:,} epochs" if stride > 1 else "epochs"
        words.append(Word(f"{symbol} {every}", short=""))
    if rates.step.size:
        words.append(Word(f"{up}{down} learning rate", Ink.MARK, ""))
    return tuple(marks), tuple(words)


def thin_out(epochs: Marks, x: Axis, columns: int) -> tuple[int, Marks]:
    """Return the epochs whose number 1, 2, 5, 10, … divides, so that they stand apart; and it."""
    if epochs.step.size < 2:
        return 1, epochs
    numbers = epochs.value
    span = float(np.diff(x.positions(epochs.step[[0, -1]].astype(np.float64)))[0])
    each = columns * span / max(1.0, float(numbers[-1] - numbers[0]))
    stride = 1
    while stride * each < COLUMNS_APART and stride < 1e15:
        stride = stride * 5 // 2 if str(stride).startswith("2") else stride * 2
    kept = numbers % stride == 0
    return stride, Marks(epochs.step[kept], numbers[kept])


def _changes(rates: Marks) -> Marks:
    """Return the changes, each with the factor by which the rate went up or down."""
    return Marks(rates.step[1:], rates.value[1:] / rates.value[:-1])


def _within(marks: Marks, x: Axis) -> Marks:
    inside = (marks.step >= x.low) & (marks.step <= x.high)
    return Marks(marks.step[inside], marks.value[inside])
