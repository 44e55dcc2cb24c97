"""The LSTM, without and with peepholes.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh          rows stacked i, f, g, o
    i, f = σ(z_i + p_i ⊙ c_{t−1}), σ(z_f + p_f ⊙ c_{t−1})
    g = tanh(z_g)
    c_t = f ⊙ c_{t−1} + i ⊙ g
    o = σ(z_o + p_o ⊙ c_t)
    h_t = o ⊙ tanh(c_t)

and backwards, from dh_t = ∂L/∂h_t (total) and what the cell carries back from t + 1:

    dz_o = dh_t ⊙ tanh(c_t) ⊙ o (1 − o)
    dc_t = carry + dh_t ⊙ o ⊙ (1 − tanh²(c_t)) + p_o ⊙ dz_o
    dz_i = dc_t ⊙ g ⊙ i (1 − i)
    dz_f = dc_t ⊙ c_{t−1} ⊙ f (1 − f)
    dz_g = dc_t ⊙ i ⊙ (1 − g²)
    carry = f ⊙ dc_t + p_i ⊙ dz_i + p_f ⊙ dz_f
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

The peepholes p are zero in the plain form. Hochreiter and Schmidhuber 1997, with the forget gate of
Gers et al. 2000 and the peepholes of Gers et al. 2002. A timestep is finished while its sums are in
registers: each number is written once and not read back.
"""

from typing import Any

from rnn_kernels.jit import filled_in
from rnn_kernels.layout import PEEPHOLES, Array, F, G, I, Layer, O
from rnn_kernels.microkernel import Code, Index, Vector, tiles
from rnn_kernels.tiling import TALLEST_2, TALLEST_4, tile_rows, to_and_fro

forward_tile = backward_tile = weight_gradient = filled_in


def tiles_of(cell: str, pair: int) -> dict[str, Any]:
    """Return the tiles of a cell for panels of so many vectors of units."""
    peepholes = cell == "lstm-peephole"
    return {
        "forward_tile": _forward_tile(peepholes=peepholes),
        "backward_tile": _backward_tile(pair, peepholes=peepholes),
    }


def _peephole(code: Code, at: Any, name: str, vector: int = 0) -> Vector:
    """The peephole weights of a gate for one of the tile's vectors of units."""
    row = PEEPHOLES.index(name)
    return code.load(at.parameters + at.p + at.units * row + vector * code.lanes)


def _forward_tile(*, peepholes: bool) -> Any:
    @tiles(4, "memory parameters a a_stride w depth p c c_next units tanh_c gates z_stride h")
    def lstm_forward_tile(code: Code, rows: int, at: Any) -> None:
        """Gates, c_t and h_t of some samples and a vector of units."""
        m, width = at.memory, 4 * code.lanes
        sums = code.zeros(rows, 4)
        z = code.product(sums, m + at.a, at.a_stride, 1, at.parameters + at.w, width, at.depth)
        states = []
        for row in range(rows):
            z_i, z_f, z_g, z_o = (z[row][k] for k in (I, F, G, O))
            before = code.load(m + at.c + at.units * row)
            if peepholes:
                z_i = _peephole(code, at, "i") * before + z_i
                z_f = _peephole(code, at, "f") * before + z_f
            parts = [code.sigmoid_parts(z_i), code.sigmoid_parts(z_f), code.tanh_parts(z_g)]
            if not peepholes:
                parts.append(code.sigmoid_parts(z_o))
            i, f, g, *others = code.quotients(*parts)
            c = f * before + i * g
            if peepholes:
                others = code.quotients(code.sigmoid_parts(_peephole(code, at, "o") * c + z_o))
            (o,) = others
            code.store(c, m + at.c_next + at.units * row)
            for gate, value in zip((I, F, G, O), (i, f, g, o), strict=True):
                code.store(value, m + at.gates + at.z_stride * row + gate * code.lanes)
            states.append((c, o))
        for row, (c, o) in enumerate(states):
            tanh_c = code.tanh(c)
            code.store(tanh_c, m + at.tanh_c + at.units * row)
            code.store(o * tanh_c, m + at.h + at.a_stride * row)

    return lstm_forward_tile


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
            forward_tile(
                rows, memory, parameters, layer.a + row * layer.a_stride, layer.a_stride,
                w, layer.depth, layer.peephole + unit,
                layer.c + row * units + unit, layer.c + after * units + unit, units,
                layer.tanh_c + row * units + unit, layer.gates + row * Z + 4 * unit, Z,
                layer.h + after * layer.a_stride + unit,
            )  # fmt: skip
            b += rows


