"""Weights as the backward pass reads them: transposed, in panels of two vectors."""

from typing import Any

from rnn_kernels.blocks import transpose_square
from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import Index


@kernel("layer readout parameters memory")
def copy_readout(code: Code, at: Any) -> None:
    """Copy the rows of W_hy, from `readout` on, below W_hhᵀ where the readout reads this layer."""
    layer = at.layer
    width = layer.pair * code.lanes

    def row(o: Index) -> None:
        def vector(unit: Index) -> None:
            panel = unit // width * width
            place = layer.wt + panel * layer.wt_depth + (layer.rows + o) * width + unit - panel
            weights = at.parameters + at.readout + o * layer.units + unit
            code.store(code.load(weights), at.memory + place)

        code.repeat(layer.units, vector, code.lanes)

    code.repeat(layer.wt_depth - layer.rows, row)


@kernel("layer first count columns target depth parameters memory")
def transpose_panels(code: Code, at: Any) -> None:
    """Fill panels [(vector of units, gate, lane), columns] from `count` rows of packed weights.

    The rows of a GRU's n come after those of its other gates. `columns` is `count` in whole panels.
    """
    layer, L = at.layer, code.lanes
    width, one = layer.pair * L, code.index(1)
    gates, inside = layer.rows // layer.units, layer.z // layer.units
    together = code.select(code.equal(gates, one), layer.pair, one)
    stride = together * L

    def vector(q: Index) -> None:
        # Where vector q of the units lies: row k of gate g begins at w + (k · gates + g) · stride.
        panel = q // together * together
        w = layer.w + panel * L * layer.panel + (q - panel) * L

        def square(column: Index, g: Index) -> None:
            pair = column // width * width
            of_n = code.equal(g, inside)
            row = code.select(of_n, layer.z + q * L, (q * inside + g) * L)
            source = at.parameters + w + ((at.first + column) * gates + g) * stride
            target = at.memory + at.target + pair * at.depth + row * width + (column - pair)
            transpose_square(code, source, gates * stride, at.count - column, target, width)

        code.repeat(at.columns, lambda column: code.repeat(gates, lambda g: square(column, g)), L)

    code.repeat(layer.units // L, vector)
