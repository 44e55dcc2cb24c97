"""The parts of a training step, compiled once for each cell and dtype and called by address.

Beside the cell and the dtype it is the number of vectors of units that decides about the machine
code: where it is even the tiles take two side by side, else one.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from rnn_kernels import sweeps
from rnn_kernels.gru import (
    gates_backward,
    gates_forward,
    gru_backward,
    gru_forward,
    gru_weight_gradient,
    new_forward,
    reset_backward,
)
from rnn_kernels.jit import address_of, caller, copy_with, inlined, jit
from rnn_kernels.layout import Network, Packing
from rnn_kernels.lstm import lstm_backward, lstm_forward, peephole_lstm_gradient
from rnn_kernels.microkernel import lanes, product_tile
from rnn_kernels.rnn import rnn_backward, rnn_forward
from rnn_kernels.tiling import TALLEST_1, TALLEST_2, TALLEST_4, Tile, transposed_tile

call_forward = caller("plan head first part parts parameters memory y")
call_backward = caller("plan first from_end to_start part parts parameters memory dy squares")
call_gradient = caller("plan part parts memory gradient")
call_pack = caller("plan head to_input parameters memory")
call_readout_gradient = caller("plan head first memory dy gradient")

_pack = jit(sweeps.pack_layers)

_TALLEST = {1: TALLEST_1, 2: TALLEST_2, 4: TALLEST_4}


class Cell(NamedTuple):
    """The tiles of a cell, in the order of their sweeps, and what sums up its weight gradient."""

    forward: tuple[Tile, ...]
    backward: tuple[Tile, ...]
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


def _meanings(tile: Tile) -> dict[str, Any]:
    """The names by which the loops of `sweeps` call a tile."""
    return {"tile": tile.call, "TALLEST": tile.tallest, "VECTORS": tile.vectors}


@cache
def _compiled(name: str, pair: int) -> tuple[Any, Any, Any, Any]:
    """Forward, backward, weight gradient and readout gradient, not yet compiled."""
    cell, tag = _cell(name, pair), f"{name.replace('-', '_')}_{pair}"

    def copy(function: Any, suffix: str = tag, **meanings: Any) -> Any:
        return inlined(copy_with(function, suffix, **meanings))

    def timestep(sweep: Any, sweeps_in_turn: Any, tiles: tuple[Tile, ...]) -> Any:
        passes = [copy(sweep, f"{tag}_{n}", **_meanings(tile)) for n, tile in enumerate(tiles)]
        if len(passes) == 1:
            return passes[0]
        return copy(sweeps_in_turn, first_sweep=passes[0], second_sweep=passes[1])

    outers = {
        name: copy(
            sweeps.add_outer_rows, f"{tag}_{vectors}",
            product_tile=product_tile(vectors), TALLEST=_TALLEST[vectors],
        )
        for name, vectors in cell.outer.items()
    }  # fmt: skip
    multiply = jit(copy_with(sweeps.multiply_rows, str(pair), **_meanings(transposed_tile(pair))))
    forward_rows = copy(
        sweeps.forward_rows,
        forward_timestep=timestep(sweeps.forward_sweep, sweeps.forward_sweeps, cell.forward),
    )
    backward_rows = copy(
        sweeps.backward_rows,
        backward_timestep=timestep(sweeps.backward_sweep, sweeps.backward_sweeps, cell.backward),
        fill_dx=copy(sweeps.fill_dx, multiply_rows=multiply),
        fill_dh0=copy(sweeps.fill_dh0, multiply_rows=multiply),
    )
    gradient = copy(cell.gradient, weight_gradient=copy(sweeps.weight_gradient, **outers), **outers)
    return (
        jit(copy_with(sweeps.forward_part, tag, forward_rows=forward_rows)),
        jit(copy_with(sweeps.backward_part, tag, backward_rows=backward_rows)),
        jit(copy_with(sweeps.gradient_part, tag, weight_gradient=gradient)),
        jit(copy_with(sweeps.readout_gradient, str(pair), product_tile=product_tile(pair))),
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
        address_of(forward, plan, head, n, n, n, values, values, values),
        address_of(_pack, plan, head, flag, values, values),
        address_of(backward, plan, n, flag, flag, n, n, values, values, values, squares),
        address_of(gradient, plan, n, n, values, values),
        address_of(readout_gradient, plan, head, n, values, values, values),
    )
