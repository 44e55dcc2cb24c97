"""What a network is, and how its parameters lie in one flat vector.

Its weights are packed in panels: the rows of all gates for a vector of units (two in an RNN), as
the product walks through them:

    panel[k, gate, lane],   k = 0 … D + 1 + H        x first, then the two biases, then h

Units are padded to whole vectors. The padding is zero and stays zero: its weights are zero, so its
gates do nothing, so its gradient is zero.

The gate order is i, f, g, o (input, forget, cell, output) or r, z, n (reset, update, new), as in
PyTorch; every kernel takes it from here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from rnn_kernels.arrays import Array, aligned_zeros, float_type, positive_int
from rnn_kernels.vectors import lanes

Cell: TypeAlias = Literal["rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original"]

_RNN, _LSTM, _GRU = ("h",), ("i", "f", "g", "o"), ("r", "z", "n")
GATES: dict[str, tuple[str, ...]] = {
    "rnn": _RNN,
    "rnn-relu": _RNN,
    "lstm": _LSTM,
    "lstm-peephole": _LSTM,
    "gru": _GRU,
    "gru-original": _GRU,
}
I, F, G, O = map(_LSTM.index, _LSTM)  # noqa: E741  the gates' own names
R, Z, N = map(_GRU.index, _GRU)
assert [I, F, G, O] == [0, 1, 2, 3]  # noqa: S101  files and peers rely on the order
assert [R, Z, N] == [0, 1, 2]  # noqa: S101
PEEPHOLES = ("i", "f", "o")
"""Gates of an LSTM that look at the cell state, in the order of their weights."""

BIASES = 2
MOST_LAYERS = 4


class Readout(NamedTuple):
    """Where the linear readout's parameters begin, in elements."""

    outputs: int  # O
    w: int  # W_hy (O, units)
    b: int  # b_y (O,)


@dataclass(frozen=True)
class Network:
    """Recurrent layers, each fed by the one below, and a linear readout of the last.

    Attributes
    ----------
    cell : {"rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original"}
        RNN with tanh or with ReLU; LSTM with forget gate, without or with peepholes; GRU with the
        reset gate after the product, as in PyTorch and cuDNN, or before it, as first published.
    input_size, hidden_size, output_size : int
        D, H and O: features of a timestep, units of a layer, outputs of a timestep.
    layers : int
        1 to 4.
    vocabulary_size : int
        V: above 0 the input is tokens 0 … V−1, and the D features of each are learned.

    Raises
    ------
    ValueError
        The cell is unknown, a size no positive whole number, or the vocabulary below 0.
    """

    cell: Cell
    input_size: int
    hidden_size: int
    output_size: int
    layers: int = 1
    vocabulary_size: int = 0

    def __post_init__(self) -> None:
        if self.cell not in GATES:
            raise ValueError(f"cell: got {self.cell!r}, expected one of {', '.join(GATES)}")
        for name in ("input_size", "hidden_size", "output_size", "layers"):
            positive_int(name, getattr(self, name))
        if self.layers > MOST_LAYERS:
            raise ValueError(f"layers: got {self.layers}, expected 1 to {MOST_LAYERS}")
        if self.vocabulary_size != 0:
            positive_int("vocabulary_size", self.vocabulary_size)

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Names of the gates in the order of their rows."""
        return GATES[self.cell]

    @property
    def has_cell_state(self) -> bool:
        """Whether the cell is an LSTM: whether it has a c beside its h."""
        return self.gate_names == _LSTM

    @property
    def is_gru(self) -> bool:
        """Whether the cell is a GRU: whether its last gate, n, lies apart."""
        return self.gate_names == _GRU

    @property
    def has_peepholes(self) -> bool:
        """Whether gates of the LSTM look at the cell state."""
        return self.cell == "lstm-peephole"

    @property
    def rows(self) -> int:
        """R: rows of W_ih and W_hh, gates times units."""
        return len(self.gate_names) * self.hidden_size

    def layer_inputs(self, layer: int) -> int:
        """Features of a timestep that a layer reads."""
        return self.hidden_size if layer else self.input_size

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter, by name; from the second layer on a name ends in its number."""
        R, H, O = self.rows, self.hidden_size, self.output_size  # noqa: E741
        shapes: dict[str, tuple[int, ...]] = {}
        for n in range(self.layers):
            end = f"_{n}" if n else ""
            shapes |= {
                f"W_ih{end}": (R, self.layer_inputs(n)),
                f"W_hh{end}": (R, H),
                f"b_ih{end}": (R,),
                f"b_hh{end}": (R,),
            }
            if self.has_peepholes:
                shapes[f"p{end}"] = (len(PEEPHOLES) * H,)
        shapes |= {"W_hy": (O, H), "b_y": (O,)}
        if self.vocabulary_size:
            shapes["embedding"] = (self.vocabulary_size, self.input_size)
        return shapes

    @property
    def parameter_count(self) -> int:
        """Number of trained numbers, padding left out."""
        return sum(math.prod(shape) for shape in self.shapes.values())


