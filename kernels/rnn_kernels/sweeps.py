"""The loops over time that the cells share, for a range of samples.

Threads take whole ranges of samples, so nothing waits inside the loop over time; the weight
gradient is one product over all timesteps and samples after it, split by panels of units. Each sum
keeps its order: the bits do not depend on the threads.
"""

import math

from rnn_kernels.jit import jit
from rnn_kernels.layout import LSTM, SAMPLES, Array, Layer, Readout, layer_at
from rnn_kernels.lstm import lstm_backward_rows, lstm_forward_rows
from rnn_kernels.microkernel import copy_tile, dot_tile, product_tile_1, product_tile_2, product_tile_4
from rnn_kernels.packing import pack_backward
from rnn_kernels.rnn import rnn_backward_rows, rnn_forward_rows
from rnn_kernels.tiling import TALLEST_1, TALLEST_2, TALLEST_4, tile_rows

LARGE_BLOCK = 4 * SAMPLES
"""Samples whose inputs stay in the second cache while all panels pass."""
FAR_APART = 2048
"""Bytes between rows from which on it pays to copy those of a block side by side."""


@jit
def bounds(length: int, part: int, parts: int) -> tuple[int, int]:
    """Range that one of several threads takes, at multiples of two."""
    pairs = (length + 1) // 2
    return min(length, pairs * part // parts * 2), min(length, pairs * (part + 1) // parts * 2)


@jit
def forward_rows(plan: Array, start: int, stop: int, parameters: Array, memory: Array) -> None:
    """Forward pass of the samples start … stop−1 through all layers."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        if n:
            _feed(layer_at(plan, n - 1), layer, start, stop, memory)
        for t in range(layer.timesteps):
            if layer.cell == LSTM:
                lstm_forward_rows(layer, t, start, stop, parameters, memory)
            else:
                rnn_forward_rows(layer, t, start, stop, parameters, memory)


@jit
def _feed(below: Layer, layer: Layer, start: int, stop: int, memory: Array) -> None:
    """Copy the hidden states of the layer below to where this layer reads its input."""
    for t in range(layer.timesteps):
        for b in range(start, stop):
            source = below.h + ((t + 1) * below.batch + b) * below.a_stride
            target = layer.a + (t * layer.batch + b) * layer.a_stride
            for k in range(layer.inputs):
                memory[target + k] = memory[source + k]


@jit
def read_out_rows(
    layer: Layer, readout: Readout, first: int, start: int, stop: int,
    parameters: Array, memory: Array, y: Array,
) -> None:  # fmt: skip
    """Fill y_t = W_hy h_t + b_y of some samples, from timestep `first` on."""
    B, O = layer.batch, readout.outputs  # noqa: E741
    for t in range(first, layer.timesteps):
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_1), t * B + b
            h = layer.h + (row + B) * layer.a_stride
            for o in range(O):
                w = readout.w + o * layer.units
                dot_tile(
                    rows, memory, h, layer.a_stride, parameters, w, layer.units,
                    y, row * O + o, O,
                )  # fmt: skip
                for n in range(rows):
                    y[(row + n) * O + o] += parameters[readout.b + o]
            b += rows


@jit
def backward_rows(
    layer: Layer, outputs: int, first: int, start: int, stop: int, from_end: bool,
    memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """BPTT of the samples start … stop−1 of the last layer: fills dz and squared norms.

    dh_T is read where `from_end` is true; dy before `first` is not read.
    """
    for t in range(layer.timesteps - 1, -1, -1):
        above, above_stride = layer.nothing, 0
        if from_end and t == layer.timesteps - 1:
            above, above_stride = layer.dh, layer.units
        e_depth = outputs if t >= first else 0
        if layer.cell == LSTM:
            lstm_backward_rows(
                layer, t, start, stop, memory, above, above_stride, dy, outputs, e_depth, squares
            )
        else:
            rnn_backward_rows(
                layer, t, start, stop, memory, above, above_stride, dy, outputs, e_depth, squares
            )


@jit
def weight_gradient_vectors(
    layer: Layer, part: int, start: int, stop: int, memory: Array, gradient: Array
) -> None:
    """Fill the gradient of the packed weights for vectors start … stop−1 of the units.

    dW = Σ_t [x_t, 1, 1, h_{t−1}]ᵀ dz_t over all timesteps and samples. They are taken in blocks
    whose inputs stay in the second cache for all panels, and these in blocks whose dz, copied side
    by side, stays in the first.
    """
    L = layer.lanes
    vectors, gates = layer.units // L, layer.z // layer.units
    samples = layer.timesteps * layer.batch
    together = 2 if gates == 1 else 1
    block = layer.block + part * SAMPLES * 4 * L
    for n0 in range(0, samples, LARGE_BLOCK):
        for q in range(start, stop, together):
            width = gates * L * min(together, vectors - q)
            out = layer.w + q * layer.panel
            for n in range(n0, min(samples, n0 + LARGE_BLOCK), SAMPLES):
                count = min(SAMPLES, samples - n)
                dz, dz_stride = layer.dz + n * layer.z_stride + q * gates * L, layer.z_stride
                if layer.z * memory.itemsize >= FAR_APART:
                    gather_block(memory, dz, dz_stride, count, width, L, block)
                    dz, dz_stride = block, width
                add_outer(
                    layer.depth, width, L, memory, layer.a + n * layer.a_stride, layer.a_stride,
                    dz, dz_stride, count, gradient, out, n,
                )  # fmt: skip


@jit
def gather_block(
    memory: Array, source: int, stride: int, count: int, width: int, L: int, target: int
) -> None:
    """Copy the first `width` columns of `count` rows side by side."""
    for n in range(count):
        for k in range(0, width, L):
            copy_tile(1, memory, source + n * stride + k, target + n * width + k)


@jit
def add_outer(
    depth: int, width: int, L: int, memory: Array, a: int, a_stride: int,
    dz: int, dz_stride: int, count: int, gradient: Array, out: int, add: int,
) -> None:  # fmt: skip
    """Fill, or add to, (depth, width) sums of products of `count` rows of inputs and dz."""
    k = 0
    while k < depth:
        if width == 4 * L:
            rows = tile_rows(depth - k, TALLEST_4)
            product_tile_4(
                rows, memory, a + k, 1, a_stride, memory, dz, dz_stride, count,
                gradient, out + k * width, width, add,
            )  # fmt: skip
        elif width == 2 * L:
            rows = tile_rows(depth - k, TALLEST_2)
            product_tile_2(
                rows, memory, a + k, 1, a_stride, memory, dz, dz_stride, count,
                gradient, out + k * width, width, add,
            )  # fmt: skip
        else:
            rows = tile_rows(depth - k, TALLEST_1)
            product_tile_1(
                rows, memory, a + k, 1, a_stride, memory, dz, dz_stride, count,
                gradient, out + k * width, width, add,
            )  # fmt: skip
        k += rows


@jit
def readout_gradient(
    layer: Layer, readout: Readout, first: int, memory: Array, dy: Array, gradient: Array
) -> None:
    """Fill dW_hy = Σ_t dy_t h_tᵀ and db_y = Σ_t dy_t over the timesteps from `first` on."""
    O, B, L = readout.outputs, layer.batch, layer.lanes  # noqa: E741
    samples = (layer.timesteps - first) * B
    e, h = first * B * O, layer.h + (first + 1) * B * layer.a_stride
    o = 0
    while o < O:
        rows = tile_rows(O - o, TALLEST_2)
        for unit in range(0, layer.units, 2 * L):
            out = readout.w + o * layer.units + unit
            if unit + L < layer.units:
                product_tile_2(
                    rows, dy, e + o, 1, O, memory, h + unit, layer.a_stride, samples,
                    gradient, out, layer.units, 0,
                )  # fmt: skip
            else:
                product_tile_1(
                    rows, dy, e + o, 1, O, memory, h + unit, layer.a_stride, samples,
                    gradient, out, layer.units, 0,
                )  # fmt: skip
        o += rows
    for o in range(O):
        total = gradient.dtype.type(0)
        for n in range(samples):
            total += dy[e + n * O + o]
        gradient[readout.b + o] = total


@jit
def finish_norms(squares: Array, norms: Array) -> None:
    """Fill ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ from flat squares, in the order of the batch."""
    B = squares.size // norms.size
    for t in range(norms.size):
        total = 0.0
        for b in range(B):
            total += squares[t * B + b]
        norms[t] = math.sqrt(total)
