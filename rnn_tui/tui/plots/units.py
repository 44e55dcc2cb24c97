"""In which order the units of a layer stand in a heat map."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rnn_tui.charts import Floats
from rnn_tui.training.snapshot import Trace

KEEPING = ("f", "z")
"""The gate that keeps the state: an LSTM's forget gate, a GRU's update gate."""


class Order(StrEnum):
    """What units are sorted by, from the top down."""

    INDEX = "index"
    MEAN = "mean"
    """The largest mean of what is shown first."""
    TIME_SCALE = "time scale"
    """The unit that keeps its state longest first."""


def order_of(trace: Trace, name: str, order: Order) -> NDArray[np.intp]:
    """Return the units, from 0, in the order they stand in; shape (H,).

    Parameters
    ----------
    name
        The gate or state that is shown.
    """
    values = trace.gates[name].astype(np.float64)
    match order:
        case Order.INDEX:
            return np.arange(values.shape[1])
        case Order.MEAN:
            key = values.mean(axis=0)
        case Order.TIME_SCALE:
            key = time_scales(trace)
    return np.argsort(-np.where(np.isfinite(key), key, -np.inf), kind="stable")


def time_scales(trace: Trace) -> Floats:
    """Return τ = −1/ln k of every unit, in timesteps, shape (H,): after τ steps 1/e is left.

    k is the mean of the gate that keeps the state; where there is none, the correlation of the
    unit's hidden state with itself one timestep later. 0 where nothing is kept, inf where all is.
    """
    for name in KEEPING:
        if name in trace.gates:
            kept = trace.gates[name].astype(np.float64).mean(axis=0)
            break
    else:
        kept = _correlation(trace.gates["h"].astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        scales: Floats = np.where(kept <= 0, 0.0, np.where(kept >= 1, np.inf, -1 / np.log(kept)))
    return scales


def _correlation(h: Floats) -> Floats:
    """Return the lag-1 autocorrelation of every column of h (T, H); 0 where it is constant."""
    if len(h) < 2:
        return np.zeros(h.shape[1])
    off = h - h.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = (off[1:] * off[:-1]).sum(axis=0) / (off * off).sum(axis=0)
    return np.where(np.isfinite(found), found, 0.0).astype(np.float64)


def shown_gate(selected: str, trace: Trace) -> str:
    """Return the selected gate; where the cell has none of that name the one that keeps most."""
    known = (name for name in (selected, *KEEPING) if name in trace.gates)
    return next(known, next(iter(trace.gates)))
