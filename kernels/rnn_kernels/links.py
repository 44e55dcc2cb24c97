"""What passes between layers: hidden states upwards, their gradient back down.

Compiled apart from the sweeps and called by address, for one layer alone needs none of it. `links`
holds these addresses, 0 where nothing is to be called.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.jit import address_of, caller, copy_with, filled_in, inlined, inner, jit_part
from rnn_kernels.layout import Array, Layer, Network, Packing, layer_at
from rnn_kernels.microkernel import lanes
from rnn_kernels.microkernel import product_tile as tile_of
from rnn_kernels.tiling import TALLEST_2, tile_rows

product_tile: Any = filled_in

FEED, GRADIENT = range(2)
LINKS = 2

call_feed = caller("plan n start stop memory")
call_input_gradient = caller("plan active n from_end to_start start stop memory")


def set_links(links: Array, network: Network, dtype: np.dtype[Any], *, to_input: bool) -> None:
    """Fill in the addresses of what a network's passes will call.

    `to_input` says that the gradient with respect to the input is wanted.
    """
    several = network.layers > 1
    links[FEED] = _feed_of(dtype) if several else 0
    pair = Packing(network, lanes(dtype)).pair
    links[GRADIENT] = _input_gradient_of(pair, dtype) if several or to_input else 0


@cache
def _feed_of(dtype: np.dtype[Any]) -> int:
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    n = types.int64
    return address_of(_feed, plan, n, n, n, values)


@cache
def _input_gradient_of(pair: int, dtype: np.dtype[Any]) -> int:
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    n, flag, counts = types.int64, types.boolean, types.Array(types.int64, 1, "C")
    return address_of(_with_tiles(pair), plan, counts, n, flag, flag, n, n, values)


@cache
def _with_tiles(pair: int) -> Any:
    tag = str(pair)
    multiply = inner(copy_with(multiply_rows, tag, product_tile=tile_of(pair)))
    dx, dh0 = (
        inlined(copy_with(function, tag, multiply_rows=multiply))
        for function in (fill_dx, fill_dh0)
    )
    return jit_part(copy_with(_input_gradient, tag, fill_dx=dx, fill_dh0=dh0))


@jit_part
def _feed(plan: Array, n: int, start: int, stop: int, memory: Array) -> None:
    """Copy the hidden states of the layer below to where layer n reads its input."""
    below, layer = layer_at(plan, n - 1), layer_at(plan, n)
    for t in range(layer.timesteps):
        for b in range(start, stop):
            source = below.h + ((t + 1) * below.batch + b) * below.a_stride
            target = layer.a + (t * layer.batch + b) * layer.a_stride
            for k in range(layer.inputs):
                memory[target + k] = memory[source + k]


def _input_gradient(
    plan: Array, active: Array, n: int, from_end: bool, to_start: bool,
    start: int, stop: int, memory: Array,
) -> None:  # fmt: skip
    """Fill what layer n hands down: dx, and with `to_start` dh0.

    With `from_end` dx has at a sample's last timestep dh_T of the layer below as well: dx is all
    that reaches it from above.
    """
    layer = layer_at(plan, n)
    for t in range(layer.timesteps):
        fill_dx(layer, t, start, stop, memory)
        if n and from_end:
            below = layer_at(plan, n - 1)
            for b in range(max(start, active[t + 1]), min(stop, active[t])):
                dx = layer.dx + (t * layer.batch + b) * layer.dx_stride
                for k in range(below.hidden):
                    memory[dx + k] += memory[below.dh + b * below.units + k]
    if to_start:
        fill_dh0(layer, start, stop, memory)


def fill_dx(layer: Layer, t: int, start: int, stop: int, memory: Array) -> None:
    """Fill dx_t = W_ihᵀ [dz_t, dn_t] of some samples."""
    row, width = t * layer.batch, layer.pair * layer.lanes
    out, stride = layer.dx + row * layer.dx_stride, layer.dx_stride
    multiply_rows(
        start, stop, layer.dz + row * layer.z_stride, layer.z_stride, layer.z,
        layer.wx, layer.rows, stride, width, out, stride, 0, memory,
    )  # fmt: skip
    if layer.dn:
        multiply_rows(
            start, stop, layer.dn + row * layer.n_stride, layer.n_stride, layer.units,
            layer.wx + layer.z * width, layer.rows, stride, width, out, stride, 1, memory,
        )  # fmt: skip


def fill_dh0(layer: Layer, start: int, stop: int, memory: Array) -> None:
    """Fill dh0 = W_hhᵀ [dz_1, dn_h] of some samples, with what a GRU carries beside it."""
    units, width = layer.units, layer.pair * layer.lanes
    multiply_rows(
        start, stop, layer.dz, layer.z_stride, layer.z,
        layer.wt, layer.wt_depth, units, width, layer.dh, units, 0, memory,
    )  # fmt: skip
    if layer.dn_h:
        multiply_rows(
            start, stop, layer.dn_h, layer.n_stride, units,
            layer.wt + layer.z * width, layer.wt_depth, units, width, layer.dh, units, 1, memory,
        )  # fmt: skip
    if layer.dn:
        for k in range(start * units, stop * units):
            memory[layer.dh + k] += memory[layer.dc + k]
            memory[layer.dc + k] = 0


def multiply_rows(
    start: int, stop: int, rows: int, row_stride: int, depth: int, panels: int, panel_depth: int,
    columns: int, width: int, out: int, out_stride: int, add: int, memory: Array,
) -> None:  # fmt: skip
    """Fill, or add to, (samples, columns) products of rows of dz and panels of weights."""
    for column in range(0, columns, width):
        b = start
        while b < stop:
            count = tile_rows(stop - b, TALLEST_2)
            product_tile(
                count, memory, rows + b * row_stride, row_stride, 1,
                memory, panels + column * panel_depth, width, depth,
                memory, out + b * out_stride + column, out_stride, add,
            )  # fmt: skip
            b += count
