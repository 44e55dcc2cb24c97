"""Marks along the axis of steps: epochs, learning rates, and what else befell the run."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_tui.axes import Axis
from rnn_tui.cells import Ink
from rnn_tui.charts import Mark, column_of
from rnn_tui.training.snapshot import Happened, Happening, HistoryView, Marks
from rnn_tui.tui.plots.picture import Word

COLUMNS_APART = 6
"""From one epoch's mark to the next, at least."""
EPOCH, ASCII_EPOCH = "╵", "'"
UP, DOWN, ASCII_UP, ASCII_DOWN = "▴", "▾", "^", "v"
SIGNS: Mapping[Happening, tuple[str, str]] = {
    Happening.CLIP: ("C", "clip"),
    Happening.BATCH: ("B", "batch"),
    Happening.OPTIMIZER: ("O", "optimizer"),
    Happening.SAVED: ("W", "written"),
    Happening.GOAL: ("U", "goal"),
    Happening.GRADIENT: ("!", "gradient lost"),
}
"""What stands for it at the foot of a chart, and what it is called there."""
ASIDE = 3
"""Columns that a sign may stand beside its place where another has it already."""


def mark_steps(
    history: HistoryView, x: Axis, y: Axis, columns: int, *, plain: bool
) -> tuple[tuple[Mark, ...], tuple[Word, ...]]:
    """Return marks at the foot of a chart, and the words that explain those that there are.

    Parameters
    ----------
    columns
        Of the chart's canvas: epochs are thinned out until their marks stand apart.
    plain
        Whether only ASCII can be shown.
    """
    stride, epochs = thin_out(_within(history.epochs, x), x, columns)
    rates = _within(_changes(history.rates), x)
    seen = [happened for happened in history.happened if x.low <= happened.step <= x.high]
    symbol = ASCII_EPOCH if plain else EPOCH
    up, down = (ASCII_UP, ASCII_DOWN) if plain else (UP, DOWN)
    foot = dict.fromkeys(_columns(epochs.step, x, columns), (symbol, Ink.LABEL))
    signs = _place_signs(seen, x, columns)
    for column, rise in zip(_columns(rates.step, x, columns), rates.value.tolist(), strict=True):
        arrow = up if rise > 1 else down
        foot[_free(column, signs, columns)] = (arrow, Ink.MARK)
    marks = tuple(
        Mark(_middle(column, x, columns), y.low, glyph, ink)
        for column, (glyph, ink) in (foot | signs).items()
    )
    words = []
    if epochs.step.size:
        every = f"every {stride:,} epochs" if stride > 1 else "epochs"
        words.append(Word(f"{symbol} {every}", short=""))
    if rates.step.size:
        words.append(Word(f"{up}{down} learning rate", Ink.MARK, ""))
    kinds = {happened.kind for happened in seen}
    words += [
        Word(" ".join(SIGNS[kind]), _ink(kind), short="") for kind in Happening if kind in kinds
    ]
    return marks, tuple(words)


def _place_signs(happened: Sequence[Happened], x: Axis, columns: int) -> dict[int, tuple[str, Ink]]:
    """Return the columns of the signs, the latest in its place, others beside it if need be."""
    signs: dict[int, tuple[str, Ink]] = {}
    steps = np.array([one.step for one in happened], np.int64)
    for column, one in reversed(list(zip(_columns(steps, x, columns), happened, strict=True))):
        sign = (SIGNS[one.kind][0], _ink(one.kind))
        if signs.get(column) != sign:
            signs.setdefault(_free(column, signs, columns), sign)
    return signs


def _free(column: int, taken: Iterable[int], columns: int) -> int:
    """Return the nearest column that is not taken, to the left first; itself where none is."""
    occupied = set(taken)
    for aside in range(ASIDE + 1):
        for place in (column - aside, column + aside):
            if 0 <= place < columns and place not in occupied:
                return place
    return column


def _ink(kind: Happening) -> Ink:
    return Ink.WARNING if kind is Happening.GRADIENT else Ink.MARK


def _columns(steps: NDArray[np.int64], x: Axis, columns: int) -> list[int]:
    return [column_of(place, columns) for place in x.positions(steps).tolist()]


def _middle(column: int, x: Axis, columns: int) -> float:
    """Return the step in the middle of a column."""
    return x.low + (column + 0.5) / columns * (x.high - x.low)


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
