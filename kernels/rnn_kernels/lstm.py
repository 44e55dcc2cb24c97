"""The LSTM.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh          rows stacked i, f, g, o
    i, f, o = σ(z_i), σ(z_f), σ(z_o)
    g = tanh(z_g)
    c_t = f ⊙ c_{t−1} + i ⊙ g
    h_t = o ⊙ tanh(c_t)

and backwards, from dh_t = ∂L/∂h_t (total) and the carry of the cell, f_{t+1} ⊙ dc_{t+1}:

    dc_t = carry + dh_t ⊙ o ⊙ (1 − tanh²(c_t))
    dz_i = dc_t ⊙ g ⊙ i (1 − i)
    dz_f = dc_t ⊙ c_{t−1} ⊙ f (1 − f)
    dz_g = dc_t ⊙ i ⊙ (1 − g²)
    dz_o = dh_t ⊙ tanh(c_t) ⊙ o (1 − o)
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000. A timestep is finished
while its sums are in registers: each number is written once and not read back.
"""

from typing import Any

from rnn_kernels.layout import Array, F, G, I, Layer, O
from rnn_kernels.microkernel import Code, tiles
from rnn_kernels.tiling import TALLEST_2, TALLEST_4, tile_rows, to_and_fro


@tiles(4, "memory parameters a a_stride w depth c c_next units tanh_c gates z_stride h")
def lstm_forward_tile(code: Code, rows: int, at: Any) -> None:
    """Gates, c_t and h_t of some samples and a vector of units."""
    m, width = at.memory, 4 * code.lanes
    sums = code.zeros(rows, 4)
    z = code.product(sums, m + at.a, at.a_stride, 1, at.parameters + at.w, width, at.depth)
    states = []
    for row in range(rows):
        i, f, g, o = code.quotients(
            code.sigmoid_parts(z[row][I]),
            code.sigmoid_parts(z[row][F]),
            code.tanh_parts(z[row][G]),
            code.sigmoid_parts(z[row][O]),
        )
        c = f * code.load(m + at.c + at.units * row) + i * g
        code.store(c, m + at.c_next + at.units * row)
        for gate, value in zip((I, F, G, O), (i, f, g, o), strict=True):
            code.store(value, m + at.gates + at.z_stride * row + gate * code.lanes)
        states.append((c, o))
    for row, (c, o) in enumerate(states):
        tanh_c = code.tanh(c)
        code.store(tanh_c, m + at.tanh_c + at.units * row)
        code.store(o * tanh_c, m + at.h + at.a_stride * row)


def lstm_forward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """Fill the gates, c_t and h_t (index t + 1) of the samples start … stop−1."""
    units, Z = layer.units, layer.z_stride
    for n in range(units // layer.lanes):
        q = to_and_fro(n, units // layer.lanes, t)
        w, unit = layer.w + q * layer.panel, q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_4), t * layer.batch + b
            after = row + layer.batch
            lstm_forward_tile(
                rows, memory, parameters, layer.a + row * layer.a_stride, layer.a_stride,
                w, layer.depth, layer.c + row * units + unit, layer.c + after * units + unit, units,
                layer.tanh_c + row * units + unit, layer.gates + row * Z + 4 * unit, Z,
                layer.h + after * layer.a_stride + unit,
            )  # fmt: skip
            b += rows


def _backward_tile(vectors: int) -> Any:
    @tiles(
        vectors,
        "memory dy squares above above_stride dz_next depth e e_stride e_depth wt valid "
        "c units tanh_c dc gates dz z z_stride square c_square",
    )
    def lstm_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t and dc_t, dz_t, and the carry of dc, of some samples and vectors of units."""
        m, width, n = at.memory, vectors * code.lanes, code.lanes
        dh = [
            [code.load(m + at.above + at.above_stride * row + v * n) for v in range(vectors)]
            for row in range(rows)
        ]
        readout = m + at.wt + at.z * width
        dh = code.product(dh, at.dy + at.e, at.e_stride, 1, readout, width, at.e_depth)
        dh = code.product(dh, m + at.dz_next, at.z_stride, 1, m + at.wt, width, at.depth)
        dh = code.keep_first(dh, at.valid)
        one = code.constant(1)
        for row in range(rows):
            code.add_squares(dh[row], at.squares + at.square + row)
            dcs = []
            for v, dh_v in enumerate(dh[row]):
                state, gate = at.units * row + v * n, at.z_stride * row + 4 * v * n
                i, f, g, o = (code.load(m + at.gates + gate + k * n) for k in range(4))
                tanh_c = code.load(m + at.tanh_c + state)
                dc = code.load(m + at.dc + state) + dh_v * o * (one - tanh_c * tanh_c)
                dz = {
                    I: dc * g * i * (one - i),
                    F: dc * code.load(m + at.c + state) * f * (one - f),
                    G: dc * i * (one - g * g),
                    O: dh_v * tanh_c * o * (one - o),
                }
                for k, value in dz.items():
                    code.store(value, m + at.dz + gate + k * n)
                code.store(dc * f, m + at.dc + state)
                dcs.append(dc)
            code.add_squares(dcs, at.squares + at.c_square + row)

    return lstm_backward_tile


_backward_1, _backward_2 = _backward_tile(1), _backward_tile(2)


def lstm_backward_rows(
    layer: Layer, t: int, start: int, stop: int, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dz_t, the carry of dc and the squared norms of dh_t and dc_t of some samples.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, Z, units = layer.batch, layer.z_stride, layer.units
    depth = 0 if t + 1 == layer.timesteps else layer.z
    vectors = units // layer.lanes
    c_squares = layer.squares + layer.timesteps * B
    for n in range((vectors + 1) // 2):
        q = 2 * to_and_fro(n, (vectors + 1) // 2, t)
        unit = q * layer.lanes
        wt = layer.wt + unit * layer.wt_depth
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride + (unit if above_stride else 0)
            state, gate = row * units + unit, row * Z + 4 * unit
            if q + 1 < vectors:
                _backward_2(
                    rows, memory, dy, squares, from_above, above_stride,
                    layer.dz + (row + B) * Z, depth, row * outputs, outputs, e_depth, wt,
                    layer.hidden - unit,
                    layer.c + state, units, layer.tanh_c + state, layer.dc + b * units + unit,
                    layer.gates + gate, layer.dz + gate, layer.z, Z,
                    layer.squares + row, c_squares + row,
                )  # fmt: skip
            else:
                _backward_1(
                    rows, memory, dy, squares, from_above, above_stride,
                    layer.dz + (row + B) * Z, depth, row * outputs, outputs, e_depth, wt,
                    layer.hidden - unit,
                    layer.c + state, units, layer.tanh_c + state, layer.dc + b * units + unit,
                    layer.gates + gate, layer.dz + gate, layer.z, Z,
                    layer.squares + row, c_squares + row,
                )  # fmt: skip
            b += rows
