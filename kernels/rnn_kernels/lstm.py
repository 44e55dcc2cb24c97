"""The LSTM, without and with peepholes.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh          rows stacked i, f, g, o
    i, f = σ(z_i + p_i ⊙ c_{t−1}), σ(z_f + p_f ⊙ c_{t−1})
    g = tanh(z_g)
    c_t = f ⊙ c_{t−1} + i ⊙ g
    o = σ(z_o + p_o ⊙ c_t)
    h_t = o ⊙ tanh(c_t)

and backwards, from dh_t = ∂L/∂h_t (total) and what the cell carries back from t + 1:

    dz_o = dh_t ⊙ h_t ⊙ (1 − o)                                   h_t = o ⊙ tanh(c_t)
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

from rnn_kernels.activations import quotients, sigmoid_parts, tanh, tanh_parts
from rnn_kernels.arrays import Array
from rnn_kernels.jit import filled_in
from rnn_kernels.layout import Layer
from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.network import PEEPHOLES, F, G, I, O
from rnn_kernels.tiling import backward_sweep, forward_sweep, panel_product, total_dh
from rnn_kernels.vectors import Index, Vector

weight_gradient = filled_in

TRACE = {"gates": 4, "c": 1, "h": 1}


def _peephole(code: Code, at: Any, name: str, vector: int = 0) -> Vector:
    """The peephole weights of a gate for one of the tile's vectors of units."""
    layer, row = at.layer, PEEPHOLES.index(name)
    first = at.parameters + layer.peephole + at.unit
    return code.load(first + layer.units * row + vector * code.lanes)


def lstm_forward(*, peepholes: bool) -> Any:
    """Return the kernel that fills gates, c_t and h_t of some samples and a vector of units."""

    @forward_sweep(sums=4, vectors=1, trace=TRACE)
    def lstm_forward_tile(code: Code, rows: int, at: Any) -> None:
        layer, m, after = at.layer, at.memory, at.sample + at.layer.batch
        z = panel_product(code, at, code.zeros(rows, 4))
        c_before = m + layer.c + at.sample * layer.units + at.unit
        c_after = m + layer.c + after * layer.units + at.unit
        gates = m + layer.gates + at.sample * layer.z_stride + 4 * at.unit
        states = []
        for row in range(rows):
            z_i, z_f, z_g, z_o = (z[row][k] for k in (I, F, G, O))
            before = code.load(c_before + layer.units * row)
            if peepholes:
                z_i = _peephole(code, at, "i") * before + z_i
                z_f = _peephole(code, at, "f") * before + z_f
            parts = [sigmoid_parts(code, z_i), sigmoid_parts(code, z_f), tanh_parts(code, z_g)]
            if not peepholes:
                parts.append(sigmoid_parts(code, z_o))
            i, f, g, *others = quotients(code, *parts)
            c = f * before + i * g
            if peepholes:
                others = quotients(code, sigmoid_parts(code, _peephole(code, at, "o") * c + z_o))
            (o,) = others
            code.store(c, c_after + layer.units * row)
            for gate, value in zip((I, F, G, O), (i, f, g, o), strict=True):
                code.store(value, gates + layer.z_stride * row + gate * code.lanes)
            states.append((c, o))
        h = m + layer.h + after * layer.a_stride + at.unit
        for row, (c, o) in enumerate(states):
            code.store(o * tanh(code, c), h + layer.a_stride * row)

    return lstm_forward_tile


def lstm_backward(vectors: int, *, peepholes: bool) -> Any:
    """Return the kernel that fills dz_t, the squares of dh_t and dc_t, and the carry of dc."""

    @backward_sweep(vectors=vectors, trace=TRACE)
    def lstm_backward_tile(code: Code, rows: int, at: Any) -> None:
        layer, m, one = at.layer, at.memory, code.constant(1)
        state = at.sample * layer.units + at.unit
        gates = m + layer.gates + at.sample * layer.z_stride + 4 * at.unit
        dzs = m + layer.dz + at.row * layer.z_stride + 4 * at.unit
        h_place = m + layer.h + (at.sample + layer.batch) * layer.a_stride + at.unit
        carry_place = m + layer.dc + at.b * layer.units + at.unit
        squares = at.squares + layer.squares + at.sample
        c_squares = squares + layer.timesteps * layer.batch
        for row, dhs in enumerate(total_dh(code, rows, vectors, at)):
            code.add_squares(dhs, squares + row)
            dcs = []
            for v, dh in enumerate(dhs):
                units = layer.units * row + v * code.lanes
                places = layer.z_stride * row + 4 * v * code.lanes
                i, f, g, o = (code.load(gates + places + k * code.lanes) for k in range(4))
                h = code.load(h_place + layer.a_stride * row + v * code.lanes)
                tanh_c = h / o
                dz_o = dh * h * (one - o)
                dc = code.load(carry_place + units) + dh * o * (one - tanh_c * tanh_c)
                if peepholes:
                    dc = _peephole(code, at, "o", v) * dz_o + dc
                dz = {
                    I: dc * g * i * (one - i),
                    F: dc * code.load(m + layer.c + state + units) * f * (one - f),
                    G: dc * i * (one - g * g),
                    O: dz_o,
                }
                for k, value in dz.items():
                    code.store(value, dzs + places + k * code.lanes)
                carry = dc * f
                if peepholes:
                    carry = _peephole(code, at, "i", v) * dz[I] + carry
                    carry = _peephole(code, at, "f", v) * dz[F] + carry
                code.store(carry, carry_place + units)
                dcs.append(dc)
            code.add_squares(dcs, c_squares + row)

    return lstm_backward_tile


@kernel("layer unit sample count add memory gradient")
def fill_peephole_gradient(code: Code, at: Any) -> None:
    """dp_i = Σ dz_i ⊙ c_{t−1}, dp_f likewise, dp_o = Σ dz_o ⊙ c_t, of a vector of units."""
    layer, first = at.layer, at.sample * at.layer.units + at.unit
    dz = at.memory + layer.dz + 4 * at.unit
    c = at.memory + layer.c + first
    read = {"i": c, "f": c, "o": c + layer.batch * layer.units}
    gates = {"i": I, "f": F, "o": O}

    def add(row: Index, before: list[Vector]) -> list[Vector]:
        return [
            code.load(dz + row * layer.z_stride + gates[name] * code.lanes)
            * code.load(read[name] + row * layer.units)
            + total
            for name, total in zip(PEEPHOLES, before, strict=True)
        ]

    out = at.gradient + layer.peephole + at.unit
    places = [out + layer.units * row for row in range(len(PEEPHOLES))]
    (before,) = code.begun([places], at.add)
    totals = code.loop(code.index(0), at.count, 1, before, add)
    for total, place in zip(totals, places, strict=True):
        code.store(total, place)


def peephole_lstm_gradient(
    layer: Layer, sample: int, count: int, add: bool, part: int, start: int, stop: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Fill, or add to, the gradient of the packed and the peephole weights of some units."""
    weight_gradient(layer, sample, count, add, part, start, stop, memory, gradient)
    for unit in range(start * layer.lanes, stop * layer.lanes, layer.lanes):
        fill_peephole_gradient(layer, unit, sample, count, add, memory, gradient)