def _backward_tile(vectors: int, *, peepholes: bool) -> Any:
    @tiles(
        vectors,
        "memory parameters dy squares above above_stride dz_next depth e e_stride e_depth wt "
        "wt_readout valid p c units tanh_c dc gates dz z_stride square c_square",
    )
    def lstm_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t and dc_t, dz_t, and the carry of dc, of some samples and vectors of units."""
        m, width, n = at.memory, vectors * code.lanes, code.lanes
        dh = [
            [code.load(m + at.above + at.above_stride * row + v * n) for v in range(vectors)]
            for row in range(rows)
        ]
        dh = code.product(dh, at.dy + at.e, at.e_stride, 1, m + at.wt_readout, width, at.e_depth)
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
                dz_o = dh_v * tanh_c * o * (one - o)
                dc = code.load(m + at.dc + state) + dh_v * o * (one - tanh_c * tanh_c)
                if peepholes:
                    dc = _peephole(code, at, "o", v) * dz_o + dc
                dz = {
                    I: dc * g * i * (one - i),
                    F: dc * code.load(m + at.c + state) * f * (one - f),
                    G: dc * i * (one - g * g),
                    O: dz_o,
                }
                for k, value in dz.items():
                    code.store(value, m + at.dz + gate + k * n)
                carry = dc * f
                if peepholes:
                    carry = _peephole(code, at, "i", v) * dz[I] + carry
                    carry = _peephole(code, at, "f", v) * dz[F] + carry
                code.store(carry, m + at.dc + state)
                dcs.append(dc)
            code.add_squares(dcs, at.squares + at.c_square + row)

    return lstm_backward_tile


def lstm_backward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dz_t, the carry of dc and the squared norms of dh_t and dc_t of some samples.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, Z, units, width = layer.batch, layer.z_stride, layer.units, layer.pair * layer.lanes
    depth = 0 if t + 1 == layer.timesteps else layer.z
    c_squares = layer.squares + layer.timesteps * B
    for n in range(units // width):
        unit = width * to_and_fro(n, units // width, t)
        wt = layer.wt + unit * layer.wt_depth
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride + (unit if above_stride else 0)
            state, gate = row * units + unit, row * Z + 4 * unit
            backward_tile(
                rows, memory, parameters, dy, squares, from_above, above_stride,
                layer.dz + (row + B) * Z, depth, row * outputs, outputs, e_depth,
                wt, wt + layer.rows * width, layer.hidden - unit, layer.peephole + unit,
                layer.c + state, units, layer.tanh_c + state, layer.dc + b * units + unit,
                layer.gates + gate, layer.dz + gate, Z,
                layer.squares + row, c_squares + row,
            )  # fmt: skip
            b += rows


@tiles(1, "memory gradient dz z_stride c c_next units p count")
def peephole_gradient_tile(code: Code, _rows: int, at: Any) -> None:
    """dp_i = Σ dz_i ⊙ c_{t−1}, dp_f likewise, dp_o = Σ dz_o ⊙ c_t, of a vector of units."""

    def add(row: Index, before: list[Vector]) -> list[Vector]:
        c = {name: at.c_next if name == "o" else at.c for name in PEEPHOLES}
        gates = {"i": I, "f": F, "o": O}
        return [
            code.load(at.memory + at.dz + row * at.z_stride + gates[name] * code.lanes)
            * code.load(at.memory + c[name] + row * at.units)
            + total
            for name, total in zip(PEEPHOLES, before, strict=True)
        ]

    totals = code.loop(code.index(0), at.count, 1, [code.constant(0)] * len(PEEPHOLES), add)
    for row, total in enumerate(totals):
        code.store(total, at.gradient + at.p + at.units * row)


def peephole_lstm_gradient(
    layer: Layer, part: int, start: int, stop: int, memory: Array, gradient: Array
) -> None:
    """Fill the gradient of packed and peephole weights for vectors start … stop−1 of the units."""
    weight_gradient(layer, part, start, stop, memory, gradient)
    samples = layer.timesteps * layer.batch
    for unit in range(start * layer.lanes, stop * layer.lanes, layer.lanes):
        c = layer.c + unit
        peephole_gradient_tile(
            1, memory, gradient, layer.dz + 4 * unit, layer.z_stride,
            c, c + layer.batch * layer.units, layer.units, layer.peephole + unit, samples,
        )  # fmt: skip
