"""The loops over time that the cells share, for a range of samples.

Threads take whole ranges of samples, so nothing waits inside the loop over time; the weight
gradient, split by panels of units, is a product over a block of timesteps and all samples, taken
while the block's dz is in the cache. Each sum keeps its order: the bits do not depend on the
threads.
"""

import math

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.blocks import copy_rows, dot
from rnn_kernels.feeding import FEED, call_feed
from rnn_kernels.jit import filled_in, inlined, inner, jit
from rnn_kernels.layout import SAMPLES, Layer, layer_at, readout_of
from rnn_kernels.network import Readout
from rnn_kernels.packing import copy_readout, transpose_panels
from rnn_kernels.rows import (
    add_final,
    clear_padding,
    keep_next_block,
    zero_final,
    zero_gradients,
    zero_samples,
)
from rnn_kernels.vectors import align_stack

# What each cell has of its own; see `parts`.
forward_timestep = backward_timestep = first_sweep = second_sweep = filled_in
add_outer = product = transposed = filled_in
PAIR = 1

FAR_APART = 2048
"""Bytes between rows from which on it pays to copy those of a block side by side."""


@inlined
def bounds(length: int, part: int, parts: int) -> tuple[int, int]:
    """Range of samples that one of several threads takes, at multiples of eight.

    Then every sample is in a tile of the same height as with one thread, up to heights whose sums
    have the same order.
    """
    eights = (length + 7) // 8
    return min(length, eights * part // parts * 8), min(length, eights * (part + 1) // parts * 8)


@inlined
def vector_bounds(layer: Layer, part: int, parts: int) -> tuple[int, int]:
    """Range of vectors of units that one of several threads takes, as they lie side by side."""
    together = layer.pair if layer.z == layer.units else 1
    panels = layer.units // layer.lanes // together
    return panels * part // parts * together, panels * (part + 1) // parts * together


def forward_sweeps(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """A timestep of a cell some of whose units wait for what others have computed."""
    first_sweep(layer, t, start, stop, parameters, memory)
    second_sweep(layer, t, start, stop, parameters, memory)


def backward_sweeps(
    layer: Layer, t: int, start: int, stop: int, above: int, above_stride: int, e_depth: int,
    parameters: Array, memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """A timestep of such a cell, backwards."""
    first_sweep(
        layer, t, start, stop, above, above_stride, e_depth, parameters, memory, dy, squares
    )
    second_sweep(
        layer, t, start, stop, above, above_stride, e_depth, parameters, memory, dy, squares
    )


def forward_rows(
    plan: Array, feed: Array, active: Array, start: int, stop: int,
    parameters: Array, memory: Array,
) -> None:  # fmt: skip
    """Forward pass of the samples start … stop−1 through all layers."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        if n:
            call_feed(feed[FEED], plan, n, feed, start, stop, memory)
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
        row, end = t * B + start, min(stop, active[t])
        h = layer.h + (row + B) * layer.a_stride
        for o in range(O):
            w = readout.w + o * layer.units
            dot(
                end - start, memory, h, layer.a_stride, parameters, w, layer.units,
                y, row * O + o, O,
            )  # fmt: skip
            for n in range(start, end):
                y[(t * B + n) * O + o] += parameters[readout.b + o]


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
            transpose_panels(layer, first, count, columns, target, depth, parameters, memory)
        copy_readout(layer, readout_of(head).w, parameters, memory)


def backward_rows(
    plan: Array, active: Array, n: int, first: int, begin: int, end: int, start: int, stop: int,
    from_end: bool, parameters: Array, memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """BPTT of timesteps begin … end−1, a block, of samples start … stop−1 through layer n.

    Fills the block's dz and squared norms. dh_T is read where `from_end` is true; dy before `first`
    is not read.
    """
    layer = layer_at(plan, n)
    is_last = n + 1 == plan.shape[0]
    if end < layer.timesteps:
        keep_next_block(layer, start, stop, memory)
    for t in range(end - 1, begin - 1, -1):
        above, above_stride, longest = layer.nothing, 0, max(start, min(stop, active[t]))
        ends_here = max(start, active[t + 1])
        if not is_last:
            layer_above = layer_at(plan, n + 1)
            above_stride = layer_above.dx_stride
            above = layer_above.dx + t * layer.batch * above_stride
            if from_end:
                add_final(layer, above, above_stride, ends_here, longest, memory)
        elif from_end:
            above, above_stride = layer.dh, layer.units
        e_depth = layer.outputs if is_last and t >= first else 0
        backward_timestep(
            layer, t, start, longest, above, above_stride, e_depth, parameters, memory, dy, squares
        )
        if longest < stop:
            row = t % layer.together * layer.batch
            zero_gradients(layer, row + longest, row + stop, memory)
        if from_end and is_last:  # dh_T reaches each sample at its last timestep alone
            zero_final(layer, ends_here, longest, memory)


def fill_dx(layer: Layer, begin: int, end: int, start: int, stop: int, memory: Array) -> None:
    """Fill dx_t = W_ihᵀ [dz_t, dn_t] of a block of timesteps of some samples."""
    width, stride = PAIR * layer.lanes, layer.dx_stride
    depth_n = layer.units if layer.dn else 0
    for t in range(begin, end):
        row = (t - begin) * layer.batch
        for column in range(0, stride, width):
            transposed(
                layer, row + start, row + stop, layer.dn, depth_n, layer.wx + column * layer.rows,
                layer.dx + column + begin * layer.batch * stride, stride, memory,
            )  # fmt: skip


def fill_dh0(layer: Layer, start: int, stop: int, memory: Array) -> None:
    """Fill dh0 = W_hhᵀ [dz_1, dn_h] of some samples, with what a GRU carries beside it."""
    units, width = layer.units, PAIR * layer.lanes
    depth_n = units if layer.dn_h else 0
    for column in range(0, units, width):
        transposed(
            layer, start, stop, layer.dn_h, depth_n,
            layer.wt + column * layer.wt_depth, layer.dh + column, units, memory,
        )  # fmt: skip
    if layer.dn:
        for k in range(start * units, stop * units):
            memory[layer.dh + k] += memory[layer.dc + k]
            memory[layer.dc + k] = 0


def weight_gradient(
    layer: Layer, sample: int, count: int, add: bool, part: int, start: int, stop: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Fill, or add to, the gradient of the packed weights for vectors start … stop−1 of the units.

    dW = Σ_t [x_t, 1, 1, h_{t−1}]ᵀ dz_t over the samples of a block, `count` from `sample` on.
    The inputs stay in the second cache for all panels; dz, copied side by side,
    in the first.
    """
    L = layer.lanes
    gates = layer.z // layer.units
    together = layer.pair if gates == 1 else 1
    width = gates * L * together
    block = layer.block + part * SAMPLES * 4 * L
    for q in range(start, stop, together):
        out = layer.w + q * L * layer.panel
        for n in range(0, count, SAMPLES):
            some = min(SAMPLES, count - n)
            dz, dz_stride = layer.dz + n * layer.z_stride + q * gates * L, layer.z_stride
            if layer.z * memory.itemsize >= FAR_APART:
                copy_rows(memory, dz, dz_stride, block, width, some, width)
                dz, dz_stride = block, width
            add_outer(
                layer.depth, width, memory, layer.a + (sample + n) * layer.a_stride,
                layer.a_stride, dz, dz_stride, some, gradient, out, add or n > 0,
            )  # fmt: skip
        clear_padding(layer, out, width, gradient)


def add_outer_rows(
    depth: int, width: int, memory: Array, a: int, a_stride: int,
    dz: int, dz_stride: int, count: int, gradient: Array, out: int, add: bool,
) -> None:  # fmt: skip
    """Fill, or add to, sums of products of `count` rows of inputs and dz: rows `width` apart."""
    product(depth, memory, a, 1, a_stride, memory, dz, dz_stride, count, gradient, out, width, add)


def readout_gradient(
    plan: Array, head: Array, first: int, memory: Array, dy: Array, gradient: Array
) -> None:
    """Fill dW_hy = Σ_t dy_t h_tᵀ and db_y = Σ_t dy_t over the timesteps from `first` on."""
    align_stack()
    layer, readout = layer_at(plan, plan.shape[0] - 1), readout_of(head)
    O, B, width = readout.outputs, layer.batch, layer.pair * layer.lanes  # noqa: E741
    samples = (layer.timesteps - first) * B
    e, h = first * B * O, layer.h + (first + 1) * B * layer.a_stride
    for unit in range(0, layer.units, width):
        for n in range(0, samples, SAMPLES):  # a sum of sums loses fewer digits than a long one
            product(
                O, dy, e + n * O, 1, O, memory, h + n * layer.a_stride + unit, layer.a_stride,
                min(SAMPLES, samples - n), gradient, readout.w + unit, layer.units, n > 0,
            )  # fmt: skip
    for o in range(O):
        total = 0.0
        for n in range(samples):
            total += np.float64(dy[e + n * O + o])
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
        zero_samples(layer, 0, layer.batch, memory)


@inner
def zero_row(values: Array, start: int, length: int) -> None:
    """Set some elements side by side to zero."""
    for k in range(start, start + length):
        values[k] = values.dtype.type(0)


@inner
def copy_row(values: Array, source: int, offset: int, length: int) -> None:
    """Copy elements side by side to `offset` elements further on."""
    for k in range(source, source + length):
        values[k + offset] = values[k]


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
                zero_samples(layer, b, b + 1, memory)


# What one of several threads does, for each cell: the bulk of the machine code.


def forward_part(
    plan: Array, feed: Array, active: Array, head: Array, first: int, part: int, parts: int,
    parameters: Array, memory: Array, y: Array,
) -> None:  # fmt: skip
    """Forward pass and readout of a part of the samples."""
    align_stack()
    last = layer_at(plan, plan.shape[0] - 1)
    start, stop = bounds(last.batch, part, parts)
    forward_rows(plan, feed, active, start, stop, parameters, memory)
    read_out_rows(last, readout_of(head), active, first, start, stop, parameters, memory, y)


def backward_part(
    plan: Array, active: Array, n: int, first: int, begin: int, end: int, from_end: bool,
    part: int, parts: int, parameters: Array, memory: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """BPTT of a block of timesteps of a part of the samples through layer n."""
    align_stack()
    start, stop = bounds(layer_at(plan, n).batch, part, parts)
    backward_rows(
        plan, active, n, first, begin, end, start, stop, from_end, parameters, memory, dy, squares
    )


def inputs_part(
    plan: Array, n: int, begin: int, end: int, to_start: bool, part: int, parts: int, memory: Array
) -> None:
    """Then the gradient of what layer n has read: dx, and dh0 where it is wanted."""
    align_stack()
    layer = layer_at(plan, n)
    start, stop = bounds(layer.batch, part, parts)
    fill_dx(layer, begin, end, start, stop, memory)
    if to_start and not begin:
        fill_dh0(layer, start, stop, memory)


def gradient_part(
    plan: Array, n: int, begin: int, end: int, part: int, parts: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Weight gradient of a part of the units of layer n, from a block of timesteps."""
    align_stack()
    layer = layer_at(plan, n)
    start, stop = vector_bounds(layer, part, parts)
    B = layer.batch
    weight_gradient(
        layer, begin * B, (end - begin) * B, end < layer.timesteps, part, start, stop,
        memory, gradient,
    )  # fmt: skip
