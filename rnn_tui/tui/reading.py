"""One plain sentence on what is going on, and what can be done about it."""

import numpy as np

from rnn_tui.charts import Ink
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.plots.words import percent

PATIENCE = 0.5
"""Share of all steps without a better validation loss that is worth a word."""
WORSE = 1.1
"""By how much the validation loss must have risen since its best."""


def read(snapshot: Snapshot, waited: float) -> tuple[str, Ink]:
    """Return the sentence and its ink.

    Parameters
    ----------
    waited
        Seconds since the session entered its present state.
    """
    match snapshot.state:
        case State.LOADING:
            return f"Loading Numba and the series: {waited:.1f} s", Ink.LABEL
        case State.COMPILING:
            kept = "compiled once, then kept on disk: only the first start takes seconds"
            return f"Compiling the kernels: {waited:.1f} s ({kept})", Ink.LABEL
        case State.PAUSED:
            return "Paused. space goes on, . takes one optimisation step", Ink.MARK
        case State.ENDED:
            return _read_end(snapshot)
        case State.TRAINING:
            return _read_training(snapshot)


def _read_end(snapshot: Snapshot) -> tuple[str, Ink]:
    ended = snapshot.ended
    if ended is None:
        return snapshot.message, Ink.LABEL
    reason = ended.reason or snapshot.message
    if ended.status in {Status.DIVERGED, Status.FAILED}:
        return f"{ended.status.capitalize()}: {reason}", Ink.WARNING
    best = "" if ended.best_step is None else f"; the weights of step {ended.best_step:,} are kept"
    return f"{ended.status.capitalize()}: {reason}{best}", Ink.LABEL


def _read_training(snapshot: Snapshot) -> tuple[str, Ink]:
    if snapshot.message:
        return snapshot.message, Ink.WARNING
    if snapshot.gradient is not None and not np.isfinite(snapshot.gradient.hidden).all():
        return "The gradient overflows: press - to lower the learning rate", Ink.WARNING
    stale = _read_overfitting(snapshot)
    if stale:
        return stale, Ink.SECOND
    return _read_skill(snapshot)


def _read_overfitting(snapshot: Snapshot) -> str:
    best, loss = snapshot.best_validation_loss, snapshot.validation_loss
    if best is None or loss is None or snapshot.best_step is None or snapshot.step < 200:
        return ""
    waiting = snapshot.step - snapshot.best_step
    if waiting < PATIENCE * snapshot.step or loss < WORSE * best:
        return ""
    return (
        f"Overfitting: validation was best at step {snapshot.best_step:,} and has risen by "
        f"{percent(loss / best - 1)} since; the best weights are kept"
    )


def _read_skill(snapshot: Snapshot) -> tuple[str, Ink]:
    naive = (snapshot.baselines or {}).get("naive")
    if snapshot.validation_rmse is None or naive is None or not naive.rmse:
        return "Learning; the first validation is on its way", Ink.LABEL
    skill = 1 - snapshot.validation_rmse / naive.rmse
    if skill > 0:
        text = f"On the validation part {percent(skill)} better than repeating the last value"
        return text, Ink.LABEL
    return "Not yet better than repeating the last value (the naive forecast)", Ink.LABEL
