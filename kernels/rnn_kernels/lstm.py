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

Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000. One loop a line, for a
loop over few arrays is one that the compiler proves free of overlaps and vectorises.
"""

from rnn_kernels.activations import sigmoid_in_place, tanh_to
from rnn_kernels.jit import jit
from rnn_kernels.layout import Array, F, G, I, O


@jit
def lstm_unit(z: Array, c_previous: Array, c: Array, tanh_c: Array, h: Array) -> None:
    """One sample's timestep: z (4H,) becomes the gates; fills c_t, tanh(c_t) and h_t (H,)."""
    H = h.size
    i, f, g, o = _gate(z, I, H), _gate(z, F, H), _gate(z, G, H), _gate(z, O, H)
    sigmoid_in_place(i)
    sigmoid_in_place(f)
    tanh_to(g, g)
    sigmoid_in_place(o)
    for j in range(H):
        c[j] = f[j] * c_previous[j] + i[j] * g[j]
    tanh_to(c, tanh_c)
    for j in range(H):
        h[j] = o[j] * tanh_c[j]


@jit
def add_cell_gradient(dh: Array, gates: Array, tanh_c: Array, dc: Array) -> None:
    """Turn the carry in dc (H,) into the total derivative ∂L/∂c_t of one sample."""
    H = dh.size
    o = _gate(gates, O, H)
    one = dh.dtype.type(1)
    for j in range(H):
        dc[j] += dh[j] * o[j] * (one - tanh_c[j] * tanh_c[j])


@jit
def lstm_unit_gradient(
    dh: Array, gates: Array, c_previous: Array, tanh_c: Array, dc: Array, dz: Array
) -> None:
    """One sample's dz_t (4H,) from total dh_t, dc_t (H,); dc becomes the carry f_t ⊙ dc_t."""
    H = dh.size
    i, f, g, o = _gate(gates, I, H), _gate(gates, F, H), _gate(gates, G, H), _gate(gates, O, H)
    di, df, dg, do = _gate(dz, I, H), _gate(dz, F, H), _gate(dz, G, H), _gate(dz, O, H)
    one = dh.dtype.type(1)
    for j in range(H):
        di[j] = dc[j] * g[j] * i[j] * (one - i[j])
    for j in range(H):
        df[j] = dc[j] * c_previous[j] * f[j] * (one - f[j])
    for j in range(H):
        dg[j] = dc[j] * i[j] * (one - g[j] * g[j])
    for j in range(H):
        do[j] = dh[j] * tanh_c[j] * o[j] * (one - o[j])
    for j in range(H):
        dc[j] *= f[j]


@jit
def _gate(rows: Array, gate: int, H: int) -> Array:
    return rows[gate * H : (gate + 1) * H]
