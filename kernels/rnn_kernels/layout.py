"""How a network's numbers lie in memory.

Every layer has a matrix of inputs, one row for each timestep and sample, in which what the
recurrent product reads stands side by side:

    [ … | x (D) | 1 | 1 | h (H) … ]        h begins at a vector's boundary

so that one product adds W_ih x + b_ih + b_hh + W_hh h. Its weights are packed in panels: the rows
of all gates for a vector of units (two in an RNN), as the product walks through them:

    panel[k, gate, lane],   k = 0 … D + 1 + H        x first, then the two biases, then h

Units are padded to whole vectors. The padding is zero and stays zero: its weights are zero, so its
gates do nothing, so its gradient is zero.

The gate order is i, f, g, o (input, forget, cell, output) or r, z, n (reset, update, new), as in
PyTorch; every kernel takes it from here. A GRU's n lies apart from its r and z: what it adds up and
what its gradient multiplies are not theirs.

All buffers of a workspace are parts of one array, and a `Layer` says where they begin.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rnn_kernels.jit import inlined, tuple_reader
from rnn_kernels.microkernel import lanes

Array: TypeAlias = NDArray[Any]
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
SAMPLES = 64
"""Samples of a weight gradient's sum at a time: their dz stays in the nearest cache."""
_ALIGNMENT = 64  # bytes: a cache line and the widest vector


class Layer(NamedTuple):
    """Sizes of a layer and where its parts begin, in elements. Q: vectors of units.

    What a cell does not have begins at 0.
    """

    timesteps: int
    batch: int
    inputs: int  # D
    outputs: int  # O of the readout
    hidden: int  # H
    units: int  # H padded to whole vectors
    lanes: int
    pair: int  # vectors side by side in a panel of one gate: 2 where their number is even, else 1
    depth: int  # D + 2 + H
    w: int  # in the parameters: packed weights
    panel: int  # elements of the weights of one unit
    peephole: int  # in the parameters: (3, units)
    a: int  # in the memory: inputs of the product, (T+1, B, a_stride), from the x of the first row
    a_stride: int
    h: int  # the h of the first row
    c: int  # cell states (T+1, B, units)
    tanh_c: int  # (T, B, units)
    gates: int  # (T, B, Q, gate, lane)
    dz: int  # likewise: gradient before the nonlinearities
    z: int  # width of these rows: gates · units, without a GRU's n
    z_stride: int  # the same and, where that is an even number of vectors, one more
    n: int  # (T, B, n_stride) of a GRU: its new state before it is mixed with the old one
    n_h: int  # likewise: W_hn h + b_hn, or r ⊙ h in the original form
    dn: int  # likewise: gradient before the tanh
    dn_h: int  # likewise: gradient of n_h; not in the original form
    n_stride: int
    dc: int  # (B, units) carried backwards in time beside dz; dc0 of an LSTM at the end
    dh: int  # (B, units) dh_T before, dh0 after the backward pass
    wt: int  # weights as the backward pass reads them: panels [(Q, gate, lane), pair of vectors]
    rows: int  # gates · units
    wt_depth: int  # rows + O
    block: int  # (threads, SAMPLES, 4 lanes) of dz, side by side
    nothing: int  # zeros for what has no contribution
    wx: int  # W_ihᵀ likewise, of D columns
    dx: int  # (T, B, dx_stride)
    dx_stride: int  # D in whole panels
    squares: int  # in the squared norms: of dh (T, B), then of dc (T, B)


layer_at: Callable[[Array, int], Layer] = tuple_reader(Layer)
"""Compiled code's way to read the layer in a row of a plan."""


class Readout(NamedTuple):
    """Where the linear readout's parameters begin, in elements."""

    outputs: int  # O
    w: int  # W_hy (O, units)
    b: int  # b_y (O,)


@inlined
def readout_of(head: Array) -> Readout:
    """Return the readout from the form in which compiled code takes it."""
    return Readout(head[0], head[1], head[2])


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


