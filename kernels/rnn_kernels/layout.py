"""How a network's numbers lie in memory: parameters in one flat vector, the trace in arrays.

The gate order is i, f, g, o (input, forget, cell, output), as in PyTorch; every kernel takes it
from here. The public names and shapes are fixed; the arrays in `Trace` are the kernels' own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Cell: TypeAlias = Literal["rnn", "lstm"]

RNN, LSTM = 0, 1
CELL_CODES = {"rnn": RNN, "lstm": LSTM}
GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o")}
I, F, G, O = map(GATES["lstm"].index, "ifgo")  # noqa: E741  the gates' own names
assert [I, F, G, O] == [0, 1, 2, 3]  # noqa: S101  sigmoids and files rely on the order

TILE = 4
"""Rows and columns of a product that are computed together; threads split at multiples of it."""
_BLOCK = 128  # samples of the weight gradient's sum that are transposed at a time
_ALIGNMENT = 64  # bytes: a cache line and the widest vector


class Weights(NamedTuple):
    """Views into a flat vector, of parameters or of their gradient. R rows: 4H, or H in an RNN."""

    W_ih: Array  # (R, D)
    W_hh: Array  # (R, H)
    b_ih: Array  # (R,)
    b_hh: Array  # (R,)
    W_hy: Array  # (O, H)
    b_y: Array  # (O,)


@dataclass(frozen=True)
class Network:
    """One recurrent layer and its linear readout.

    Attributes
    ----------
    cell : {"rnn", "lstm"}
        tanh RNN, or LSTM with forget gate and without peepholes.
    input_size, hidden_size, output_size : int
        D, H and O: features of a timestep, units, outputs of a timestep.

    Raises
    ------
    ValueError
        The cell is unknown or a size is no positive whole number.
    """

    cell: Cell
    input_size: int
    hidden_size: int
    output_size: int

    def __post_init__(self) -> None:
        if self.cell not in CELL_CODES:
            raise ValueError(f"cell: got {self.cell!r}, expected one of {', '.join(CELL_CODES)}")
        for name in ("input_size", "hidden_size", "output_size"):
            positive_int(name, getattr(self, name))

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Names of the gates in the order of their rows."""
        return GATES[self.cell]

    @property
    def rows(self) -> int:
        """R: rows of W_ih and W_hh, gates times units."""
        return len(self.gate_names) * self.hidden_size

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter, in the order in which they follow each other in the vector."""
        R, D, H, O = self.rows, self.input_size, self.hidden_size, self.output_size  # noqa: E741
        return {
            "W_ih": (R, D),
            "W_hh": (R, H),
            "b_ih": (R,),
            "b_hh": (R,),
            "W_hy": (O, H),
            "b_y": (O,),
        }

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def views(self, flat: Array) -> dict[str, Array]:
        """Return the parameters in a flat vector, by name, as views.

        Parameters
        ----------
        flat : array, shape (size,)
            Contiguous: parameters, their gradient, or a state of the optimizer.

        Raises
        ------
        ValueError
            The vector is not contiguous or not of the network's size.
        """
        if flat.shape != (self.size,) or not flat.flags.c_contiguous:
            raise ValueError(
                f"flat: got shape {flat.shape}, expected a contiguous vector of {self.size}"
            )
        views, start = {}, 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            views[name] = flat[start:stop].reshape(shape)
            start = stop
        return views

    def weights(self, flat: Array) -> Weights:
        """Return the views as the tuple that the kernels take."""
        return Weights(**self.views(flat))


class Trace(NamedTuple):
    """What the kernels read and fill. Index 0 of h and c is the initial state. c: (…, 0) in an RNN.

    `samples` is N = T·B rounded up to a block; R the rows of the gates.
    """

    x: Array  # (T, B, D)
    h: Array  # (T+1, B, H)
    c: Array  # (T+1, B, H)
    tanh_c: Array  # (T, B, H)
    gates: Array  # (T, B, R) i, f, g, o after their nonlinearity; empty in an RNN, whose gate is h
    y: Array  # (T, B, O)
    target: Array  # (T, B, O)
    dy: Array  # (T, B, O)
    dx: Array  # (T, B, D)
    dz: Array  # (T, B, R) of the gates before their nonlinearity
    dh: Array  # (B, H) carried backwards in time; dh0 at the end
    dc: Array  # (B, H)
    dh_squares: Array  # (T, B) float64: squared norm of the total derivative of each sample
    dc_squares: Array  # (T, B)
    dh_norm: Array  # (T,) float64
    dc_norm: Array  # (T,)
    bias: Array  # (R,) b_ih + b_hh
    W_ihT: Array  # (D, R)
    W_hhT: Array  # (H, R)
    dzT: Array  # (R, block) transposed samples for the weight gradient
    hT: Array  # (threads, H, block)
    xT: Array  # (threads, D, block)


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


def trace_shapes(network: Network, T: int, B: int, threads: int) -> Mapping[str, tuple[int, ...]]:
    """Shape of every array of a trace, by name."""
    D, H, R = network.input_size, network.hidden_size, network.rows
    has_cell = H if network.cell == "lstm" else 0
    out = (T, B, network.output_size)
    block = min(_BLOCK, -(-T * B // 16) * 16)
    return {
        "x": (T, B, D),
        "h": (T + 1, B, H),
        "c": (T + 1, B, has_cell),
        "tanh_c": (T, B, has_cell),
        "gates": (T, B, len(network.gate_names) * has_cell),
        "y": out,
        "target": out,
        "dy": out,
        "dx": (T, B, D),
        "dz": (T, B, R),
        "dh": (B, H),
        "dc": (B, H),
        "dh_squares": (T, B),
        "dc_squares": (T, B),
        "dh_norm": (T,),
        "dc_norm": (T,),
        "bias": (R,),
        "W_ihT": (D, R),
        "W_hhT": (H, R),
        "dzT": (R, block),
        "hT": (threads, H, block),
        "xT": (threads, D, block),
    }
