"""Taking a walk: one training step on one sequence, with the kernels, a timestep at a time.

The kernels go through the sequence once forwards and then backwards, layer by layer from the last
one down, in workspaces of one timestep. A timestep alone has a gradient of its own, so that the sum
of the weight gradient can be watched as it fills, and what comes out at its early end is what goes
further back. Everything is computed in float64: gradients vanish below what float32 can hold.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import (
    LayerStates,
    Loss,
    Network,
    Workspace,
    backward,
    forward,
    measure,
    pack,
    unpack,
)
from rnn_tui.gradients.walk import Arrival, Floats, Walk

READOUT = ("W_hy", "b_y")
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
    named = unpack(network, parameters)
    doubles = pack(network, named, np.dtype(np.float64))
    whole = Workspace(network, timesteps=len(x), batch_size=1, dtype=np.float64)
    whole.x[:, 0] = x
    truth = np.ascontiguousarray(target, np.float64)[:, None]
    loss = loss or Loss()
    forward(network, doubles, whole)
    value = measure(loss, whole.y, truth, whole.dy, first=first)
    ways = _ways_back(network, named, whole)
    norms = np.stack([way.global_norm for way in ways])
    last = Walk(
        cell=network.cell,
        start=start,
        first=first,
        x=_frozen(whole.x[:, 0]),
        y=_frozen(whole.y[:, 0]),
        target=_frozen(truth[:, 0]),
        compared=loss.outputs_per_target // 2,
        loss=value,
        loss_name=loss.name,
        dy=_frozen(whole.dy[:, 0]),
        gate_names=network.gate_names,
        global_norm=_frozen(np.array([norm(column) for column in norms.T])),
        layer=network.layers,
        layer_count=network.layers,
        **ways[-1].met(),
    )
    below = (replace(last, layer=n, **way.met()) for n, way in enumerate(ways[:-1], start=1))
    return replace(last, below=tuple(below))


def _ways_back(
    network: Network, named: Mapping[str, NDArray[Any]], whole: Workspace
) -> "list[_WayBack]":
    """Return the backward pass of every layer, the first one first, each gone to its end.

    What a layer sends to the one below is to that one what the loss is to the last.
    """
    ways: list[_WayBack] = []
    arriving = whole.dy[:, 0]
    for n in range(network.layers - 1, -1, -1):
        reads = whole.layers[n - 1].h[1:, 0] if n else whole.x[:, 0]
        own = replace(
            network,
            input_size=network.layer_inputs(n),
            output_size=arriving.shape[1],
            layers=1,
        )
        is_last = n + 1 == network.layers
        parameters = pack(own, _parameters_of(own, named, n, is_last=is_last), np.dtype(np.float64))
        way = _WayBack(own, parameters, whole.layers[n], reads, arriving, is_last=is_last)
        for t in range(whole.timesteps - 1, -1, -1):
            way.go_through(t)
        ways.insert(0, way)
        arriving = way.dx
    return ways


def _parameters_of(
    own: Network, named: Mapping[str, NDArray[Any]], n: int, *, is_last: bool
) -> dict[str, NDArray[Any]]:
    """Return the parameters of layer n, from 0, under the names of a network of one layer.

    What is below the last layer is read out as it is: by the identity.
    """
    end = f"_{n}" if n else ""
    readout = {name: named[name] for name in READOUT}
    if not is_last:
        readout = {"W_hy": np.eye(own.hidden_size), "b_y": np.zeros(own.hidden_size)}
    return {
        name: readout[name] if name in readout else named[f"{name}{end}"] for name in own.shapes
    }


class _WayBack:
    """The backward pass of one layer, a timestep at a time, and what it has met on its way.

    Parameters
    ----------
    network, parameters
        The layer alone.
    states
        What it went through forwards.
    reads, arriving
        What it reads, (T, D), and the gradient of what is read out of it, (T, O).
    is_last
        Whether its readout is that of the network.
    """

    def __init__(
        self,
        network: Network,
        parameters: Floats,
        states: LayerStates,
        reads: Floats,
        arriving: Floats,
        *,
        is_last: bool,
    ) -> None:
        T, H = len(reads), network.hidden_size
        self._network, self._parameters = network, parameters
        self._states, self._reads, self._arriving = states, reads, arriving
        self._one = Workspace(network, timesteps=1, batch_size=1, dtype=np.float64)
        self._readout = unpack(network, parameters)["W_hy"]
        self._own = [name for name in network.shapes if is_last or name not in READOUT]
        self._gradient = np.zeros_like(parameters)
        self._sum = np.zeros_like(parameters)
        self._dh, self._dc = np.zeros((2, 1, H))
        self._total = np.zeros((T, H))
        self._norms = np.zeros((2, 3, T))  # of h and c; total, here, back
        self._added, self._so_far, self.global_norm = np.zeros((3, T))
        self.dx = np.zeros((T, network.input_size))
        gates = len(network.gate_names)
        n = min(H, MOST_BLOCKS, max(1, math.isqrt(MOST_PICTURES // (T * gates))))
        self._pictures = np.zeros((T, gates, n, n), np.float32)

    def met(self) -> dict[str, Any]:
        """Return the fields of a walk that belong to the layer."""
        states, names = self._states, [n for n in self._network.gate_names if n != "h"]
        names += ["h"] if states.c is None else ["c", "h"]
        hidden, cell = (Arrival(*map(_frozen, norms)) for norms in self._norms)
        return {
            "reads": _frozen(self._reads),
            "activations": {name: _frozen(states.gate(name)[:, 0]) for name in names},
            "dh": _frozen(self._total),
            "hidden": hidden,
            "state": None if states.c is None else cell,
            "added": _frozen(self._added),
            "so_far": _frozen(self._so_far),
            "pictures": _frozen(self._pictures),
        }

    def go_through(self, t: int) -> None:
        """Take the gradient from the late to the early end of the timestep at index t."""
        one, states = self._one, self._states
        one.x[0] = self._reads[t]
        one.dy[0] = self._arriving[t]
        one.h[0] = states.h[t]
        if one.c is not None and states.c is not None:
            one.c[0] = states.c[t]
        forward(self._network, self._parameters, one)
        here = self._readout.T @ self._arriving[t]
        self._total[t] = here + self._dh[0]
        self._norms[0, :, t] = [norm(values) for values in (self._total[t], here, self._dh)]
        if one.c is not None:
            self._norms[1, 2, t] = norm(self._dc)
            self._backward(with_cell=False)  # what is at c_t then has come from h_t alone
            self._norms[1, 1, t] = one.dc_norm[0]
        self._backward(with_cell=one.c is not None)
        self._norms[1, 0, t] = one.dc_norm[0]
        self._dh[:], self._dc[:], self.dx[t] = one.dh0, one.dc0, one.dx[0, 0]
        self._add(t)

    def _backward(self, *, with_cell: bool) -> None:
        backward(
            self._network,
            self._parameters,
            self._one,
            self._gradient,
            dh_T=self._dh,
            dc_T=self._dc if with_cell else None,
        )

    def _add(self, t: int) -> None:
        self._sum += self._gradient
        gates, n, _ = self._pictures.shape[1:]
        self._added[t] = norm(unpack(self._network, self._gradient)["W_hh"])
        named = unpack(self._network, self._sum)
        self._so_far[t] = norm(named["W_hh"])
        self.global_norm[t] = norm(np.array([norm(named[name]) for name in self._own]))
        with np.errstate(over="ignore", invalid="ignore"):
            square = named["W_hh"].reshape(gates, -1, self._network.hidden_size)
            self._pictures[t] = block_norms(square, n)


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
