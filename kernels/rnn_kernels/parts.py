"""The parts of a training step, compiled once for each cell and dtype and called by address.

Beside the cell and the dtype it is the number of vectors of units that decides about the machine
code: where it is even the tiles take two side by side, else one.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from rnn_kernels import sweeps
from rnn_kernels.blocks import product_of
from rnn_kernels.gru import (
    gates_backward,
    gates_forward,
    gru_backward,
    gru_forward,
    gru_weight_gradient,
    new_forward,
    reset_backward,
)
from rnn_kernels.jit import (
    CompilerOffError,
    address_of,
    caller,
    copy_with,
    inlined,
    jit_part,
    numba_config,
)
from rnn_kernels.lstm import lstm_backward, lstm_forward, peephole_lstm_gradient
from rnn_kernels.network import Network, Packing
from rnn_kernels.rnn import rnn_backward, rnn_forward
from rnn_kernels.tiling import transposed_product
from rnn_kernels.vectors import lanes

call_forward = caller("plan feed active head first part parts parameters memory y")
call_backward = caller(
    "plan active n first begin end from_end part parts parameters memory dy squares"
)
call_inputs = caller("plan n begin end to_start part parts memory")
call_gradient = caller("plan n begin end part parts memory gradient")
call_pack = caller("plan head to_input parameters memory")
call_carry = caller("plan carry s memory")
call_readout_gradient = caller("plan head first memory dy gradient")

_pack = jit_part(sweeps.pack_layers)
_carry = jit_part(sweeps.carry_states)


class Cell(NamedTuple):
    """The kernels of a timestep, in the order of their sweeps, and of the weight gradient."""

    forward: tuple[Any, ...]
    backward: tuple[Any, ...]
    gradient: Any
    outer: dict[str, int]
    """Vectors side by side in its products, by the name that it calls them by."""


def _cell(name: str, pair: int) -> Cell:
    if name.startswith("rnn"):
        relu = name == "rnn-relu"
        tiles = (rnn_forward(pair, relu=relu),), (rnn_backward(pair, relu=relu),)
        return Cell(*tiles, sweeps.weight_gradient, {"add_outer": pair})
    if name.startswith("lstm"):
        peepholes = name == "lstm-peephole"
        tiles = (lstm_forward(peepholes=peepholes),), (lstm_backward(pair, peepholes=peepholes),)
        gradient = peephole_lstm_gradient if peepholes else sweeps.weight_gradient
        return Cell(*tiles, gradient, {"add_outer": 4})
    outer = {"add_outer_1": 1, "add_outer_2": 2}
    if name == "gru":
        return Cell((gru_forward(),), (gru_backward(pair),), gru_weight_gradient, outer)
    forward = gates_forward(), new_forward()
    backward = gates_backward(pair), reset_backward(pair)
    return Cell(forward, backward, gru_weight_gradient, outer)


@cache
def _functions(name: str, pair: int) -> tuple[Any, Any, Any]:
    """Forward, backward and weight gradient, not yet compiled."""
    cell, tag = _cell(name, pair), f"{name.replace('-', '_')}_{pair}"

    def copy(function: Any, suffix: str = tag, **meanings: Any) -> Any:
        return inlined(copy_with(function, suffix, **meanings))

    def timestep(in_turn: Any, sweeps_of_units: tuple[Any, ...]) -> Any:
        first, *others = sweeps_of_units
        return copy(in_turn, first_sweep=first, second_sweep=others[0]) if others else first

    outers = {
        name: copy(sweeps.add_outer_rows, f"{tag}_{vectors}", product=product_of(vectors))
        for name, vectors in cell.outer.items()
    }
    forward_rows = copy(
        sweeps.forward_rows, forward_timestep=timestep(sweeps.forward_sweeps, cell.forward)
    )
    backward_rows = copy(
        sweeps.backward_rows,
        backward_timestep=timestep(sweeps.backward_sweeps, cell.backward),
    )
    gradient = copy(cell.gradient, weight_gradient=copy(sweeps.weight_gradient, **outers), **outers)
    return (
        jit_part(copy_with(sweeps.forward_part, tag, forward_rows=forward_rows)),
        jit_part(copy_with(sweeps.backward_part, tag, backward_rows=backward_rows)),
        jit_part(copy_with(sweeps.gradient_part, tag, weight_gradient=gradient)),
    )


@cache
def _shared(pair: int) -> tuple[Any, Any]:
    """Gradient of the readout, and of the inputs of a layer, for any cell."""
    meanings = {"transposed": transposed_product(pair), "PAIR": pair}
    fill_dx, fill_dh0 = (
        inlined(copy_with(function, str(pair), **meanings))
        for function in (sweeps.fill_dx, sweeps.fill_dh0)
    )
    return (
        jit_part(copy_with(sweeps.readout_gradient, str(pair), product=product_of(pair))),
        jit_part(copy_with(sweeps.inputs_part, str(pair), fill_dx=fill_dx, fill_dh0=fill_dh0)),
    )


class Parts(NamedTuple):
    """Addresses of compiled parts; `inputs` is 0 where nobody calls it."""

    forward: int
    pack: int
    backward: int
    inputs: int
    gradient: int
    readout_gradient: int


def parts_of(network: Network, dtype: np.dtype[Any], *, to_start: bool = False) -> Parts:
    """Compile the parts of a network's training step, or load them from the disk.

    Raises CompilerOffError where NUMBA_DISABLE_JIT is set.

    `to_start`: as well as what is wanted for the gradient of x and the initial states.
    """
    if numba_config.DISABLE_JIT:
        raise CompilerOffError
    pair = Packing(network, lanes(dtype)).pair
    return _parts(network.cell, pair, dtype, to_start or network.layers > 1)


@cache
def _parts(cell: str, pair: int, dtype: np.dtype[Any], with_inputs: bool) -> Parts:
    number = from_dtype(dtype)
    plan, head = types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C")
    values, squares = types.Array(number, 1, "C"), types.Array(types.float64, 1, "C")
    n, flag = types.int64, types.boolean
    forward, backward, gradient = _functions(cell, pair)
    readout_gradient, inputs = _shared(pair)
    return Parts(
        address_of(forward, plan, head, head, head, n, n, n, values, values, values),
        address_of(_pack, plan, head, flag, values, values),
        address_of(backward, plan, head, n, n, n, n, flag, n, n, values, values, values, squares),
        address_of(inputs, plan, n, n, n, flag, n, n, values) if with_inputs else 0,
        address_of(gradient, plan, n, n, n, n, n, values, values),
        address_of(readout_gradient, plan, head, n, values, values, values),
    )


@cache
def carry_of(dtype: np.dtype[Any]) -> int:
    """Compile what carries states from step to step, or load it from the disk."""
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    flags = types.Array(types.boolean, 2, "C")
    return address_of(_carry, plan, flags, types.int64, values)