def positive_int(name: str, value: object) -> int:
    """Return the value if it is a whole number from 1 up, else raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: got {value!r}, expected a whole number of at least 1")
    return int(value)


def float_type(dtype: object) -> np.dtype[Any]:
    """Return float32 or float64 as a NumPy dtype, else raise ValueError."""
    for known in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype is not None and dtype in (known, known.name, known.type):  # None == float64
            return known
    raise ValueError(f"dtype: got {dtype!r}, expected float32 or float64")


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return zeros that begin at a cache line, so that no vector load straddles two."""
    size = math.prod(shape) * dtype.itemsize
    buffer = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % _ALIGNMENT
    return buffer[start : start + size].view(dtype).reshape(shape)


@dataclass(frozen=True)
class Plan:
    """Where the parts of a workspace lie in its memory."""

    layers: tuple[Layer, ...]
    size: int

    @property
    def table(self) -> Array:
        """The layers as rows of an int64 array, the form in which compiled code takes them."""
        return np.array(self.layers, np.int64)


def make_plan(
    network: Network, T: int, B: int, dtype: np.dtype[Any], threads: int, *, keep_gates: bool
) -> Plan:
    """Lay out the memory for T timesteps of B samples; see `Workspace`."""
    width = lanes(dtype)
    packing = Packing(network, width)
    units, rows = packing.units, len(network.gate_names) * packing.units
    lstm, gru = network.has_cell_state, network.is_gru
    z = rows - units if gru else rows
    z_stride, n_stride = odd_vectors(z, width), odd_vectors(units, width)
    next_free = 0

    def take(count: int) -> int:
        nonlocal next_free
        start = next_free
        next_free += -(-count // width) * width
        return start

    def gradient_of(place: int, count: int) -> int:
        """Memory of its own, or that of the gates, which it then takes the place of."""
        return take(count) if keep_gates or not place else place

    nothing = take(units)
    block = take(threads * SAMPLES * 4 * width)
    layers = []
    for n in range(network.layers):
        D = network.layer_inputs(n)
        before_h = -(-(D + BIASES) // width) * width
        a_stride = before_h + units
        row = take((T + 1) * B * a_stride)
        top = n + 1 == network.layers
        wt_depth = rows + (network.output_size if top else 0)
        panel = packing.pair * width
        dx_stride = -(-D // panel) * panel
        gates = take(T * B * z_stride) if lstm or gru else 0
        new = take(T * B * n_stride) if gru else 0
        n_h = take(T * B * n_stride) if gru else 0
        layers.append(
            Layer(
                timesteps=T,
                batch=B,
                inputs=D,
                outputs=network.output_size,
                hidden=network.hidden_size,
                units=units,
                lanes=width,
                pair=packing.pair,
                depth=D + BIASES + network.hidden_size,
                w=packing.starts[n],
                panel=packing.stored_depth(n) * len(network.gate_names),
                peephole=packing.peephole(n),
                a=row + before_h - D - BIASES,
                a_stride=a_stride,
                h=row + before_h,
                c=take((T + 1) * B * units) if lstm else 0,
                tanh_c=take(T * B * units) if lstm else 0,
                gates=gates,
                dz=gradient_of(gates, T * B * z_stride),
                z=z,
                z_stride=z_stride,
                n=new,
                n_h=n_h,
                dn=gradient_of(new, T * B * n_stride) if gru else 0,
                dn_h=gradient_of(n_h, T * B * n_stride) if network.cell == "gru" else 0,
                n_stride=n_stride,
                dc=take(B * units),
                dh=take(B * units),
                wt=take(units * wt_depth),
                rows=rows,
                wt_depth=wt_depth,
                block=block,
                nothing=nothing,
                wx=take(rows * dx_stride),
                dx=take(T * B * dx_stride),
                dx_stride=dx_stride,
                squares=n * 2 * T * B,
            )
        )
    return Plan(tuple(layers), next_free)


def odd_vectors(length: int, width: int) -> int:
    """Stride of rows: an even number of cache lines apart they would meet in few of its sets."""
    return (length // width | 1) * width
