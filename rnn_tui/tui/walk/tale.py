"""What happens at a position of a walk, in one or two plain sentences."""

import math
from dataclasses import dataclass

import numpy as np

from rnn_tui.cells import Ink
from rnn_tui.gradients.walk import Arrival, Floats, Walk
from rnn_tui.tui.plots.words import percent, significant
from rnn_tui.tui.walk.player import Phase, Position

SIGNED = frozenset({"g", "n", "c", "h"})
"""Activations from −1 to 1 and beyond: their plain mean would say little."""
GATES = {
    "f": "f keeps {} of the old cell",
    "i": "i lets in {} of the candidate",
    "o": "o shows {} of the cell",
    "z": "z keeps {} of the old h",
    "r": "r lets {} of the old h into the candidate",
}
"""What a gate does with its mean over all units, in the order in which it is told."""
LOSSES = {
    "mse": "(y − target)²",
    "mae": "|y − target|",
    "huber": "Huber's (y − target)",
    "quantile": "the quantile loss",
}
MOST = 0.9
"""Share of all that was added to the weight gradient that counts as most of it."""


@dataclass(frozen=True, slots=True)
class Tale:
    """A lead and what follows it."""

    lead: str
    text: str
    ink: Ink = Ink.NONE


def tell(
    walk: Walk, position: Position, *, clip: float, learning_rate: float, leave: str = "Esc"
) -> Tale:
    """Return what happens at `position`.

    Parameters
    ----------
    walk
        Through the layer that is shown.
    leave
        The key that goes back to the run.
    clip, learning_rate
        Of the run: what an optimizer would do with the sum.
    """
    t = position.t
    match position.phase:
        case Phase.FORWARD:
            return Tale(f"t = {t}, forwards:", _forwards(walk, t))
        case Phase.LOSS:
            return Tale("The loss:", _loss(walk))
        case Phase.BACKWARD:
            return Tale(f"t = {t}, backwards:", *_backwards(walk, t))
        case Phase.SUM:
            return Tale("The sum:", _sum(walk, clip, learning_rate, leave))


def magnitude(value: float) -> str:
    """Return a norm with two or three digits: 12.3, 0.31, 3.1e-4; 0 and inf as they are called."""
    if not math.isfinite(value) or value == 0 or value >= 0.01:
        return significant(value)
    return f"{value:.1e}".replace("e-0", "e-")


def number(value: float) -> str:
    """Return a value with its sign as a minus."""
    return significant(value, 3 if abs(value) >= 1 else 2)


def _forwards(walk: Walk, t: int) -> str:
    read = f"x = {number(walk.x[t - 1, 0])} comes in"
    if walk.layer > 1:
        read = f"h of layer {walk.layer - 1} comes in, ‖h‖ {magnitude(_norm(walk.reads[t - 1]))}"
    elif walk.x.shape[1] > 1:
        read = f"{walk.x.shape[1]} inputs come in, the first one {number(walk.x[t - 1, 0])}"
    gates = [
        phrase.format(percent(float(walk.activations[name][t - 1].mean())))
        for name, phrase in GATES.items()
        if name in walk.activations
    ]
    h = walk.activations["h"]
    y = number(walk.y[t - 1, walk.compared])
    if gates:
        on = f"the readout says y = {y}" if walk.is_last else _up(walk)
        return f"{read}. On average {', '.join(gates)}. ‖h‖ is {magnitude(_norm(h[t - 1]))}, {on}."
    before = magnitude(_norm(h[t - 2])) if t > 1 else "0"
    slope = ""
    if walk.cell == "rnn":
        share = float(np.mean(1 - h[t - 1] ** 2))
        slope = f" The slope of tanh, 1 − h², is {share:.2f} on average: so much can come back."
    return (
        f"{read} and meets the old h through W_hh: ‖h‖ goes from {before} to "
        f"{magnitude(_norm(h[t - 1]))}, {f'y = {y}' if walk.is_last else _up(walk)}.{slope}"
    )


def _up(walk: Walk) -> str:
    return f"and h goes up to layer {walk.layer + 1}"


def _loss(walk: Walk) -> str:
    if walk.is_last:
        return _loss_alone(walk)
    return f"{_loss_alone(walk)} Layer {walk.layer} gets what layer {walk.layer + 1} hands down."


