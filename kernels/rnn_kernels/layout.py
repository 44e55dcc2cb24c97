"""How a network's numbers lie in memory.

Every layer has a matrix of inputs, one row for each timestep and sample, in which what the
recurrent product reads stands side by side:

    [ … | x (D) | 1 | 1 | h (H) … ]        h begins at a vector's boundary

so that one product adds W_ih x + b_ih + b_hh + W_hh h. Its weights are packed in panels: the rows
of all gates for a vector (LSTM, GRU) or two (RNN) of units, as the product walks through them:

    panel[k, gate, lane],   k = 0 … D + 1 + H        x first, then the two biases, then h

Units are padded to whole vectors. The padding is zero and stays zero: its weights are zero, so its
gates do nothing, so its gradient is zero.

The gate order is i, f, g, o (input, forget, cell, output), as in PyTorch; every kernel takes it
from here. All buffers of a workspace are parts of one array, and a `Layer` says where they begin.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rnn_kernels.jit import inlined, inner
from rnn_kernels.microkernel import lanes

Array: TypeAlias = NDArray[Any]
Cell: TypeAlias = Literal["rnn", "lstm"]

RNN, LSTM = 0, 1
CELL_CODES = {"rnn": RNN, "lstm": LSTM}
GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o")}
I, F, G, O = map(GATES["lstm"].index, "ifgo")  # noqa: E741  the gates' own names
assert [I, F, G, O] == [0, 1, 2, 3]  # noqa: S101  files and peers rely on the order

BIASES = 2
MOST_LAYERS = 4
SAMPLES = 64
"""Samples of a weight gradient's sum at a time: their dz stays in the nearest cache."""
_ALIGNMENT = 64  # bytes: a cache line and the widest vector


class Layer(NamedTuple):
    """Sizes of a layer and where its parts begin, in elements. Q: vectors of units."""

    cell: int
    timesteps: int
    batch: int
    inputs: int  # D
    hidden: int  # H
    units: int  # H padded to whole vectors
    lanes: int
    depth: int  # D + 2 + H
    w: int  # in the parameters: packed weights
    panel: int  # elements of the weights of one vector of units
    a: int  # in the memory: inputs of the product, (T+1, B, a_stride), from the x of the first row
    a_stride: int
    h: int  # the h of the first row
    c: int  # cell states (T+1, B, units)
    tanh_c: int  # (T, B, units)
    gates: int  # (T, B, Q, gate, lane)
    dz: int  # likewise: gradient before the nonlinearities
    z: int  # gates · units
    z_stride: int  # the same and, where that is an even number of vectors, one more
    dc: int  # (B, units) carried backwards in time; dc0 at the end
    dh: int  # (B, units) dh_T before, dh0 after the backward pass
    wt: int  # weights as the backward pass reads them: panels [(Q, gate, lane), 2 vectors]
    wt_depth: int  # gates · units + O
    block: int  # (threads, SAMPLES, 4 lanes) of dz, side by side
    nothing: int  # zeros for what has no contribution
    wx: int  # W_ihᵀ likewise, of D columns in whole vectors
    dx: int  # (T, B, dx_stride)
    dx_stride: int
    squares: int  # in the squared norms: of dh (T, B), then of dc (T, B)


