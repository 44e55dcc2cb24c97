"""Plain sentences on what is going on, and what can be done about it.

A sentence has at most about 69 characters, so that it fits in one row of 80 columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnn_tui.cells import Ink
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Curve, GradientFlow, Snapshot, State
from rnn_tui.tui.comparing import column_shown, compare, conclude, of_column
from rnn_tui.tui.keys import SYMBOLS, Symbols
from rnn_tui.tui.plots.words import percent, significant

SETTLED = 200
"""Steps before which a rise of the validation loss says little."""
PATIENCE = 0.5
"""Share of all steps without a better validation loss that is worth a word."""
WORSE = 1.1
"""By how much the validation loss must have risen since its best."""
JUMPED = 10.0
"""How many times the best validation loss is no slow start but a loss that got away."""
WINDOW = 0.1
"""Share of the run over which its trend is read, against the share before."""
LEAST_POINTS = 10
NOTED_SECONDS = 8.0
"""How long what was found on reading the series comes first, once training has begun."""
FALLING, RISING = -0.03, 0.1
RAISE, LOWER = "raise-the-learning-rate", "lower-the-learning-rate"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One observation."""

    text: str
    ink: Ink = Ink.LABEL


def read(snapshot: Snapshot, waited: float, keys: Symbols = SYMBOLS) -> tuple[Sentence, ...]:
    """Return the sentences, the most important first; there is always one.

    Parameters
    ----------
    waited
        Seconds since the session entered its present state.
    keys
        What the keys of the commands are called.
    """
    match snapshot.state:
        case State.LOADING:
            what = snapshot.message or f"Loading Numba and the series: {waited:.1f} s"
            return (Sentence(f"{what}."),)
        case State.COMPILING if snapshot.notes:
            return (Sentence(f"Compiling the kernels: {waited:.1f} s."), *_notes(snapshot))
        case State.COMPILING:
            return (
                Sentence(f"Compiling the kernels: {waited:.1f} s."),
                Sentence("Only the first start takes seconds: the result is kept on disk."),
            )
        case State.PAUSED:
            hold = Sentence(
                f"Paused. {keys['pause-or-resume']} goes on, "
                f"{keys['one-optimisation-step']} takes one optimisation step.",
                Ink.MARK,
            )
            why = (Sentence(snapshot.reason, Ink.MARK),) if snapshot.reason else ()
            return *why, hold, *_notes(snapshot), *_observe(snapshot, keys)
        case State.SCORING | State.ENDED:
            return tuple(_conclude(snapshot, keys))
        case State.TRAINING:
            noted = _notes(snapshot) if waited < NOTED_SECONDS else ()
            return *noted, *_observe(snapshot, keys)


def _notes(snapshot: Snapshot) -> Iterator[Sentence]:
    return (Sentence(note, Ink.MARK) for note in snapshot.notes)


def has_failed(snapshot: Snapshot) -> bool:
    """Return whether the run ended badly: then its sentence may be long."""
    ended = snapshot.ended
    return ended is not None and ended.status in {Status.DIVERGED, Status.FAILED}


def _conclude(snapshot: Snapshot, keys: Symbols) -> Iterator[Sentence]:
    ended = snapshot.ended
    if ended is None:
        yield Sentence(snapshot.message or "The run has ended.")
        return
    reason = ended.reason or snapshot.message
    yield Sentence(
        f"{ended.status.capitalize()}: {reason}.".replace("..", "."),
        Ink.WARNING if has_failed(snapshot) else Ink.NONE,
    )
    if snapshot.state is State.SCORING:
        yield Sentence("Scoring the best weights on the test part.")
        return
    if snapshot.peers:
        yield from (Sentence(text, ink) for text, ink in conclude(snapshot))
    else:
        yield from _test(snapshot, ended)
        if ended.best_step is not None and not ended.rows_followed:
            yield Sentence(f"The weights of step {ended.best_step:,}, the best, are kept.")
    yield Sentence(f"The panels stay as they are; {keys['quit']} quits.")


def _test(snapshot: Snapshot, ended: RunEnded) -> Iterator[Sentence]:
    scores = snapshot.final_scores
    model, naive = scores.get("model"), scores.get("naive")
    if model is None or naive is None or not naive.rmse:
        return
    skill = 1 - model.rmse / naive.rmse
    than = f"{percent(abs(skill))} {'better' if skill >= 0 else 'worse'} than naive"
    part = "rows that came" if ended.rows_followed else "test part"
    rmse = f"RMSE{of_column(snapshot)} {significant(model.rmse)}"
    yield Sentence(f"On the {part} {rmse}: {than}.", Ink.FIRST)


def _observe(snapshot: Snapshot, keys: Symbols) -> Iterator[Sentence]:
    if snapshot.message:
        yield Sentence(snapshot.message, Ink.WARNING)
    if snapshot.refused:
        yield Sentence(snapshot.refused, Ink.WARNING)
    yield from _broken(snapshot.gradient, keys)
    yield from (Sentence(text, ink) for text, ink in compare(snapshot))
    if snapshot.rows_followed is not None:
        yield from _followed(snapshot, snapshot.rows_followed)
        yield from _reach(snapshot.gradient)
        return
    overfitting = list(_overfitting(snapshot, keys))
    yield from overfitting or _skill(snapshot, keys)
    yield from _reach(snapshot.gradient)
    if snapshot.history is not None:
        yield from _trend(snapshot.history.loss, keys)