def _loss_alone(walk: Walk) -> str:
    counted, loss = walk.T - walk.first, magnitude(walk.loss)
    what = LOSSES.get(walk.loss_name, walk.loss_name)
    if counted > 1:
        return (
            f"L = {loss}, the mean of {what} over the last {counted} timesteps. Each of "
            "them sends a gradient of its own back, through the readout."
        )
    if walk.y.shape[1] > 1:
        return (
            f"L = {loss}, the mean of {what} over the {walk.y.shape[1]} outputs of "
            f"t = {walk.T}, the only timestep that it looks at. From there it all goes back."
        )
    y, target, dy = (number(float(values[-1, 0])) for values in (walk.y, walk.target, walk.dy))
    return (
        f"it looks at t = {walk.T} alone. y = {y}, the truth is {target}, so L = {what} = {loss}. "
        f"Its slope dL/dy = {dy} is all that goes back through time now."
    )


def _backwards(walk: Walk, t: int) -> tuple[str, Ink]:
    total, here = float(walk.hidden.total[t - 1]), float(walk.hidden.here[t - 1])
    if not math.isfinite(total):
        return "‖dh‖ has left what floats can hold: on its way back it exploded.", Ink.WARNING
    if total == 0:
        text = "‖dh‖ is 0, even in double precision: nothing from here on is learned from."
        return text, Ink.WARNING
    if t == walk.T:
        sends = "the readout sends W_hyᵀ dy to h"
        if not walk.is_last:
            sends = f"layer {walk.layer + 1} sends W_ihᵀ dz down to h"
        text = f"{sends}: ‖dh‖ {magnitude(total)}. Nothing has come back "
        return f"{text}through time yet.{_cell_here(walk.state, t)}", Ink.NONE
    way = _way(walk.hidden, t)
    if here == 0:
        why = "the loss does not look here"
        if not walk.is_last:
            why = f"layer {walk.layer + 1} sends nothing here"
        text = f"{why}. All of ‖dh‖ {magnitude(total)} came back through time"
        text += f" and {way}."
    else:
        back = magnitude(float(walk.hidden.back[t - 1]))
        above = "the readout here" if walk.is_last else f"layer {walk.layer + 1}"
        text = f"of ‖dh‖ {magnitude(total)}, {magnitude(here)} come from {above}, the "
        text += f"rest ({back}) came back through time and {way}."
    return f"{text}{_cell(walk.state, t)}{_weights(walk, t)}", Ink.NONE


def _way(arrival: Arrival, t: int) -> str:
    factor = float(arrival.factor[t - 1])
    if math.isnan(factor):
        return "nothing of it was left to shrink"
    return f"{'shrank' if factor < 1 else 'grew'} by the factor {significant(factor, 2)}"


def _cell_here(state: Arrival | None, t: int) -> str:
    if state is None:
        return ""
    return f" Through the output gate it reaches the cell: ‖dc‖ {magnitude(state.total[t - 1])}."


def _cell(state: Arrival | None, t: int) -> str:
    if state is None:
        return ""
    factor, back = float(state.factor[t - 1]), magnitude(float(state.back[t - 1]))
    if math.isnan(factor):
        return ""
    return f" Along the cell {back} came back, times {significant(factor, 2)}."


def _weights(walk: Walk, t: int) -> str:
    added = float(walk.added[t - 1])
    return f" t = {t} adds {magnitude(added)} to dW_hh." if math.isfinite(added) else ""


def _sum(walk: Walk, clip: float, learning_rate: float, leave: str) -> str:
    total = float(walk.global_norm[0])
    if not math.isfinite(total):
        return f"the gradient is not finite: no optimizer could take a step. {leave} goes back."
    limit = ""
    if clip > 0:
        above = f"above the clip of {significant(clip)}, so it is scaled down to it"
        limit = f", {above if total > clip else f'within the clip of {significant(clip)}'}"
    lasting = ""
    if (walk.added > 0).any():
        k = teaching(walk.added)
        of = "" if walk.layer_count == 1 else f" of layer {walk.layer}"
        lasting = f" The last {k} of {walk.T} timesteps gave {percent(MOST)} of dW_hh{of}."
    return (
        f"the norm of the whole gradient is {magnitude(total)}{limit}. An optimizer would now take "
        f"one step at the rate {significant(learning_rate)}.{lasting} Nothing was changed."
    )


def teaching(added: Floats) -> int:
    """Return how many of the last timesteps gave most of what was added to a weight gradient.

    Parameters
    ----------
    added
        Norms of what each timestep added, (T,), finite, not all 0.
    """
    share = np.cumsum(added[::-1] / added.max())
    return int(np.searchsorted(share, MOST * share[-1])) + 1


def _norm(values: Floats) -> float:
    return float(np.linalg.norm(values))
