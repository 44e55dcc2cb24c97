"""The tanh RNN.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
    h_t = tanh(z_t)

and backwards, from dh_t = ∂L/∂h_t (total):

    dz_t = dh_t ⊙ (1 − h_t²)
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

Elman 1990; the backward pass is Werbos 1990 (backpropagation through time).
"""

from rnn_kernels.activations import tanh_to
from rnn_kernels.jit import jit
from rnn_kernels.layout import Array


@jit
def rnn_unit(z: Array, h: Array) -> None:
    """One sample's h_t (H,) from its pre-activation z_t (H,)."""
    tanh_to(z, h)


@jit
def rnn_unit_gradient(dh: Array, h: Array, dz: Array) -> None:
    """One sample's dz_t (H,) from the total derivative dh_t (H,)."""
    one = h.dtype.type(1)
    for j in range(h.size):
        dz[j] = dh[j] * (one - h[j] * h[j])