@dataclass(frozen=True)
class Packing:
    """Where a network's parameters lie in its flat vector, for vectors of `lanes` elements."""

    network: Network
    lanes: int

    @property
    def units(self) -> int:
        """H padded to whole vectors."""
        return -(-self.network.hidden_size // self.lanes) * self.lanes

    def stored_depth(self, layer: int) -> int:
        """Rows of a layer's packed weights: x, two biases, and h with its padding."""
        return self.network.layer_inputs(layer) + BIASES + self.units

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """First element of every layer's weights, and of the readout's."""
        peepholes = len(PEEPHOLES) * self.units if self.network.has_peepholes else 0
        starts = [0]
        for n in range(self.network.layers):
            starts.append(starts[-1] + self._matrix_size(n) + peepholes)
        return tuple(starts)

    def _matrix_size(self, layer: int) -> int:
        return self.stored_depth(layer) * len(self.network.gate_names) * self.units

    @property
    def pair(self) -> int:
        """Vectors side by side in a panel of one gate: as many in every panel."""
        return 2 - self.units // self.lanes % 2

    def peephole(self, layer: int) -> int:
        """First element of a layer's peephole weights, or 0."""
        has = self.network.has_peepholes
        return self.starts[layer] + self._matrix_size(layer) if has else 0

    def peepholes(self, flat: Array, layer: int) -> Array:
        """View (3, H) of a layer's peephole weights."""
        begin = self.peephole(layer)
        rows = flat[begin : begin + len(PEEPHOLES) * self.units]
        return rows.reshape(len(PEEPHOLES), self.units)[:, : self.network.hidden_size]

    @property
    def readout(self) -> Readout:
        """Place of the readout."""
        outputs, start = self.network.output_size, self.starts[-1]
        return Readout(outputs, start, start + outputs * self.units)

    @property
    def size(self) -> int:
        """Elements of the vector."""
        return self.embedding + self.network.vocabulary_size * self.network.input_size

    @property
    def embedding(self) -> int:
        """First element of the embedding (V, D), or the size of a vector without one."""
        return self.readout.b + self.network.output_size

    def panels(self, flat: Array, layer: int) -> list[tuple[slice, Array]]:
        """Views (depth, gates, units) of a layer's panels, with which units they are."""
        gates, depth = len(self.network.gate_names), self.stored_depth(layer)
        width = self.lanes * (1 if gates > 1 else self.pair)
        views = []
        for unit in range(0, self.units, width):
            begin = self.starts[layer] + unit * depth * gates
            block = flat[begin : begin + depth * gates * width]
            views.append((slice(unit, unit + width), block.reshape(depth, gates, width)))
        return views


def pack(network: Network, parameters: Mapping[str, Any], dtype: Any) -> Array:
    """Return a network's flat vector from parameters by name, as PyTorch shapes them.

    Raises
    ------
    ValueError
        A name is missing or unknown, or a shape does not fit.
    """
    number = float_type(dtype)
    packing = Packing(network, lanes(number))
    given = {name: np.asarray(value) for name, value in parameters.items()}
    if given.keys() != network.shapes.keys():
        raise ValueError(
            f"parameters: got {', '.join(given)}, expected {', '.join(network.shapes)}"
        )
    for name, shape in network.shapes.items():
        if given[name].shape != shape:
            raise ValueError(f"{name}: got shape {given[name].shape}, expected {shape}")
    flat = aligned_zeros((packing.size,), number)
    H, gates = network.hidden_size, len(network.gate_names)
    for n in range(network.layers):
        end = f"_{n}" if n else ""
        D = network.layer_inputs(n)
        stacked = np.zeros((packing.stored_depth(n), gates, packing.units))
        stacked[:D, :, :H] = given[f"W_ih{end}"].reshape(gates, H, D).transpose(2, 0, 1)
        stacked[D, :, :H] = given[f"b_ih{end}"].reshape(gates, H)
        stacked[D + 1, :, :H] = given[f"b_hh{end}"].reshape(gates, H)
        stacked[D + BIASES : D + BIASES + H, :, :H] = (
            given[f"W_hh{end}"].reshape(gates, H, H).transpose(2, 0, 1)
        )
        for units, view in packing.panels(flat, n):
            view[:] = stacked[:, :, units]
        if network.has_peepholes:
            packing.peepholes(flat, n)[:] = given[f"p{end}"].reshape(-1, H)
    readout = packing.readout
    flat[readout.w : readout.b].reshape(readout.outputs, packing.units)[:, :H] = given["W_hy"]
    flat[readout.b : packing.embedding] = given["b_y"]
    if network.vocabulary_size:
        flat[packing.embedding :] = given["embedding"].reshape(-1)
    return flat


def unpack(network: Network, flat: Array) -> dict[str, Array]:
    """Return copies of the parameters in a flat vector (or of its gradient), by name.

    Raises
    ------
    ValueError
        The vector is not of the network's size for its dtype.
    """
    packing = Packing(network, lanes(float_type(flat.dtype)))
    if flat.shape != (packing.size,):
        raise ValueError(f"flat: got shape {flat.shape}, expected ({packing.size},)")
    H, gates = network.hidden_size, len(network.gate_names)
    named: dict[str, Array] = {}
    for n in range(network.layers):
        end = f"_{n}" if n else ""
        D = network.layer_inputs(n)
        stacked = np.concatenate([view for _, view in packing.panels(flat, n)], axis=2)[:, :, :H]
        by_row = stacked.transpose(1, 2, 0).reshape(gates * H, -1)
        named[f"W_ih{end}"] = by_row[:, :D].copy()
        named[f"W_hh{end}"] = by_row[:, D + BIASES : D + BIASES + H].copy()
        named[f"b_ih{end}"] = by_row[:, D].copy()
        named[f"b_hh{end}"] = by_row[:, D + 1].copy()
        if network.has_peepholes:
            named[f"p{end}"] = packing.peepholes(flat, n).reshape(-1)
    readout = packing.readout
    W_hy = flat[readout.w : readout.b].reshape(readout.outputs, packing.units)
    named |= {"W_hy": W_hy[:, :H].copy(), "b_y": flat[readout.b : packing.embedding].copy()}
    if network.vocabulary_size:
        named["embedding"] = flat[packing.embedding :].reshape(network.shapes["embedding"]).copy()
    return named