@inner
def layer_at(plan: Array, n: int) -> Layer:
    """Return the layer in a row of the plan."""
    p = plan[n]
    return Layer(
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11],
        p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19], p[20], p[21], p[22], p[23],
        p[24], p[25], p[26], p[27], p[28],
    )  # fmt: skip


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
    cell : {"rnn", "lstm"}
        tanh RNN, or LSTM with forget gate and without peepholes.
    input_size, hidden_size, output_size : int
        D, H and O: features of a timestep, units of a layer, outputs of a timestep.
    layers : int
        1 to 4.

    Raises
    ------
    ValueError
        The cell is unknown or a size is no positive whole number.
    """

    cell: Cell
    input_size: int
    hidden_size: int
    output_size: int
    layers: int = 1

    def __post_init__(self) -> None:
        if self.cell not in CELL_CODES:
            raise ValueError(f"cell: got {self.cell!r}, expected one of {', '.join(CELL_CODES)}")
        for name in ("input_size", "hidden_size", "output_size", "layers"):
            positive_int(name, getattr(self, name))
        if self.layers > MOST_LAYERS:
            raise ValueError(f"layers: got {self.layers}, expected 1 to {MOST_LAYERS}")

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Names of the gates in the order of their rows."""
        return GATES[self.cell]

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
        return shapes | {"W_hy": (O, H), "b_y": (O,)}

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
        gates = len(self.network.gate_names)
        starts = [0]
        for n in range(self.network.layers):
            starts.append(starts[-1] + self.stored_depth(n) * gates * self.units)
        return tuple(starts)

    @property
    def readout(self) -> Readout:
        """Place of the readout."""
        outputs, start = self.network.output_size, self.starts[-1]
        return Readout(outputs, start, start + outputs * self.units)

    @property
    def size(self) -> int:
        """Elements of the vector."""
        return self.readout.b + self.network.output_size

    def panels(self, flat: Array, layer: int) -> list[tuple[slice, Array]]:
        """Views (depth, gates, units) of a layer's panels, with which units they are."""
        gates, depth = len(self.network.gate_names), self.stored_depth(layer)
        vectors = self.units // self.lanes
        together = 1 if gates > 1 else 2
        views = []
        for q in range(0, vectors, together):
            width = min(together, vectors - q) * self.lanes
            begin = self.starts[layer] + q * depth * gates * self.lanes
            block = flat[begin : begin + depth * gates * width]
            unit = q * self.lanes
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
    readout = packing.readout
    flat[readout.w : readout.b].reshape(readout.outputs, packing.units)[:, :H] = given["W_hy"]
    flat[readout.b :] = given["b_y"]
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
    readout = packing.readout
    W_hy = flat[readout.w : readout.b].reshape(readout.outputs, packing.units)
    return named | {"W_hy": W_hy[:, :H].copy(), "b_y": flat[readout.b :].copy()}


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
    units, gates = packing.units, len(network.gate_names)
    Z, next_free = gates * units, 0
    # Rows an even number of cache lines apart would meet in few sets of the cache.
    z_stride = (Z // width | 1) * width

    def take(count: int) -> int:
        nonlocal next_free
        start = next_free
        next_free += -(-count // width) * width
        return start

    nothing = take(units)
    block = take(threads * SAMPLES * 4 * width)
    layers = []
    for n in range(network.layers):
        D = network.layer_inputs(n)
        before_h = -(-(D + BIASES) // width) * width
        a_stride = before_h + units
        row = take((T + 1) * B * a_stride)
        lstm = network.cell == "lstm"
        top = n + 1 == network.layers
        wt_depth = Z + (network.output_size if top else 0)
        dx_stride = -(-D // width) * width
        gates_at = take(T * B * z_stride) if lstm else 0
        layers.append(
            Layer(
                cell=CELL_CODES[network.cell],
                timesteps=T,
                batch=B,
                inputs=D,
                hidden=network.hidden_size,
                units=units,
                lanes=width,
                depth=D + BIASES + network.hidden_size,
                w=packing.starts[n],
                panel=packing.stored_depth(n) * gates * width,
                a=row + before_h - D - BIASES,
                a_stride=a_stride,
                h=row + before_h,
                c=take((T + 1) * B * units) if lstm else 0,
                tanh_c=take(T * B * units) if lstm else 0,
                gates=gates_at,
                dz=take(T * B * z_stride) if keep_gates or not lstm else gates_at,
                z=Z,
                z_stride=z_stride,
                dc=take(B * units),
                dh=take(B * units),
                wt=take(units * wt_depth),
                wt_depth=wt_depth,
                block=block,
                nothing=nothing,
                wx=take(Z * dx_stride),
                dx=take(T * B * dx_stride),
                dx_stride=dx_stride,
                squares=n * 2 * T * B,
            )
        )
    return Plan(tuple(layers), next_free)
