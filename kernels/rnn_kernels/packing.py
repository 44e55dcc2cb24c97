"""Weights as the backward pass reads them: transposed, in panels of two vectors."""

from rnn_kernels.jit import inlined
from rnn_kernels.layout import Array, Layer, Readout
from rnn_kernels.microkernel import transpose_tile


@inlined
def copy_readout(layer: Layer, readout: Readout, parameters: Array, memory: Array) -> None:
    """Copy the rows of W_hy below W_hhᵀ where the readout reads this layer."""
    L = layer.lanes
    for o in range(layer.wt_depth - layer.z):
        for unit in range(0, layer.units, 2 * L):
            width = min(2 * L, layer.units - unit)
            source = readout.w + o * layer.units + unit
            target = layer.wt + unit * layer.wt_depth + (layer.z + o) * width
            for k in range(width):
                memory[target + k] = parameters[source + k]


@inlined
def transpose_panels(
    layer: Layer, first: int, count: int, columns: int, parameters: Array, memory: Array,
    target: int, depth: int,
) -> None:  # fmt: skip
    """Fill panels [(vector of units, gate, lane), columns] from `count` rows of packed weights.

    The panels are two vectors of columns wide, `columns` is `count` in whole vectors.
    """
    L, units = layer.lanes, layer.units
    gates = layer.z // units
    together = 2 if gates == 1 else 1
    for q in range(units // L):
        # Where vector q of the units lies: row k of gate g begins at w + (k · gates + g) · width.
        panel = q - q % together
        width = L * min(together, units // L - panel)
        w = layer.w + panel * layer.panel + (q - panel) * L
        for column in range(0, columns, L):
            pair = column - column % (2 * L)
            out_width = min(2 * L, columns - pair)
            for g in range(gates):
                source = w + ((first + column) * gates + g) * width
                out = target + pair * depth + (q * gates + g) * L * out_width + column - pair
                transpose_tile(
                    1, parameters, source, gates * width, count - column, memory, out, out_width
                )
