"""Weights as the backward pass reads them: transposed, in panels of two vectors."""

from rnn_kernels.arrays import Array
from rnn_kernels.blocks import transpose
from rnn_kernels.jit import inlined
from rnn_kernels.layout import Layer
from rnn_kernels.network import Readout


@inlined
def copy_readout(layer: Layer, readout: Readout, parameters: Array, memory: Array) -> None:
    """Copy the rows of W_hy below W_hhᵀ where the readout reads this layer."""
    width = layer.pair * layer.lanes
    for o in range(layer.wt_depth - layer.rows):
        for unit in range(0, layer.units, width):
            source = readout.w + o * layer.units + unit
            target = layer.wt + unit * layer.wt_depth + (layer.rows + o) * width
            for k in range(width):
                memory[target + k] = parameters[source + k]


@inlined
def transpose_panels(
    layer: Layer, first: int, count: int, columns: int, parameters: Array, memory: Array,
    target: int, depth: int,
) -> None:  # fmt: skip
    """Fill panels [(vector of units, gate, lane), columns] from `count` rows of packed weights.

    The rows of a GRU's n come after those of its other gates. `columns` is `count` in whole panels.
    """
    L, width = layer.lanes, layer.pair * layer.lanes
    gates, inside = layer.rows // layer.units, layer.z // layer.units
    together = layer.pair if gates == 1 else 1
    for q in range(layer.units // L):
        # Where vector q of the units lies: row k of gate g begins at w + (k · gates + g) · stride.
        panel, stride = q - q % together, L * together
        w = layer.w + panel * L * layer.panel + (q - panel) * L
        for column in range(0, columns, L):
            pair = column - column % width
            for g in range(gates):
                row = (q * inside + g) * L if g < inside else layer.z + q * L
                source = w + ((first + column) * gates + g) * stride
                out = target + pair * depth + row * width + column - pair
                transpose(parameters, source, gates * stride, count - column, memory, out, width)
