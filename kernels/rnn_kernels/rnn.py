"""The tanh RNN.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
    h_t = tanh(z_t)

and backwards, from dh_t = ∂L/∂h_t (total):

    dz_t = dh_t ⊙ (1 − h_t²)
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

Elman 1990; the backward pass is Werbos 1990 (backpropagation through time).
"""

from typing import Any

from rnn_kernels.layout import Array, Layer
from rnn_kernels.microkernel import Code, tiles
from rnn_kernels.tiling import TALLEST_2, tile_rows, to_and_fro


def _forward_tile(vectors: int) -> Any:
    @tiles(vectors, "memory parameters a a_stride w depth h")
    def rnn_forward_tile(code: Code, rows: int, at: Any) -> None:
        """h_t of some samples and one or two vectors of units."""
        a, w = at.memory + at.a, at.parameters + at.w
        width = vectors * code.lanes
        z = code.product(code.zeros(rows, vectors), a, at.a_stride, 1, w, width, at.depth)
        for m in range(rows):
            for v in range(vectors):
                place = at.memory + at.h + at.a_stride * m + v * code.lanes
                code.store(code.tanh(z[m][v]), place)

    return rnn_forward_tile


_forward_1, _forward_2 = _forward_tile(1), _forward_tile(2)


def rnn_forward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """Fill h_t (index t + 1) of the samples start … stop−1."""
    a = layer.a + t * layer.batch * layer.a_stride
    h = layer.h + (t + 1) * layer.batch * layer.a_stride
    vectors = layer.units // layer.lanes
    for n in range((vectors + 1) // 2):
        q = 2 * to_and_fro(n, (vectors + 1) // 2, t)
        w, unit = layer.w + q * layer.panel, q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), b * layer.a_stride
            if q + 1 < vectors:
                _forward_2(
                    rows,
                    memory,
                    parameters,
                    a + row,
                    layer.a_stride,
                    w,
                    layer.depth,
                    h + row + unit,
                )
            else:
                _forward_1(
                    rows,
                    memory,
                    parameters,
                    a + row,
                    layer.a_stride,
                    w,
                    layer.depth,
                    h + row + unit,
                )
            b += rows


def _backward_tile(vectors: int) -> Any:
    @tiles(
        vectors,
        "memory dy squares above above_stride dz_next depth e e_stride e_depth wt valid "
        "h a_stride dz z z_stride square",
    )
    def rnn_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t and dz_t of some samples and one or two vectors of units."""
        m, width = at.memory, vectors * code.lanes
        lanes = range(0, width, code.lanes)
        dh = [
            [code.load(m + at.above + at.above_stride * row + v) for v in lanes]
            for row in range(rows)
        ]
        readout = m + at.wt + at.z * width
        dh = code.product(dh, at.dy + at.e, at.e_stride, 1, readout, width, at.e_depth)
        dh = code.product(dh, m + at.dz_next, at.z_stride, 1, m + at.wt, width, at.depth)
        dh = code.keep_first(dh, at.valid)
        one = code.constant(1)
        for row in range(rows):
            code.add_squares(dh[row], at.squares + at.square + row)
            for v, value in zip(lanes, dh[row], strict=True):
                h = code.load(m + at.h + at.a_stride * row + v)
                code.store(value * (one - h * h), m + at.dz + at.z_stride * row + v)

    return rnn_backward_tile


_backward_1, _backward_2 = _backward_tile(1), _backward_tile(2)


def rnn_backward_rows(
    layer: Layer, t: int, start: int, stop: int, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dz_t and the squared norms of dh_t of the samples start … stop−1.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, Z = layer.batch, layer.z_stride
    last = t + 1 == layer.timesteps
    vectors = layer.units // layer.lanes
    for n in range((vectors + 1) // 2):
        q = 2 * to_and_fro(n, (vectors + 1) // 2, t)
        unit = q * layer.lanes
        wt = layer.wt + unit * layer.wt_depth
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride
            if above_stride:
                from_above += unit
            dz_next = layer.dz + (row + B) * Z
            e = row * outputs
            h = layer.h + (row + B) * layer.a_stride + unit
            dz = layer.dz + row * Z + unit
            depth = 0 if last else layer.z
            if q + 1 < vectors:
                _backward_2(
                    rows, memory, dy, squares, from_above, above_stride, dz_next, depth,
                    e, outputs, e_depth, wt, layer.hidden - unit, h, layer.a_stride, dz,
                    layer.z, Z, layer.squares + row,
                )  # fmt: skip
            else:
                _backward_1(
                    rows, memory, dy, squares, from_above, above_stride, dz_next, depth,
                    e, outputs, e_depth, wt, layer.hidden - unit, h, layer.a_stride, dz,
                    layer.z, Z, layer.squares + row,
                )  # fmt: skip
            b += rows
