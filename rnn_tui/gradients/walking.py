"""Taking a walk: one training step on one sequence, with the kernels, a timestep at a time.

The kernels go through the sequence once forwards and then backwards in workspaces of one timestep.
A timestep alone has a gradient of its own, so that the sum of the weight gradient can be watched
as it fills, and what comes out at its early end is what goes further back. Everything is computed
in float64: gradients vanish below what float32 can hold.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import Loss, Network, Workspace, backward, forward, measure, pack, unpack
from rnn_tui.gradients.walk import Arrival, Floats, Walk

MOST_BLOCKS = 32
"""Rows and columns of a gate's picture."""
MOST_PICTURES = 4_000_000
"""Numbers in the pictures of all timesteps: 16 MB."""


def take_walk(
    network: Network,
    parameters: NDArray[Any],
    x: NDArray[Any],
    target: NDArray[Any],
    *,
    first: int,
    start: int = 0,
    loss: Loss | None = None,
) -> Walk:
    """Return all that happens in one training step on one sequence; nothing is changed.

    Of several layers, the last one is shown.

    Parameters
    ----------
    network
        Any cell that the kernels know.
    parameters
        Its flat vector of parameters, float32 or float64; a float64 copy is used.
    x
        Input, (T, D).
    target
        Truth, (T, K), K = O but for quantiles; not read before `first`.
    first
        First timestep that the loss counts, 0 … T−1.
    start
        Row of the series that the sequence begins with.
    loss
        Of outputs and truth; None: the mean squared error.

    Raises
    ------
    ValueError
        Shapes do not fit the network.
    """
    T = len(x)
    doubles = pack(network, unpack(network, parameters), np.dtype(np.float64))
    whole = Workspace(network, timesteps=T, batch_size=1, dtype=np.float64)
    whole.x[:, 0] = x
    truth = np.ascontiguousarray(target, np.float64)[:, None]
    loss = loss or Loss()
    forward(network, doubles, whole)
    value = measure(loss, whole.y, truth, whole.dy, first=first)
    names = [name for name in network.gate_names if name != "h"]
    names += ["h"] if whole.c is None else ["c", "h"]
    way = _WayBack(network, doubles, whole)
    for t in range(T - 1, -1, -1):
        way.go_through(t)
    state = None if whole.c is None else way.arrival(1)
    return Walk(
        cell=network.cell,
        start=start,
        first=first,
        x=_frozen(whole.x[:, 0]),
        y=_frozen(whole.y[:, 0]),
        target=_frozen(truth[:, 0]),
        compared=loss.outputs_per_target // 2,
        activations={name: _frozen(whole.gate(name)[:, 0]) for name in names},
        loss=value,
        loss_name=loss.name,
        dy=_frozen(whole.dy[:, 0]),
        dh=_frozen(way.dh),
        hidden=way.arrival(0),
        state=state,
        gate_names=network.gate_names,
        added=_frozen(way.added),
        so_far=_frozen(way.so_far),
        global_norm=_frozen(way.global_norm),
        pictures=_frozen(way.pictures),
    )


class _WayBack:
    """The backward pass, a timestep at a time, and what it has met on its way."""

    def __init__(self, network: Network, parameters: Floats, whole: Workspace) -> None:
        T, H = whole.timesteps, network.hidden_size
        self._network, self._parameters, self._whole = network, parameters, whole
        self._one = Workspace(network, timesteps=1, batch_size=1, dtype=np.float64)
        self._readout = unpack(network, parameters)["W_hy"]
        self._recurrent = "W_hh" if network.layers == 1 else f"W_hh_{network.layers - 1}"
        self._gradient = np.zeros_like(parameters)
        self._sum = np.zeros_like(parameters)
        self._dh = np.zeros((network.layers, 1, H))
        self._dc = np.zeros((network.layers, 1, H))
        self.dh = np.zeros((T, H))
        self._norms = np.zeros((2, 3, T))  # of h and c; total, here, back
        self.added, self.so_far, self.global_norm = np.zeros((3, T))
        gates = len(network.gate_names)
        n = min(H, MOST_BLOCKS, max(1, math.isqrt(MOST_PICTURES // (T * gates))))
        self.pictures = np.zeros((T, gates, n, n), np.float32)

    def arrival(self, kind: int) -> Arrival:
        """Return the norms that were met, of h (0) or c (1)."""
        return Arrival(*(_frozen(norms) for norms in self._norms[kind]))

    def go_through(self, t: int) -> None:
        """Take the gradient from the late to the early end of the timestep at index t."""
        one, whole, network = self._one, self._whole, self._network
        one.x[0] = whole.x[t]
        one.dy[0] = whole.dy[t]
        for here, there in zip(one.layers, whole.layers, strict=True):
            here.h[0] = there.h[t]
            if here.c is not None and there.c is not None:
                here.c[0] = there.c[t]
        forward(network, self._parameters, one)
        readout = self._readout.T @ whole.dy[t, 0]
        self.dh[t] = readout + self._dh[-1, 0]
        norms = (self.dh[t], readout, self._dh[-1, 0])
        self._norms[0, :, t] = [norm(values) for values in norms]
        if one.c is not None:
            self._norms[1, 2, t] = norm(self._dc[-1, 0])
            self._backward(with_cell=False)  # what is at c_t then has come from h_t alone
            self._norms[1, 1, t] = one.dc_norm[0]
        self._backward(with_cell=one.c is not None)
        self._norms[1, 0, t] = one.dc_norm[0]
        for n, layer in enumerate(one.layers):
            self._dh[n] = layer.dh0
            self._dc[n] = layer.dc0
        self._add(t)

    def _backward(self, *, with_cell: bool) -> None:
        single = self._network.layers == 1
        backward(
            self._network,
            self._parameters,
            self._one,
            self._gradient,
            dh_T=self._dh[0] if single else self._dh,
            dc_T=(self._dc[0] if single else self._dc) if with_cell else None,
        )

    def _add(self, t: int) -> None:
        self._sum += self._gradient
        gates, n, _ = self.pictures.shape[1:]
        self.added[t] = norm(unpack(self._network, self._gradient)[self._recurrent])
        weights = unpack(self._network, self._sum)[self._recurrent]
        self.so_far[t] = norm(weights)
        self.global_norm[t] = norm(self._sum)
        with np.errstate(over="ignore", invalid="ignore"):
            self.pictures[t] = block_norms(weights.reshape(gates, -1, weights.shape[1]), n)


def norm(values: Floats) -> float:
    """Return ‖values‖ over all elements, without squares that leave what floats can hold."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm((values / largest).ravel()))


def block_norms(values: Floats, n: int) -> Floats:
    """Return the norms of n × n blocks of matrices: shape (G, H, H) to (G, n, n), n ≤ H."""
    starts = np.arange(n) * values.shape[1] // n
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return np.full((len(values), n, n), largest)
    squares = (values / largest) ** 2
    rows = np.add.reduceat(squares, starts, axis=1)
    return largest * np.sqrt(np.add.reduceat(rows, starts, axis=2))


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    copy = np.ascontiguousarray(values).copy()
    copy.setflags(write=False)
    return copy
