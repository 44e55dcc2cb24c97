"""Sequences of different lengths in a batch.

The longest samples come first, so that at timestep t only the first active[t] of them are
computed, as in PyTorch's packed sequences. `active` has one count more, active[T] = 0: the samples
that end with timestep t are those from active[t + 1] to active[t]. Without lengths it is B at every
timestep.

What lies beyond a length is filled so that the products over all timesteps, which know no lengths,
add zeros: x, y and all gradients are zero there, and the states stay what they were at the end.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.checks import check_array
from rnn_kernels.jit import address_of, caller, inner, jit_part
from rnn_kernels.layout import Array, layer_at
from rnn_kernels.sweeps import zero_row

call_count_active = caller("lengths s active")
call_fill_beyond = caller("plan active memory y")
call_clear_beyond = caller("plan active memory dy")
call_gather_rows = caller("active first samples y target")
call_spread_rows = caller("active first samples y target dy")


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


def fill_active(active: Array, lengths: Array | None, batch_size: int) -> None:
    """Set how many samples are computed at each timestep."""
    if lengths is None:
        active[:-1] = batch_size
    else:
        active[:-1] = np.count_nonzero(lengths > np.arange(len(active) - 1)[:, None], axis=1)


@cache
def count_active_of() -> int:
    """Compile what counts a step's samples at each timestep."""
    counts = types.Array(types.int64, 1, "C")
    return address_of(_count_active, types.Array(types.int64, 2, "C"), types.int64, counts)


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


@cache
def gather_rows_of(dtype: np.dtype[Any]) -> int:
    """Compile what brings together the rows that a loss counts."""
    values = types.Array(from_dtype(dtype), 1, "C")
    n, active = types.int64, types.Array(types.int64, 1, "C")
    return address_of(_gather_rows, active, n, n, values, values)


@cache
def spread_rows_of(dtype: np.dtype[Any]) -> int:
    """Compile what puts these rows back."""
    values = types.Array(from_dtype(dtype), 1, "C")
    n, active = types.int64, types.Array(types.int64, 1, "C")
    return address_of(_spread_rows, active, n, n, values, values, values)


@jit_part
def _count_active(lengths: Array, s: int, active: Array) -> None:
    """Set how many samples of step s are computed at each timestep."""
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
                _copy_row(memory, layer.h + row * layer.a_stride, B * layer.a_stride, layer.units)
                if layer.c:
                    _copy_row(memory, layer.c + row * layer.units, B * layer.units, layer.units)
                if layer.gates:
                    zero_row(memory, layer.gates + row * layer.z_stride, layer.z)
                if layer.n:
                    zero_row(memory, layer.n + row * layer.n_stride, layer.units)
                    zero_row(memory, layer.n_h + row * layer.n_stride, layer.units)
                zero_row(y, row * outputs, outputs)


@inner
def _copy_row(memory: Array, source: int, offset: int, length: int) -> None:
    """Copy elements that lie side by side to `offset` elements further on."""
    for k in range(source, source + length):
        memory[k + offset] = memory[k]


@jit_part
def _clear_beyond(plan: Array, active: Array, memory: Array, dy: Array) -> None:
    """Before a backward pass: set the gradients that it would fill to zero, and dy."""
    for n in range(plan.shape[0]):
        layer = layer_at(plan, n)
        outputs = dy.size // (layer.timesteps * layer.batch)
        for t in range(layer.timesteps):
            for b in range(active[t], layer.batch):
                row = t * layer.batch + b
                zero_row(memory, layer.dz + row * layer.z_stride, layer.z)
                if layer.dn:
                    zero_row(memory, layer.dn + row * layer.n_stride, layer.units)
                if layer.dn_h:
                    zero_row(memory, layer.dn_h + row * layer.n_stride, layer.units)
                zero_row(dy, row * outputs, outputs)


@jit_part
def _gather_rows(active: Array, first: int, samples: int, y: Array, target: Array) -> None:
    """Bring the rows of the timesteps from `first` on side by side, without those beyond."""
    outputs = y.size // ((active.size - 1) * samples)
    to = first * samples * outputs
    for t in range(first, active.size - 1):
        for k in range(t * samples * outputs, (t * samples + active[t]) * outputs):
            y[to] = y[k]
            target[to] = target[k]
            to += 1


@jit_part
def _spread_rows(
    active: Array, first: int, samples: int, y: Array, target: Array, dy: Array
) -> None:
    """Put gathered rows of y, target and dy back, with zeros beyond the lengths."""
    outputs = y.size // ((active.size - 1) * samples)
    source = first * samples * outputs
    for t in range(first, active.size - 1):
        source += active[t] * outputs
    for t in range(active.size - 2, first - 1, -1):
        begin, end = t * samples * outputs, (t * samples + active[t]) * outputs
        for array in (y, target, dy):
            zero_row(array, end, (samples - active[t]) * outputs)
        for k in range(end - 1, begin - 1, -1):
            source -= 1
            y[k], target[k], dy[k] = y[source], target[source], dy[source]
