"""How much gradient reached every timestep, on a log scale."""

import numpy as np

from rnn_tui.axes import Axis, fit_axis, whole_decades
from rnn_tui.charts import Chart, Cursor, Floats, Ink, Mark, Rule, Series, draw, lay_out
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.snapshot import GradientFlow, Snapshot
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, say, to_strips
from rnn_tui.tui.plots.timesteps import timestep_axis
from rnn_tui.tui.plots.words import percent, significant

REACH = 0.01
"""Share of the last timestep's norm that still counts as reaching."""


def draw_gradient(snapshot: Snapshot, frame: Frame) -> Picture:
    """Return ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ over t, with the reach of the former."""
    flow = snapshot.gradient
    if flow is None or not flow.hidden.size:
        return Picture(say(frame, "waiting for the first step"), _legend(frame, cell=False))
    legend = _legend(frame, cell=flow.cell is not None)
    T = len(flow.hidden)
    cursor = frame.cursor if frame.cursor and frame.cursor <= T else None
    reading = describe(flow) if cursor is None else _read_out(flow, cursor)
    norms = [flow.hidden] if flow.cell is None else [flow.hidden, flow.cell]
    y = fit_axis(*norms, scale="log")
    if y is None:
        return Picture(say(frame, describe(flow)[0].text, ink=Ink.WARNING), legend, reading)
    t = np.arange(1.0, T + 1)
    series = [
        Series(t, norm, ink, symbol, dotted=ink is Ink.SECOND)
        for norm, ink, symbol in zip(norms, (Ink.FIRST, Ink.SECOND), ".o", strict=False)
    ]
    chart = Chart(
        timestep_axis(T),
        whole_decades(y),
        tuple(reversed(series)),
        marks=_marks(t, flow.hidden, y, frame),
        rules=_rules(flow.hidden, T),
        x_name="t",
        cursor=None if cursor is None else Cursor(float(cursor), str(cursor)),
    )
    cells = draw(chart, frame.width, frame.height, frame.look.glyphs)
    layout = lay_out(chart, frame.width, frame.height)
    span = Span(layout.left, layout.width, T)
    return Picture(to_strips(cells, frame.look), legend, reading, span)


def describe(flow: GradientFlow) -> tuple[Word, ...]:
    """Return in words how far ‖∂L/∂h_t‖ reaches back, and where it left what floats can hold."""
    norm, T = flow.hidden, len(flow.hidden)
    trouble = _trouble(norm)
    last = norm[-1]
    if not np.isfinite(last) or last == 0:
        return trouble
    lag = memory_horizon(norm, threshold=REACH)
    if lag == T - 1:
        reach = f"reaches back to the first of {T} steps"
        word = Word(reach, Ink.FIRST, f"reaches all {T} steps")
    else:
        word = Word(f"reaches back {lag} of {T} steps", Ink.FIRST)
    return (word, *trouble, Word("total derivative, log scale", short="total"))


def _read_out(flow: GradientFlow, t: int) -> tuple[Word, ...]:
    """Return the norms at timestep t, and the share of the last one that they are."""
    norm, last = float(flow.hidden[t - 1]), float(flow.hidden[-1])
    words = [Word(f"t {t}", Ink.MARK), Word(f"∂h {_norm(norm)}", Ink.FIRST)]
    if flow.cell is not None:
        words.append(Word(f"∂c {_norm(float(flow.cell[t - 1]))}", Ink.SECOND))
    share = norm / last if last > 0 and np.isfinite(last) and np.isfinite(norm) else None
    if share is not None and np.isfinite(share):
        words.append(Word(f"{significant(100 * share)} % of the last", short=""))
    return tuple(words)


def _norm(value: float) -> str:
    return "underflow" if value == 0 else significant(value)


def _trouble(norm: Floats) -> tuple[Word, ...]:
    words = []
    for name, where in (
        ("not a number", np.isnan(norm)),
        ("overflow", np.isinf(norm)),
        ("underflow", norm == 0),
    ):
        if where.any():
            latest = int(np.flatnonzero(where)[-1]) + 1
            words.append(
                Word(
                    f"{name} at t ≤ {latest}"
                    if where[:latest].all()
                    else f"{name} at t = {latest}",
                    Ink.WARNING,
                    name,
                )
            )
    return tuple(words)


def _marks(t: Floats, norm: Floats, y: Axis, frame: Frame) -> tuple[Mark, ...]:
    down, up = ("v", "^") if frame.look.ascii else ("▾", "▴")
    under = [Mark(at, y.low, down, Ink.WARNING) for at in t[norm == 0].tolist()]
    over = [Mark(at, y.high, up, Ink.WARNING) for at in t[~np.isfinite(norm)].tolist()]
    return (*under, *over)


def _rules(norm: Floats, T: int) -> tuple[Rule, ...]:
    """Return the threshold of reach, and the timestep where it ends."""
    last = float(norm[-1])
    if not np.isfinite(last) or last == 0:
        return ()
    return (
        Rule(REACH * last, upright=False, name=f"{percent(REACH)} of the last"),
        Rule(float(T - memory_horizon(norm, threshold=REACH))),
    )


def _legend(frame: Frame, *, cell: bool) -> tuple[Word, ...]:
    if frame.look.ascii:
        words = [Word(". |dL/dh|", Ink.FIRST), Word("o |dL/dc|", Ink.SECOND)]
    else:
        words = [Word("━ ‖∂L/∂h‖", Ink.FIRST, "━ ∂h"), Word("•━ ‖∂L/∂c‖", Ink.SECOND, "•━ ∂c")]
    return tuple(words if cell else words[:1])
