"""Sequences of different lengths in a batch.

The longest samples come first, so that at timestep t only the first active[t] of them are
computed, as in PyTorch's packed sequences. `active` has one count more, active[T] = 0: the samples
that end with timestep t are those from active[t + 1] to active[t]. Without lengths it is B at every
timestep. `ends` are the lengths, T for all without.

What lies beyond a length is filled so that the products over all timesteps, which know no lengths,
add zeros: x, y and all gradients are zero there, and the states stay what they were at the end.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.arrays import Array
from rnn_kernels.checks import check_array
from rnn_kernels.jit import address_of, caller, jit_part
from rnn_kernels.layout import layer_at
from rnn_kernels.sweeps import copy_row, zero_row

call_count_active = caller("lengths s active ends")
call_fill_beyond = caller("plan active memory y")
call_clear_beyond = caller("plan active memory dy")


def check_lengths(lengths: Array, shape: tuple[int, ...], timesteps: int, first: int) -> None:
    """Raise ValueError unless lengths (…, B) fit the timesteps and are sorted, longest first."""
    check_array("lengths", lengths, shape, np.dtype(np.int64))
    if not lengths.size:
        return
    if lengths.min() < 1 or lengths.max() > timesteps:
        raise ValueError(
            f"lengths: got {lengths.min()} to {lengths.max()}, expected 1 to {timesteps} timesteps"
        )
    rising = np.argwhere(lengths[..., 1:] > lengths[..., :-1])
    if rising.size:
        *row, b = rising[0]
        before, after = lengths[(*row, b)], lengths[(*row, b + 1)]
        raise ValueError(
            f"lengths: got {before} before {after}, expected the longest first; "
            "np.argsort(-lengths) sorts them"
        )
    if lengths[..., 0].min() <= first:
        raise ValueError(
            f"lengths: got {lengths[..., 0].min()} for the longest sample, "
            f"expected above {first}: the first timestep that counts"
        )


@cache
def count_active_of() -> int:
    """Compile what counts a step's samples at each timestep."""
    counts = types.Array(types.int64, 1, "C")
    return address_of(_count_active, types.Array(types.int64, 2, "C"), types.int64, counts, counts)


@cache
def fill_beyond_of(dtype: np.dtype[Any]) -> int:
    """Compile what finishes a forward pass."""
    return address_of(_fill_beyond, *_pass_types(dtype))


@cache
def clear_beyond_of(dtype: np.dtype[Any]) -> int:
    """Compile what prepares a backward pass."""
    return address_of(_clear_beyond, *_pass_types(dtype))


def _pass_types(dtype: np.dtype[Any]) -> tuple[Any, ...]:
    plan, active = types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C")
    values = types.Array(from_dtype(dtype), 1, "C")
    return plan, active, values, values


@jit_part
def _count_active(lengths: Array, s: int, active: Array, ends: Array) -> None:
    """Set the lengths of step s, and how many samples are computed at each timestep."""
    for b in range(ends.size):
        ends[b] = lengths[s, b]
    count = lengths.shape[1]
    for t in range(active.size - 1):
        while count and lengths[s, count - 1] <= t:
            count -= 1
        active[t] = count


@jit_part
def _fill_beyond(plan: Array, active: Array, memory: Array, y: Array) -> None:
    """After a forward pass: keep the last states, and set x, the gates and y to zero."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        B = layer.batch
        outputs = y.size // (layer.timesteps * B)
        for t in range(layer.timesteps):
            for b in range(active[t], B):
                row = t * B + b
                zero_row(memory, layer.a + row * layer.a_stride, layer.inputs)
                copy_row(memory, layer.h + row * layer.a_stride, B * layer.a_stride, layer.units)
                if layer.c:
                    copy_row(memory, layer.c + row * layer.units, B * layer.units, layer.units)
                if layer.gates:
                    zero_row(memory, layer.gates + row * layer.z_stride, layer.z)
                if layer.n:
                    zero_row(memory, layer.n + row * layer.n_stride, layer.units)
                    zero_row(memory, layer.n_h + row * layer.n_stride, layer.units)
                zero_row(y, row * outputs, outputs)


@jit_part
def _clear_beyond(plan: Array, active: Array, _memory: Array, dy: Array) -> None:
    """Before a backward pass: set dy to zero beyond the lengths."""
    layer = layer_at(plan, 0)
    B, outputs = layer.batch, dy.size // (layer.timesteps * layer.batch)
    for t in range(layer.timesteps):
        zero_row(dy, (t * B + active[t]) * outputs, (B - active[t]) * outputs)
