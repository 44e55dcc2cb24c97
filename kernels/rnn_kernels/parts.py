"""The parts of a training step, compiled once for each cell and dtype and called by address."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from rnn_kernels import sweeps
from rnn_kernels.jit import address_of, caller, copy_with, inlined, jit_part
from rnn_kernels.lstm import lstm_backward_rows, lstm_forward_rows
from rnn_kernels.rnn import rnn_backward_rows, rnn_forward_rows

call_forward = caller("plan links active head first part parts parameters memory y")
call_backward = caller(
    "plan links active head first from_end to_start part parts memory dy squares"
)
call_gradient = caller("plan part parts memory gradient")
call_pack = caller("plan head to_input parameters memory")
call_carry = caller("plan carry s memory")
call_readout_gradient = caller("plan head first memory dy gradient")

_pack = jit_part(sweeps.pack_layers)
_carry = jit_part(sweeps.carry_states)
_readout_gradient = jit_part(sweeps.readout_gradient)

_TIMESTEPS = {
    "rnn": (rnn_forward_rows, rnn_backward_rows, sweeps.add_outer_2),
    "lstm": (lstm_forward_rows, lstm_backward_rows, sweeps.add_outer_4),
}


def _parts(cell: str) -> tuple[Any, Any, Any]:
    forward, backward, outer = _TIMESTEPS[cell]
    inner = (
        copy_with(sweeps.forward_rows, cell, forward_timestep=inlined(forward)),
        copy_with(sweeps.backward_rows, cell, backward_timestep=inlined(backward)),
        copy_with(sweeps.weight_gradient_vectors, cell, add_outer=inlined(outer)),
    )
    forward_rows, backward_rows, gradient_vectors = (inlined(function) for function in inner)
    return (
        jit_part(copy_with(sweeps.forward_part, cell, forward_rows=forward_rows)),
        jit_part(copy_with(sweeps.backward_part, cell, backward_rows=backward_rows)),
        jit_part(copy_with(sweeps.gradient_part, cell, weight_gradient_vectors=gradient_vectors)),
    )


_PARTS = {cell: _parts(cell) for cell in _TIMESTEPS}


class Parts(NamedTuple):
    """Addresses of compiled parts."""

    forward: int
    pack: int
    backward: int
    gradient: int
    readout_gradient: int


@cache
def parts_of(cell: str, dtype: np.dtype[Any]) -> Parts:
    """Compile the parts of a cell, or load them from the disk."""
    number = from_dtype(dtype)
    plan, head = types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C")
    values, squares = types.Array(number, 1, "C"), types.Array(types.float64, 1, "C")
    n, flag = types.int64, types.boolean
    forward, backward, gradient = _PARTS[cell]
    return Parts(
        address_of(forward, plan, head, head, head, n, n, n, values, values, values),
        address_of(_pack, plan, head, flag, values, values),
        address_of(backward, plan, head, head, head, n, flag, flag, n, n, values, values, squares),
        address_of(gradient, plan, n, n, values, values),
        address_of(_readout_gradient, plan, head, n, values, values, values),
    )


@cache
def carry_of(dtype: np.dtype[Any]) -> int:
    """Compile what carries states from step to step, or load it from the disk."""
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    flags = types.Array(types.boolean, 2, "C")
    return address_of(_carry, plan, flags, types.int64, values)
