"""What passes between layers: hidden states upwards, their gradient back down.

Compiled apart from the sweeps and called by address, for one layer alone needs none of it. `links`
holds these addresses, 0 where nothing is to be called.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.jit import address_of, caller, inner, jit_part
from rnn_kernels.layout import Array, Layer, layer_at
from rnn_kernels.microkernel import product_tile_1, product_tile_2
from rnn_kernels.tiling import TALLEST_2, tile_rows

FEED, GRADIENT = range(2)
LINKS = 2

call_feed = caller("plan n start stop memory")
call_input_gradient = caller("plan active n from_end to_start start stop memory")


def set_links(links: Array, layers: int, dtype: np.dtype[Any], *, to_input: bool) -> None:
    """Fill in the addresses of what a network's passes will call.

    `to_input` says that the gradient with respect to the input is wanted.
    """
    links[FEED] = _feed_of(dtype) if layers > 1 else 0
    links[GRADIENT] = _input_gradient_of(dtype) if layers > 1 or to_input else 0


@cache
def _feed_of(dtype: np.dtype[Any]) -> int:
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    n = types.int64
    return address_of(_feed, plan, n, n, n, values)


@cache
def _input_gradient_of(dtype: np.dtype[Any]) -> int:
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    n, flag, counts = types.int64, types.boolean, types.Array(types.int64, 1, "C")
    return address_of(_input_gradient, plan, counts, n, flag, flag, n, n, values)


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


@jit_part
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
        row = t * layer.batch
        multiply_rows(
            layer, layer.dz + row * layer.z_stride, start, stop, layer.wx, layer.z,
            layer.dx_stride, layer.dx + row * layer.dx_stride, layer.dx_stride, memory,
        )  # fmt: skip
        if n and from_end:
            below = layer_at(plan, n - 1)
            for b in range(max(start, active[t + 1]), min(stop, active[t])):
                dx = layer.dx + (row + b) * layer.dx_stride
                for k in range(below.hidden):
                    memory[dx + k] += memory[below.dh + b * below.units + k]
    if to_start:
        multiply_rows(
            layer, layer.dz, start, stop, layer.wt, layer.wt_depth,
            layer.units, layer.dh, layer.units, memory,
        )  # fmt: skip


@inner
def multiply_rows(
    layer: Layer, dz: int, start: int, stop: int, panels: int, panel_depth: int,
    columns: int, out: int, out_stride: int, memory: Array,
) -> None:  # fmt: skip
    """Fill (samples, columns) products of dz of one timestep and transposed weights."""
    L, Z = layer.lanes, layer.z_stride
    for column in range(0, columns, 2 * L):
        w = panels + column * panel_depth
        b = start
        while b < stop:
            rows = tile_rows(stop - b, TALLEST_2)
            target = out + b * out_stride + column
            if column + L < columns:
                product_tile_2(
                    rows, memory, dz + b * Z, Z, 1, memory, w, 2 * L, layer.z,
                    memory, target, out_stride, 0,
                )  # fmt: skip
            else:
                product_tile_1(
                    rows, memory, dz + b * Z, Z, 1, memory, w, L, layer.z,
                    memory, target, out_stride, 0,
                )  # fmt: skip
            b += rows
