"""How much gradient reached every timestep, on a log scale."""

from dataclasses import replace

import numpy as np
from textual.strip import Strip

from rnn_tui.axes import Axis, fit_axis, whole_decades
from rnn_tui.charts import Band, Chart, Cursor, Floats, Ink, Mark, Rule, Series, draw, lay_out
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.snapshot import GradientFlow, Snapshot
from rnn_tui.tui.plots.picture import Frame, Picture, Span, Word, say, to_strips
from rnn_tui.tui.plots.timesteps import timestep_axis
from rnn_tui.tui.plots.words import percent, significant

LEAST_FOR_NORMS = (60, 24)
"""From here on the norm over all weights has a place of its own below."""
NORM_ROWS = 9
CELL_LETTERS = "abc"
"""What draws ‖∂L/∂c‖ of the first, second, third layer in ASCII, where no number fits."""
OFTEN = 0.5
"""Share of clipped steps that is worth a warning."""
REACH = 0.01
"""Share of the last timestep's norm that still counts as reaching."""


def draw_gradient(snapshot: Snapshot, frame: Frame, past: tuple[GradientFlow, ...] = ()) -> Picture:
    """Return ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ over t, with the reach of the former.

    Parameters
    ----------
    past
        What reached the timesteps of earlier steps; it is drawn faintly behind.
    """
    flow = snapshot.gradient
    if flow is None or not flow.hidden.size:
        return Picture(say(frame, "waiting for the first step"), _legend(frame))
    is_large = frame.width >= LEAST_FOR_NORMS[0] and frame.height >= LEAST_FOR_NORMS[1]
    legend = _legend(frame, flow, past=bool(past), cells_below=is_large)
    cursor = frame.cursor if frame.cursor and frame.cursor <= len(flow.hidden) else None
    if cursor is None:
        reading = _summary(snapshot, flow)
    else:
        reading = _read_out(flow, cursor, cells_below=is_large)
    norms = [layer.hidden for layer in flow.layers]
    with_cells = flow.layers if is_large else (flow,)
    norms += [layer.cell for layer in with_cells if layer.cell is not None]
    past = tuple(old for old in past if len(old.hidden) == len(flow.hidden))
    y = fit_axis(*norms, *(old.hidden for old in past), scale="log")
    if y is None:
        return Picture(say(frame, describe(flow)[0].text, ink=Ink.WARNING), legend, reading)
    above = replace(frame, height=frame.height - NORM_ROWS) if is_large else frame
    chart = _chart(flow, past, whole_decades(y), cursor, above, cells_below=is_large)
    rows = to_strips(draw(chart, above.width, above.height, frame.look.glyphs), frame.look)
    layout = lay_out(chart, above.width, above.height)
    if is_large:
        rows = (*rows, *draw_norms(snapshot, replace(frame, height=NORM_ROWS)))
    return Picture(rows, legend, reading, Span(layout.left, layout.width, len(flow.hidden)))


def _chart(
    flow: GradientFlow,
    past: tuple[GradientFlow, ...],
    y: Axis,
    cursor: int | None,
    frame: Frame,
    *,
    cells_below: bool,
) -> Chart:
    T = len(flow.hidden)
    t = np.arange(1.0, T + 1)
    lines = [Series(t, old.hidden, Ink.RULE, "'") for old in past]
    for n, layer in enumerate(flow.below, start=1):
        lines.append(_numbered(t, layer.hidden, Ink.MARK, n, *_tags(n)))
        if layer.cell is not None and cells_below:
            lines.append(_numbered(t, layer.cell, Ink.SECOND, n, *_tags(n, cell=True)))
    if flow.cell is not None:
        lines.append(Series(t, flow.cell, Ink.SECOND, "o", dotted=True))
    return Chart(
        timestep_axis(T),
        y,
        (*lines, Series(t, flow.hidden, Ink.FIRST, ".")),
        marks=_marks(t, flow, y, frame),
        rules=_rules(flow.hidden, T),
        x_name="t",
        cursor=None if cursor is None else Cursor(float(cursor), str(cursor)),
    )


def _numbered(t: Floats, norms: Floats, ink: Ink, layer: int, symbol: str, dot: str) -> Series:
    """Return a line that the number of its layer stands on."""
    return Series(t, norms, ink, symbol, dotted=True, dot=dot, dot_from=2 + 2 * layer)


def _tags(layer: int, *, cell: bool = False) -> tuple[str, str]:
    """Return what draws the line of a layer below in ASCII, and what stands on it in braille."""
    return (CELL_LETTERS[layer - 1], f"•{layer}") if cell else (str(layer), str(layer))


def draw_norms(snapshot: Snapshot, frame: Frame) -> tuple[Strip, ...]:
    """Return the global norm of the gradient over the steps, and the threshold it is clipped at."""
    history = snapshot.history
    if history is None or not history.gradient_norm.step.size:
        return say(frame, "")
    curve, clip = history.gradient_norm, snapshot.clip
    thresholds = np.array([clip]) if clip > 0 else np.empty(0)
    y = fit_axis(curve.low, curve.high, thresholds, scale="log")
    if y is None:
        return say(frame, "no norm of the gradient is finite and above zero")
    step = curve.step.astype(np.float64)
    x = Axis(float(step[0]), max(float(step[-1]), float(step[0]) + 1), labels="count")
    chart = Chart(
        x,
        whole_decades(y, parts=10),
        (Series(step, curve.value, Ink.FIRST, "."),),
        bands=(Band(step, curve.low, curve.high),),
        rules=tuple(
            Rule(at, upright=False, ink=Ink.WARNING, name=f"clipped at {at:g}")
            for at in thresholds.tolist()
        ),
        x_name="step",
    )
    return to_strips(draw(chart, frame.width, frame.height, frame.look.glyphs), frame.look)


