"""The backward pass of a walk: how much gradient arrives at every timestep, and from where."""

from collections.abc import Iterator

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.axes import Axis, fit_axis, whole_decades
from rnn_tui.cells import Cells, Ink
from rnn_tui.charts import Chart, Cursor, Floats, Mark, Rule, Series, draw, lay_out
from rnn_tui.gradients.walk import Walk
from rnn_tui.tui.plots.gradient import REACH
from rnn_tui.tui.plots.heatmap import draw_cursor, draw_heat_map
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, say, to_strips
from rnn_tui.tui.plots.timesteps import column_of_timestep, timestep_axis
from rnn_tui.tui.plots.tracks import LEFT, columns_until
from rnn_tui.tui.plots.words import percent, significant
from rnn_tui.tui.walk.player import Phase, Position
from rnn_tui.tui.walk.tale import magnitude

LEAST_DECADES, MOST_DECADES = 2.0, 16.0
"""Powers of ten below the largest |dh| that its map tells from nothing."""
LEAST_FOR_MAP = 11
MARKS_AT_MOST = 3
"""Columns for which one mark of what comes from above may stand, else they run together."""


def draw_arrivals(walk: Walk, position: Position, frame: Frame) -> Picture:
    """Return ‖dh_t‖ and ‖dc_t‖ of the timesteps that the gradient has reached."""
    legend = _legend(walk, frame)
    norms = [walk.hidden.total] if walk.state is None else [walk.hidden.total, walk.state.total]
    y = fit_axis(*norms, walk.hidden.here, scale="log")
    if y is None:
        return Picture(say(frame, "no gradient at all", ink=Ink.WARNING), legend)
    y = whole_decades(y)
    above = max(2, frame.height // 4) if frame.height >= LEAST_FOR_MAP else 0
    height = frame.height - above
    chart = _chart(walk, position, y, norms, frame)
    margin = lay_out(chart, frame.width, height).left
    left = max(LEFT, margin) if margin and frame.width >= 2 * LEFT else margin
    width = frame.width - left
    cells = draw(chart, width + margin, height, frame.look.glyphs)
    shift = Strip([Segment(" " * (left - margin), frame.look.style())], left - margin)
    plot = [Strip.join((shift, row)) for row in to_strips(cells, frame.look)]
    rows = [*_map(walk, position, left, width, above, frame), *plot]
    if position.phase in {Phase.FORWARD, Phase.LOSS}:
        rows = _with_words(rows, position, left, frame)
    return Picture(tuple(rows), legend, _reading(walk, position), Span(left, width, walk.T))


def _chart(walk: Walk, position: Position, y: Axis, norms: list[Floats], frame: Frame) -> Chart:
    reached = slice(position.reached - 1, None)
    t = np.arange(1.0, walk.T + 1)
    series = [
        Series(t[reached], norm[reached], ink, symbol, dotted=ink is Ink.SECOND)
        for norm, ink, symbol in zip(norms, (Ink.FIRST, Ink.SECOND), ".o", strict=False)
    ]
    marks = [*_readouts(walk, position, frame), *_trouble(walk, position, y, frame)]
    last = float(walk.hidden.total[-1])
    known = position.reached <= walk.T and np.isfinite(last) and last > 0
    rule = Rule(REACH * last, upright=False, name=f"{percent(REACH)} of the last")
    return Chart(
        timestep_axis(walk.T),
        y,
        tuple(reversed(series)),
        marks=tuple(marks),
        rules=(rule,) if known else (),
        x_name="t",
        cursor=Cursor(float(position.t), str(position.t)),
    )


def _readouts(walk: Walk, position: Position, frame: Frame) -> Iterator[Mark]:
    """Yield a mark for what comes from above at each timestep, where they do not run together."""
    first = walk.first if walk.is_last else 0
    every = max(1, MARKS_AT_MOST * (walk.T - first) // max(1, frame.width))
    symbol = "X" if frame.look.ascii else "◆"
    for index in range(walk.T - 1, max(position.reached - 1, first) - 1, -every):
        here = float(walk.hidden.here[index])
        if here > 0:
            yield Mark(index + 1.0, here, symbol, Ink.MARK)


def _trouble(walk: Walk, position: Position, y: Axis, frame: Frame) -> Iterator[Mark]:
    """Yield marks at the edges, where a norm is 0 or not finite."""
    down, up = ("v", "^") if frame.look.ascii else ("▾", "▴")
    for index in range(position.reached - 1, walk.T):
        total = walk.hidden.total[index]
        if total == 0:
            yield Mark(index + 1.0, y.low, down, Ink.WARNING)
        elif not np.isfinite(total):
            yield Mark(index + 1.0, y.high, up, Ink.WARNING)


def _map(
    walk: Walk, position: Position, left: int, width: int, height: int, frame: Frame
) -> list[Strip]:
    """Return log |dh| of every unit, from the right as far as the gradient has come."""
    if not height or not width:
        return [Strip([], 0)] * height
    rows = draw_heat_map(_log_shares(walk.dh), width, height, frame.look, diverging=False)
    unknown = columns_until(position.reached - 1, walk.T, width)
    blank = Strip([Segment(" " * unknown, frame.look.style())], unknown)
    rows = [Strip.join((blank, row.crop(unknown))) for row in rows]
    rows = draw_cursor(rows, column_of_timestep(position.t, walk.T, width), frame.look)
    names = Cells.blank(left, height)
    names.write((height - 1) // 2, left - 6, frame.look.text("|dh|"), Ink.LABEL)
    names.glyph[:, left - 1 :] = "|" if frame.look.ascii else "│"
    names.ink[:, left - 1 :] = Ink.AXIS
    return [Strip.join(pair) for pair in zip(to_strips(names, frame.look), rows, strict=True)]


def _log_shares(dh: Floats) -> Floats:
    """Return where log |dh| of (T, H) lies between what the weakest timestep has and the most."""
    sizes = np.abs(dh.T)
    with np.errstate(all="ignore"):
        most = np.max(sizes, initial=0.0, where=np.isfinite(sizes)) or 1.0
        logs = np.log10(sizes / most)
        means = np.log10(np.mean(sizes, axis=0) / most)
    least = float(np.min(means, initial=-LEAST_DECADES, where=np.isfinite(means)))
    shares = 1 - logs / max(least, -MOST_DECADES)
    return np.clip(np.nan_to_num(shares, nan=1.0, posinf=1.0, neginf=0.0), 0, 1)


def _with_words(rows: list[Strip], position: Position, left: int, frame: Frame) -> list[Strip]:
    """Say in the empty plot what is to come."""
    text = "the gradient comes once the loss is known"
    if position.phase is Phase.LOSS:
        text = "now the gradient sets out from the right"
    text = frame.look.text(text)
    start, row = left + 2, len(rows) // 2
    if start + len(text) <= frame.width and 0 <= row < len(rows):
        words = Strip([Segment(text, frame.look.style(Ink.LABEL))], len(text))
        before, after = rows[row].crop(0, start), rows[row].crop(start + len(text))
        rows[row] = Strip.join((before, words, after))
    return rows


def _legend(walk: Walk, frame: Frame) -> tuple[Word, ...]:
    above = "readout" if walk.is_last else f"layer {walk.layer + 1}"
    if frame.look.ascii:
        words = [Word(". |dh|", Ink.FIRST), Word("o |dc|", Ink.SECOND)]
        words.append(Word(f"X {above}", Ink.MARK))
    else:
        words = [Word("━ ‖dh‖", Ink.FIRST), Word("•━ ‖dc‖", Ink.SECOND)]
        long = f"◆ from {'the ' if walk.is_last else ''}{above}"
        words.append(Word(long, Ink.MARK, f"◆ {above}"))
    return (words[0], words[2]) if walk.state is None else tuple(words)


def _reading(walk: Walk, position: Position) -> tuple[Word, ...]:
    """Return the norms at the timestep that the gradient has come to, and their parts."""
    if position.phase in {Phase.FORWARD, Phase.LOSS}:
        return ()
    index = position.t - 1
    hidden, state = walk.hidden, walk.state
    here, back = (magnitude(float(part[index])) for part in (hidden.here, hidden.back))
    above = "readout" if walk.is_last else f"layer {walk.layer + 1} sends"
    words = [
        Word(f"‖dh‖ {magnitude(float(hidden.total[index]))}", Ink.FIRST),
        Word(f"{above} {here}", Ink.MARK, "" if here == "0" else None),
    ]
    if position.t < walk.T:
        back += _times(float(hidden.factor[index]))
        words.append(Word(f"through time {back}", short=f"time {back}"))
    if state is not None:
        factor = _times(float(state.factor[index]))
        words.append(Word(f"‖dc‖ {magnitude(float(state.total[index]))}{factor}", Ink.SECOND))
    return tuple(words)


def _times(factor: float) -> str:
    return "" if np.isnan(factor) else f" ×{significant(factor, 2)}"
