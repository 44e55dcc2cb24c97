"""How a workspace lies in memory.

Every layer has a matrix of inputs, one row for each timestep and sample, in which what the
recurrent product reads stands side by side:

    [ … | x (D) | 1 | 1 | h (H) … ]        h begins at a vector's boundary

so that one product adds W_ih x + b_ih + b_hh + W_hh h. A GRU's n lies apart from its r and z: what
it adds up and what its gradient multiplies are not theirs.

All buffers of a workspace are parts of one array, and a `Layer` says where they begin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.jit import inlined, tuple_reader
from rnn_kernels.network import BIASES, Network, Packing, Readout
from rnn_kernels.vectors import lanes

SAMPLES = 64
"""Samples of a weight gradient's sum at a time: their dz stays in the nearest cache."""

BLOCK_BYTES = 1 << 18
"""Of dz in a block of timesteps: it stays in the second cache, with what it is multiplied by."""

TRACE_BYTES = 1 << 21
"""Of a trace that the second cache holds."""

FEWEST_IN_BLOCK = 4 * SAMPLES
"""Samples whose gradient is worth adding to that of all weights."""


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
    gates: int  # (T, B, Q, gate, lane)
    far: int  # 1 where the trace is larger than the second cache, else 0
    together: int  # timesteps of a block of the backward pass
    dz: int  # (together + 1, B, z_stride), gates likewise: gradient before the nonlinearities
    z: int  # width of these rows: gates · units, without a GRU's n
    z_stride: int  # the same and, where that is an even number of vectors, one more
    n: int  # (T, B, n_stride) of a GRU: its new state before it is mixed with the old one
    n_h: int  # likewise: W_hn h + b_hn, or r ⊙ h in the original form
    dn: int  # (together + 1, B, n_stride): gradient before the tanh
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


@inlined
def readout_of(head: Array) -> Readout:
    """Return the readout from the form in which compiled code takes it."""
    return Readout(head[0], head[1], head[2])


@dataclass(frozen=True)
class Plan:
    """Where the parts of a workspace lie in its memory."""

    layers: tuple[Layer, ...]
    size: int

    @property
    def table(self) -> Array:
        """The layers as rows of an int64 array, the form in which compiled code takes them."""
        return np.array(self.layers, np.int64)


def make_plan(network: Network, T: int, B: int, dtype: np.dtype[Any], threads: int) -> Plan:
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

    together = block_timesteps(T, B, (z_stride + 2 * n_stride * gru) * dtype.itemsize)
    rows_of_block = (together + 1) * B
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
        traced = a_stride + units * lstm + z_stride * (lstm or gru) + 2 * n_stride * gru
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
                gates=take(T * B * z_stride) if lstm or gru else 0,
                far=int(T * B * traced * dtype.itemsize > TRACE_BYTES),
                together=together,
                dz=take(rows_of_block * z_stride),
                z=z,
                z_stride=z_stride,
                n=take(T * B * n_stride) if gru else 0,
                n_h=take(T * B * n_stride) if gru else 0,
                dn=take(rows_of_block * n_stride) if gru else 0,
                dn_h=take(rows_of_block * n_stride) if network.cell == "gru" else 0,
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


def block_timesteps(T: int, B: int, row_bytes: int) -> int:
    """Timesteps whose dz stays in the second cache until the weight gradient has read it."""
    samples = max(FEWEST_IN_BLOCK, BLOCK_BYTES // row_bytes)
    return min(T, max(1, samples // B))


def odd_vectors(length: int, width: int) -> int:
    """Stride of rows: an even number of cache lines apart they would meet in few of its sets."""
    return (length // width | 1) * width
