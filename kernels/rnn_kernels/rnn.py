"""The RNN of Elman 1990, with tanh or with ReLU.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
    h_t = φ(z_t)                                     φ = tanh or max(0, ·)

and backwards, from dh_t = ∂L/∂h_t (total):

    dz_t = dh_t ⊙ φ′(z_t)                            1 − h_t², or 1 where h_t > 0 and else 0
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

The backward pass is Werbos 1990 (backpropagation through time).
"""

from typing import Any

from rnn_kernels.jit import filled_in
from rnn_kernels.layout import Array, Layer
from rnn_kernels.microkernel import Code, Vector, tiles
from rnn_kernels.tiling import TALLEST_2, tile_rows, to_and_fro

forward_tile = backward_tile = filled_in


def tiles_of(cell: str, pair: int) -> dict[str, Any]:
    """Return the tiles of a cell for panels of so many vectors of units."""
    relu = cell == "rnn-relu"
    return {
        "forward_tile": _forward_tile(pair, relu=relu),
        "backward_tile": _backward_tile(pair, relu=relu),
    }


def _forward_tile(vectors: int, *, relu: bool) -> Any:
    def activate(code: Code, z: Vector) -> Vector:
        return code.larger(z, code.constant(0)) if relu else code.tanh(z)

    @tiles(vectors, "memory parameters a a_stride w depth h")
    def rnn_forward_tile(code: Code, rows: int, at: Any) -> None:
        """h_t of some samples and one or two vectors of units."""
        a, w = at.memory + at.a, at.parameters + at.w
        width = vectors * code.lanes
        z = code.product(code.zeros(rows, vectors), a, at.a_stride, 1, w, width, at.depth)
        for m in range(rows):
            for v in range(vectors):
                place = at.memory + at.h + at.a_stride * m + v * code.lanes
                code.store(activate(code, z[m][v]), place)

    return rnn_forward_tile


def rnn_forward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """Fill h_t (index t + 1) of the samples start … stop−1."""
    panels = layer.units // (layer.pair * layer.lanes)
    for n in range(panels):
        q = layer.pair * to_and_fro(n, panels, t)
        w, unit = layer.w + q * layer.panel, q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * layer.batch + b
            forward_tile(
                rows, memory, parameters, layer.a + row * layer.a_stride, layer.a_stride,
                w, layer.depth, layer.h + (row + layer.batch) * layer.a_stride + unit,
            )  # fmt: skip
            b += rows


def _backward_tile(vectors: int, *, relu: bool) -> Any:
    def derivative(code: Code, dh: Vector, h: Vector) -> Vector:
        if relu:
            return code.zero_unless_above_zero(dh, h)
        return dh * (code.constant(1) - h * h)

    @tiles(
        vectors,
        "memory dy squares above above_stride dz_next depth e e_stride e_depth wt wt_readout valid "
        "h a_stride dz z_stride square",
    )
    def rnn_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t and dz_t of some samples and one or two vectors of units."""
        m, width = at.memory, vectors * code.lanes
        lanes = range(0, width, code.lanes)
        dh = [
            [code.load(m + at.above + at.above_stride * row + v) for v in lanes]
            for row in range(rows)
        ]
        dh = code.product(dh, at.dy + at.e, at.e_stride, 1, m + at.wt_readout, width, at.e_depth)
        dh = code.product(dh, m + at.dz_next, at.z_stride, 1, m + at.wt, width, at.depth)
        dh = code.keep_first(dh, at.valid)
        for row in range(rows):
            code.add_squares(dh[row], at.squares + at.square + row)
            for v, value in zip(lanes, dh[row], strict=True):
                h = code.load(m + at.h + at.a_stride * row + v)
                code.store(derivative(code, value, h), m + at.dz + at.z_stride * row + v)

    return rnn_backward_tile


def rnn_backward_rows(
    layer: Layer, t: int, start: int, stop: int, _parameters: Array, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dz_t and the squared norms of dh_t of the samples start … stop−1.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, Z, width = layer.batch, layer.z_stride, layer.pair * layer.lanes
    depth = 0 if t + 1 == layer.timesteps else layer.z
    panels = layer.units // width
    for n in range(panels):
        unit = width * to_and_fro(n, panels, t)
        wt = layer.wt + unit * layer.wt_depth
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride + (unit if above_stride else 0)
            backward_tile(
                rows, memory, dy, squares, from_above, above_stride,
                layer.dz + (row + B) * Z, depth, row * outputs, outputs, e_depth,
                wt, wt + layer.rows * width, layer.hidden - unit,
                layer.h + (row + B) * layer.a_stride + unit, layer.a_stride,
                layer.dz + row * Z + unit, Z, layer.squares + row,
            )  # fmt: skip
            b += rows
