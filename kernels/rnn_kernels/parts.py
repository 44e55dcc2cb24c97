"""The parts of a training step, compiled once for each cell and dtype and called by address.

Beside the cell and the dtype it is the number of vectors of units that decides about the machine
code: where it is even the tiles take two side by side, else one.
"""

from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from rnn_kernels import gru, lstm, rnn, sweeps
from rnn_kernels.jit import address_of, caller, copy_with, inlined, jit_part
from rnn_kernels.layout import Network, Packing
from rnn_kernels.microkernel import lanes, product_tile
from rnn_kernels.tiling import TALLEST_1, TALLEST_2, TALLEST_4

call_forward = caller("plan links active head first part parts parameters memory y")
call_backward = caller(
    "plan links active head first from_end to_start part parts parameters memory dy squares"
)
call_gradient = caller("plan part parts memory gradient")
call_pack = caller("plan head to_input parameters memory")
call_carry = caller("plan carry s memory")
call_readout_gradient = caller("plan head first memory dy gradient")

_pack = jit_part(sweeps.pack_layers)
_carry = jit_part(sweeps.carry_states)

_TALLEST = {1: TALLEST_1, 2: TALLEST_2, 4: TALLEST_4}


class Cell(NamedTuple):
    """The functions of a cell, whose tiles are still to be filled in."""

    module: ModuleType
    forward: Any
    backward: Any
    gradient: Any


_RNN = Cell(rnn, rnn.rnn_forward_rows, rnn.rnn_backward_rows, sweeps.weight_gradient)
_LSTM = Cell(lstm, lstm.lstm_forward_rows, lstm.lstm_backward_rows, sweeps.weight_gradient)
_CELLS = {
    "rnn": _RNN,
    "rnn-relu": _RNN,
    "lstm": _LSTM,
    "lstm-peephole": _LSTM._replace(gradient=lstm.peephole_lstm_gradient),
    "gru": Cell(gru, gru.gru_forward_rows, gru.gru_backward_rows, gru.gru_weight_gradient),
    "gru-original": Cell(
        gru, gru.original_forward_rows, gru.original_backward_rows, gru.gru_weight_gradient
    ),
}


@cache
def _compiled(name: str, pair: int) -> tuple[Any, Any, Any, Any]:
    """Forward, backward, weight gradient and readout gradient, not yet compiled."""
    cell, tag = _CELLS[name], f"{name.replace('-', '_')}_{pair}"
    tiles = cell.module.tiles_of(name, pair)

    def copy(function: Any, suffix: str = tag, **meanings: Any) -> Any:
        return inlined(copy_with(function, suffix, **meanings))

    def outer(vectors: int) -> Any:
        return copy(
            sweeps.add_outer_rows, f"{tag}_{vectors}",
            product_tile=product_tile(vectors), TALLEST=_TALLEST[vectors],
        )  # fmt: skip

    vectors = {_RNN.module: pair, _LSTM.module: 4}.get(cell.module)
    outers = {"add_outer": outer(vectors)} if vectors else {
        "add_outer_1": outer(1), "add_outer_2": outer(2)
    }  # fmt: skip
    forward_rows = copy(sweeps.forward_rows, forward_timestep=copy(cell.forward, **tiles))
    backward_rows = copy(sweeps.backward_rows, backward_timestep=copy(cell.backward, **tiles))
    gradient = copy(cell.gradient, weight_gradient=copy(sweeps.weight_gradient, **outers), **outers)
    return (
        jit_part(copy_with(sweeps.forward_part, tag, forward_rows=forward_rows)),
        jit_part(copy_with(sweeps.backward_part, tag, backward_rows=backward_rows)),
        jit_part(copy_with(sweeps.gradient_part, tag, weight_gradient=gradient)),
        jit_part(copy_with(sweeps.readout_gradient, str(pair), product_tile=product_tile(pair))),
    )


class Parts(NamedTuple):
    """Addresses of compiled parts."""

    forward: int
    pack: int
    backward: int
    gradient: int
    readout_gradient: int


def parts_of(network: Network, dtype: np.dtype[Any]) -> Parts:
    """Compile the parts of a network's training step, or load them from the disk."""
    return _parts(network.cell, Packing(network, lanes(dtype)).pair, dtype)


@cache
def _parts(cell: str, pair: int, dtype: np.dtype[Any]) -> Parts:
    number = from_dtype(dtype)
    plan, head = types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C")
    values, squares = types.Array(number, 1, "C"), types.Array(types.float64, 1, "C")
    n, flag = types.int64, types.boolean
    forward, backward, gradient, readout_gradient = _compiled(cell, pair)
    return Parts(
        address_of(forward, plan, head, head, head, n, n, n, values, values, values),
        address_of(_pack, plan, head, flag, values, values),
        address_of(
            backward, plan, head, head, head, n, flag, flag, n, n, values, values, values, squares
        ),
        address_of(gradient, plan, n, n, values, values),
        address_of(readout_gradient, plan, head, n, values, values, values),
    )


@cache
def carry_of(dtype: np.dtype[Any]) -> int:
    """Compile what carries states from step to step, or load it from the disk."""
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    flags = types.Array(types.boolean, 2, "C")
    return address_of(_carry, plan, flags, types.int64, values)