def _broken(flow: GradientFlow | None, keys: Symbols) -> Iterator[Sentence]:
    if flow is None:
        return
    if not all(np.isfinite(layer.hidden).all() for layer in flow.layers):
        text = f"The gradient overflows: press {keys[LOWER]} to lower the learning rate."
        yield Sentence(text, Ink.WARNING)
    gone = np.flatnonzero(flow.hidden == 0)
    if gone.size:
        text = (
            f"The gradient is 0 (underflow) up to t = {int(gone[-1]) + 1}: nothing there teaches."
        )
        yield Sentence(text, Ink.WARNING)
    for n, layer in enumerate(flow.below, start=1):
        gone = np.flatnonzero(layer.hidden == 0)
        if gone.size:
            until = int(gone[-1]) + 1
            text = f"Layer {n}: the gradient is 0 up to t = {until}: nothing there teaches."
            yield Sentence(text, Ink.WARNING)


def _overfitting(snapshot: Snapshot, keys: Symbols) -> Iterator[Sentence]:
    best, loss, best_step = (
        snapshot.best_validation_loss,
        snapshot.validation_loss,
        snapshot.best_step,
    )
    if best is None or loss is None or best_step is None or snapshot.step < SETTLED:
        return
    if snapshot.step - best_step < PATIENCE * snapshot.step or not loss >= WORSE * best:
        return
    rise = f"is up {percent(loss / best - 1)}" if np.isfinite(loss) and best > 0 else "has risen"
    lead = f"{snapshot.net} overfits" if snapshot.peers else "Overfitting"
    text = f"{lead}: validation loss {rise} since its best, step {best_step:,}."
    yield Sentence(text, Ink.SECOND)
    if snapshot.peers:
        yield Sentence(f"Its weights of step {best_step:,} are kept.")
        return
    save, edit = keys["save-the-model"], keys["edit"]
    yield Sentence(f"Those weights are kept, {save} saves them. Try fewer units ({edit}).")


def _skill(snapshot: Snapshot, keys: Symbols) -> Iterator[Sentence]:
    naive = (snapshot.baselines or {}).get("naive")
    if snapshot.validation_rmse is None or naive is None or not naive.rmse:
        yield Sentence("Learning; the first validation is on its way.")
        return
    skill, name = 1 - snapshot.validation_rmse / naive.rmse, column_shown(snapshot)
    if skill > 0:
        text = f"On validation {percent(skill)} better than repeating the last value (naive)."
        if name:
            text = f"{name}: on validation {percent(skill)} better than naive."
        yield Sentence(text, Ink.NONE)
    elif (ratio := _off_best(snapshot)) >= JUMPED:
        times = f"{significant(ratio, 2)} times" if np.isfinite(ratio) else "far above"
        text = (
            f"Validation loss is {times} its best, step {snapshot.best_step:,}: try {keys[LOWER]}."
        )
        yield Sentence(text, Ink.SECOND)
    else:
        text = "Not yet better than repeating the last value (naive forecast)."
        yield Sentence(f"{name}: not yet better than the last value (naive)." if name else text)


def _off_best(snapshot: Snapshot) -> float:
    """Return the validation loss as a multiple of its best; 1 where that is not known."""
    best, loss = snapshot.best_validation_loss, snapshot.validation_loss
    if not best or loss is None or snapshot.best_step is None:
        return 1.0
    return loss / best if np.isfinite(loss) else np.inf


def _followed(snapshot: Snapshot, rows: int) -> Iterator[Sentence]:
    """Say how well the rows that came had been forecast."""
    if not rows:
        yield Sentence("Waiting for the next row; what it will be has been forecast.")
        return
    came = "1 row has come" if rows == 1 else f"{rows:,} rows have come"
    naive = (snapshot.baselines or {}).get("naive")
    if snapshot.validation_rmse is None or naive is None or not naive.rmse:
        yield Sentence(f"{came}; the first forecast has yet to come true.")
        return
    skill = 1 - snapshot.validation_rmse / naive.rmse
    than = f"{percent(abs(skill))} {'better' if skill >= 0 else 'worse'} than naive"
    name = column_shown(snapshot)
    text = f"{came}; {name}: {than}." if name else f"{came}, each forecast before: {than}."
    yield Sentence(text, Ink.NONE)


def _reach(flow: GradientFlow | None) -> Iterator[Sentence]:
    if flow is None or not np.isfinite(flow.hidden[-1:]).all() or not flow.hidden[-1:].any():
        return
    T, lag = len(flow.hidden), memory_horizon(flow.hidden)
    if lag < T // 2:
        yield Sentence(f"Gradient reaches back {lag} of {T} steps: older ones hardly teach.")


def _trend(loss: Curve, keys: Symbols) -> Iterator[Sentence]:
    """Compare geometric means: a single spike must not outweigh all other steps."""
    if not loss.step.size:
        return
    last = int(loss.step[-1])
    window = int(WINDOW * last)
    now = loss.value[loss.step > last - window]
    before = loss.value[(loss.step > last - 2 * window) & (loss.step <= last - window)]
    if min(now.size, before.size) < LEAST_POINTS:
        return
    with np.errstate(all="ignore"):
        change = float(np.exp(np.mean(np.log(now)) - np.mean(np.log(before)))) - 1
    if not np.isfinite(change):
        return
    span = f"over the last {window:,} steps"
    if change < FALLING:
        yield Sentence(f"Training loss fell by {percent(-change)} {span}.")
    elif change > RISING:
        yield Sentence(
            f"Training loss rose by {percent(change)} {span}: try {keys[LOWER]}.", Ink.SECOND
        )
    else:
        yield Sentence(f"Training loss is flat {span}: try {keys[RAISE]} or {keys[LOWER]}.")
