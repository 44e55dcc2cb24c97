"""The loops over time that the cells share, for a range of samples.

Threads take whole ranges of samples, so nothing waits inside the loop over time; the weight
gradient is one product over all timesteps and samples after it, split by panels of units. Each sum
keeps its order: the bits do not depend on the threads.
"""

import math

from rnn_kernels.jit import filled_in, inlined, inner, jit
from rnn_kernels.layout import SAMPLES, Array, Layer, Readout, layer_at, readout_of
from rnn_kernels.links import FEED, GRADIENT, call_feed, call_input_gradient
from rnn_kernels.microkernel import copy_tile, dot_tile
from rnn_kernels.packing import copy_readout, transpose_panels
from rnn_kernels.tiling import TALLEST_1, TALLEST_2, tile_rows

# What each cell has of its own; see `parts`.
forward_timestep = backward_timestep = add_outer = product_tile = filled_in
TALLEST = 0

LARGE_BLOCK = 4 * SAMPLES
"""Samples whose inputs stay in the second cache while all panels pass."""


FAR_APART = 2048
"""Bytes between rows from which on it pays to copy those of a block side by side."""


@inner
def bounds(length: int, part: int, parts: int) -> tuple[int, int]:
    """Range of samples that one of several threads takes, at multiples of eight.

    Then every sample is in a tile of the same height as with one thread, up to heights whose sums
    have the same order.
    """
    eights = (length + 7) // 8
    return min(length, eights * part // parts * 8), min(length, eights * (part + 1) // parts * 8)


@inner
def vector_bounds(layer: Layer, part: int, parts: int) -> tuple[int, int]:
    """Range of vectors of units that one of several threads takes, whole panels."""
    panels = layer.units // layer.lanes // layer.pair
    return panels * part // parts * layer.pair, panels * (part + 1) // parts * layer.pair


def forward_rows(
    plan: Array, links: Array, active: Array, start: int, stop: int,
    parameters: Array, memory: Array,
) -> None:  # fmt: skip
    """Forward pass of the samples start … stop−1 through all layers."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        if n:
            call_feed(links[FEED], plan, n, start, stop, memory)
        for t in range(layer.timesteps):
            forward_timestep(layer, t, start, min(stop, active[t]), parameters, memory)


@inlined
def read_out_rows(
    layer: Layer, readout: Readout, active: Array, first: int, start: int, stop: int,
    parameters: Array, memory: Array, y: Array,
) -> None:  # fmt: skip
    """Fill y_t = W_hy h_t + b_y of some samples, from timestep `first` on."""
    B, O = layer.batch, readout.outputs  # noqa: E741
    for t in range(first, layer.timesteps):
        b, end = start, min(stop, active[t])
        while b < end:
            rows, row = tile_rows(end - b, TALLEST_1), t * B + b
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


def pack_layers(plan: Array, head: Array, to_input: bool, parameters: Array, memory: Array) -> None:
    """Fill the panels of W_hhᵀ and W_ihᵀ that the backward pass reads.

    W_ihᵀ of the first layer is wanted only for the gradient with respect to its input.
    """
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        for to_wx in range(2 if n or to_input else 1):
            if to_wx:
                first, count, columns = 0, layer.inputs, layer.dx_stride
                target, depth = layer.wx, layer.rows
            else:
                first, count, columns = layer.inputs + 2, layer.hidden, layer.units
                target, depth = layer.wt, layer.wt_depth
            transpose_panels(layer, first, count, columns, parameters, memory, target, depth)
        copy_readout(layer, readout_of(head), parameters, memory)


def backward_rows(
    plan: Array, links: Array, active: Array, outputs: int, first: int, start: int, stop: int,
    from_end: bool, to_start: bool, parameters: Array, memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """BPTT of the samples start … stop−1 through all layers: fills dz and squared norms.

    dh_T is read where `from_end` is true, dx and dh0 are filled where `to_start` is; dy before
    `first` is not read.
    """
    for n in range(plan.shape[0] - 1, -1, -1):
        layer = layer_at(plan, n)
        is_last = n + 1 == plan.shape[0]
        for t in range(layer.timesteps - 1, -1, -1):
            if not is_last:
                layer_above = layer_at(plan, n + 1)
                above_stride = layer_above.dx_stride
                above = layer_above.dx + t * layer.batch * above_stride
            elif from_end:
                above, above_stride = layer.dh, layer.units
            else:
                above, above_stride = layer.nothing, 0
            e_depth = outputs if is_last and t >= first else 0
            end = min(stop, active[t])
            backward_timestep(
                layer, t, start, end, parameters, memory, above, above_stride,
                dy, outputs, e_depth, squares,
            )  # fmt: skip
            if from_end and is_last:  # each sample has it from above at its last timestep alone
                for b in range(max(start, active[t + 1]), end):
                    zero_row(memory, layer.dh + b * layer.units, layer.units)
        if n or to_start:
            call_input_gradient(
                links[GRADIENT], plan, active, n, from_end, to_start, start, stop, memory
            )


def weight_gradient(
    layer: Layer, part: int, start: int, stop: int, memory: Array, gradient: Array
) -> None:
    """Fill the gradient of the packed weights for vectors start … stop−1 of the units.

    dW = Σ_t [x_t, 1, 1, h_{t−1}]ᵀ dz_t over all timesteps and samples. They are taken in blocks
    whose inputs stay in the second cache for all panels, and these in blocks whose dz, copied side
    by side, stays in the first.
    """
    L = layer.lanes
    gates, samples = layer.z // layer.units, layer.timesteps * layer.batch
    together = layer.pair if gates == 1 else 1
    width = gates * L * together
    block = layer.block + part * SAMPLES * 4 * L
    for n0 in range(0, samples, LARGE_BLOCK):
        for q in range(start, stop, together):
            out = layer.w + q * layer.panel
            for n in range(n0, min(samples, n0 + LARGE_BLOCK), SAMPLES):
                count = min(SAMPLES, samples - n)
                dz, dz_stride = layer.dz + n * layer.z_stride + q * gates * L, layer.z_stride
                if layer.z * memory.itemsize >= FAR_APART:
                    gather_block(memory, dz, dz_stride, count, width, L, block)
                    dz, dz_stride = block, width
                add_outer(
                    layer.depth, width, memory, layer.a + n * layer.a_stride, layer.a_stride,
                    dz, dz_stride, count, gradient, out, n,
                )  # fmt: skip
            clear_padding(layer, out, width, gradient)


@inner
def clear_padding(layer: Layer, out: int, width: int, gradient: Array) -> None:
    """Zero the rows of a panel below those of its units."""
    for k in range(layer.depth * width, (layer.depth + layer.units - layer.hidden) * width):
        gradient[out + k] = gradient.dtype.type(0)


@inner
def gather_block(
    memory: Array, source: int, stride: int, count: int, width: int, L: int, target: int
) -> None:
    """Copy the first `width` columns of `count` rows side by side."""
    for n in range(count):
        for k in range(0, width, L):
            copy_tile(1, memory, source + n * stride + k, target + n * width + k)


def add_outer_rows(
    depth: int, width: int, memory: Array, a: int, a_stride: int,
    dz: int, dz_stride: int, count: int, gradient: Array, out: int, add: int,
) -> None:  # fmt: skip
    """Fill, or add to, sums of products of `count` rows of inputs and dz: rows `width` apart."""
    k = 0
    while k < depth:
        rows = tile_rows(depth - k, TALLEST)
        product_tile(
            rows, memory, a + k, 1, a_stride, memory, dz, dz_stride, count,
            gradient, out + k * width, width, add,
        )  # fmt: skip
        k += rows


def readout_gradient(
    plan: Array, head: Array, first: int, memory: Array, dy: Array, gradient: Array
) -> None:
    """Fill dW_hy = Σ_t dy_t h_tᵀ and db_y = Σ_t dy_t over the timesteps from `first` on."""
    layer, readout = layer_at(plan, plan.shape[0] - 1), readout_of(head)
    O, B, width = readout.outputs, layer.batch, layer.pair * layer.lanes  # noqa: E741
    samples = (layer.timesteps - first) * B
    e, h = first * B * O, layer.h + (first + 1) * B * layer.a_stride
    o = 0
    while o < O:
        rows = tile_rows(O - o, TALLEST_2)
        for unit in range(0, layer.units, width):
            product_tile(
                rows, dy, e + o, 1, O, memory, h + unit, layer.a_stride, samples,
                gradient, readout.w + o * layer.units + unit, layer.units, 0,
            )  # fmt: skip
        o += rows
    for o in range(O):
        total = gradient.dtype.type(0)
        for n in range(samples):
            total += dy[e + n * O + o]
        gradient[readout.b + o] = total


@inner
def clear(values: Array) -> None:
    """Set a flat array to zero."""
    for k in range(values.size):
        values[k] = 0


@inner
def finish_norms(squares: Array, norms: Array) -> None:
    """Fill ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ from flat squares, in the order of the batch."""
    B = squares.size // norms.size
    for t in range(norms.size):
        total = 0.0
        for b in range(B):
            total += squares[t * B + b]
        norms[t] = math.sqrt(total)


@jit
def zero_states(plan: Array, memory: Array) -> None:
    """Set the initial states and the carried gradient of every layer to zero."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        for b in range(layer.batch):
            zero_sample(layer, b, memory)


@inner
def zero_sample(layer: Layer, b: int, memory: Array) -> None:
    """Set the initial states and the carried gradient of a sample to zero."""
    zero_row(memory, layer.h + b * layer.a_stride, layer.units)
    zero_row(memory, layer.dc + b * layer.units, layer.units)
    if layer.c:
        zero_row(memory, layer.c + b * layer.units, layer.units)


@inner
def zero_row(memory: Array, start: int, length: int) -> None:
    """Set some elements side by side to zero."""
    for k in range(start, start + length):
        memory[k] = memory.dtype.type(0)


@inner
def last_states_first(plan: Array, memory: Array) -> None:
    """Copy the states after the last timestep of every layer to where the first one begins."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        for b in range(layer.batch):
            _last_state_first(layer, b, memory)


@inner
def _last_state_first(layer: Layer, b: int, memory: Array) -> None:
    """Copy the last states of one sample to where its first ones lie."""
    last = layer.timesteps * layer.batch + b
    for k in range(layer.units):
        first = layer.h + b * layer.a_stride + k
        memory[first] = memory[layer.h + last * layer.a_stride + k]
    if layer.c:
        for k in range(layer.units):
            first = layer.c + b * layer.units + k
            memory[first] = memory[layer.c + last * layer.units + k]


def carry_states(plan: Array, carry: Array, s: int, memory: Array) -> None:
    """Begin step s where the one before has ended, in the samples that carry[s] names; else zero.

    The carried gradient is zero for all: it does not reach the step before.
    """
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        for b in range(layer.batch):
            if carry[s, b]:
                _last_state_first(layer, b, memory)
                zero_row(memory, layer.dc + b * layer.units, layer.units)
            else:
                zero_sample(layer, b, memory)


# What one of several threads does, for each cell: the bulk of the machine code.


def forward_part(
    plan: Array, links: Array, active: Array, head: Array, first: int, part: int, parts: int,
    parameters: Array, memory: Array, y: Array,
) -> None:  # fmt: skip
    """Forward pass and readout of a part of the samples."""
    last = layer_at(plan, plan.shape[0] - 1)
    start, stop = bounds(last.batch, part, parts)
    forward_rows(plan, links, active, start, stop, parameters, memory)
    read_out_rows(last, readout_of(head), active, first, start, stop, parameters, memory, y)


def backward_part(
    plan: Array, links: Array, active: Array, head: Array, first: int, from_end: bool,
    to_start: bool, part: int, parts: int,
    parameters: Array, memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """BPTT of a part of the samples."""
    start, stop = bounds(layer_at(plan, 0).batch, part, parts)
    outputs = readout_of(head).outputs
    backward_rows(
        plan, links, active, outputs, first, start, stop, from_end, to_start,
        parameters, memory, dy, squares,
    )  # fmt: skip


def gradient_part(plan: Array, part: int, parts: int, memory: Array, gradient: Array) -> None:
    """Weight gradient of a part of the units of every layer."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        start, stop = vector_bounds(layer, part, parts)
        weight_gradient(layer, part, start, stop, memory, gradient)