def _summary(snapshot: Snapshot, flow: GradientFlow) -> tuple[Word, ...]:
    """Return how far the gradient reaches, its norm over all weights, and how often it is cut."""
    first, *rest = describe(flow)
    words = [first, *rest[: len(rest) - 1]] if rest else [first]
    lately = snapshot.clipped_lately
    if lately.clipped:
        ink = Ink.WARNING if lately.share > OFTEN else Ink.LABEL
        share = f"clipped in {percent(lately.share)}"
        long = f"{share} of the last {lately.steps:,} steps"
        words.append(Word(long, ink, share.replace(" in", "")))
    return (*words, *rest[len(rest) - 1 :])


def describe(flow: GradientFlow) -> tuple[Word, ...]:
    """Return in words how far ‖∂L/∂h_t‖ reaches back, and where it left what floats can hold."""
    norm, T = flow.hidden, len(flow.hidden)
    trouble = _trouble(norm)
    last = norm[-1]
    if not np.isfinite(last) or last == 0:
        return (*trouble, *_trouble_below(flow))
    lag = memory_horizon(norm, threshold=REACH)
    if lag == T - 1:
        reach = f"reaches back to the first of {T} steps"
        word = Word(reach, Ink.FIRST, f"reaches all {T}")
    else:
        word = Word(f"reaches back {lag} of {T} steps", Ink.FIRST, f"reaches {lag} of {T}")
    lowest: tuple[Word, ...] = ()
    if flow.below:
        lag = memory_horizon(flow.below[0].hidden, threshold=REACH)
        lowest = (Word(f"layer 1: {lag} of {T}", Ink.MARK, f"1: {lag}"),)
    return (
        word,
        *lowest,
        *trouble,
        *_trouble_below(flow),
        Word("total derivative, log scale", short=""),
    )


def _read_out(flow: GradientFlow, t: int, *, cells_below: bool) -> tuple[Word, ...]:
    """Return the norms at timestep t, and the share of the last one that they are.

    Parameters
    ----------
    cells_below
        Whether the cell states of the layers below the last one are read as well.
    """
    norm, last = float(flow.hidden[t - 1]), float(flow.hidden[-1])
    words = [Word(f"t {t}", Ink.MARK), Word(f"∂h {_norm(norm)}", Ink.FIRST)]
    if flow.cell is not None:
        words.append(Word(f"∂c {_norm(float(flow.cell[t - 1]))}", Ink.SECOND))
    for n, layer in enumerate(flow.below, start=1):
        size = _norm(float(layer.hidden[t - 1]))
        words.append(Word(f"layer {n} ∂h {size}", Ink.MARK, f"{n} {size}"))
        if layer.cell is not None and cells_below:
            size = _norm(float(layer.cell[t - 1]))
            words.append(Word(f"∂c {size}", Ink.SECOND, f"•{n} {size}"))
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


def _trouble_below(flow: GradientFlow) -> tuple[Word, ...]:
    """Return where the layers below the last one left what floats can hold, the first first."""
    return tuple(
        Word(f"layer {n} {word.text}", word.ink, f"{n} {word.shortest}")
        for n, layer in enumerate(flow.below, start=1)
        for word in _trouble(layer.hidden)
    )


def _marks(t: Floats, flow: GradientFlow, y: Axis, frame: Frame) -> tuple[Mark, ...]:
    """Return marks where the gradient of any layer left what floats can hold."""
    norms = np.array([layer.hidden for layer in flow.layers])
    down, up = ("v", "^") if frame.look.ascii else ("▾", "▴")
    gone, burst = (norms == 0).any(axis=0), ~np.isfinite(norms).all(axis=0)
    under = [Mark(at, y.low, down, Ink.WARNING) for at in t[gone].tolist()]
    over = [Mark(at, y.high, up, Ink.WARNING) for at in t[burst].tolist()]
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


def _legend(
    frame: Frame,
    flow: GradientFlow | None = None,
    *,
    past: bool = False,
    cells_below: bool = False,
) -> tuple[Word, ...]:
    is_ascii, layers = frame.look.ascii, len(flow.layers) if flow else 1
    has_cell = flow is not None and flow.cell is not None
    hidden, state = ("|dL/dh|", "|dL/dc|") if is_ascii else ("‖∂L/∂h‖", "‖∂L/∂c‖")
    line, dotted = (".", "o") if is_ascii else ("━", "•━")
    of = f" layer {layers}" if layers > 1 else ""
    words = [Word(f"{line} {hidden}{of}", Ink.FIRST, f"{line} {hidden if is_ascii else '∂h'}")]
    if has_cell:
        short = f"{dotted} {state if is_ascii else '∂c'}"
        words.append(Word(f"{dotted} {state}", Ink.SECOND, short))
    if layers > 1:
        shown = _tags_below(layers, frame)
        words.append(Word(f"{shown} below", Ink.MARK, shown))
    if layers > 1 and has_cell and cells_below:
        words.append(Word(_tags_below(layers, frame, cell=True), Ink.SECOND))
    if past:
        words.append(Word("' earlier" if is_ascii else "━ earlier", Ink.RULE, ""))
    return tuple(words)


def _tags_below(layers: int, frame: Frame, *, cell: bool = False) -> str:
    """Return what stands on the lines of the layers below the last one."""
    tags = (_tags(n, cell=cell) for n in range(1, layers))
    return " ".join(symbol if frame.look.ascii else dot for symbol, dot in tags)
