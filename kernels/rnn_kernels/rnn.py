"""The RNN of Elman 1990, with tanh or with ReLU.

    z_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
    h_t = φ(z_t)                                     φ = tanh or max(0, ·)

and backwards, from dh_t = ∂L/∂h_t (total):

    dz_t = dh_t ⊙ φ′(z_t)                            1 − h_t², or 1 where h_t > 0 and else 0
    dh_{t−1} = W_hhᵀ dz_t  + what the readout of t−1 adds

The backward pass is Werbos 1990 (backpropagation through time).
"""

from typing import Any

from rnn_kernels.activations import tanh
from rnn_kernels.microkernel import Code
from rnn_kernels.tiling import backward_sweep, forward_sweep, panel_product, total_dh
from rnn_kernels.vectors import Vector

TRACE = {"h": 1}


def rnn_forward(vectors: int, *, relu: bool) -> Any:
    """Return the kernel that fills h_t of some samples and one or two vectors of units."""

    def activate(code: Code, z: Vector) -> Vector:
        return code.larger(z, code.constant(0)) if relu else tanh(code, z)

    @forward_sweep(sums=vectors, vectors=vectors, trace=TRACE)
    def rnn_forward_tile(code: Code, rows: int, at: Any) -> None:
        layer = at.layer
        z = panel_product(code, at, code.zeros(rows, vectors))
        h = at.memory + layer.h + (at.sample + layer.batch) * layer.a_stride + at.unit
        for row in range(rows):
            for v in range(vectors):
                place = h + layer.a_stride * row + v * code.lanes
                code.store(activate(code, z[row][v]), place)

    return rnn_forward_tile


def rnn_backward(vectors: int, *, relu: bool) -> Any:
    """Return the kernel that fills the total dh_t's squares and dz_t."""

    def derivative(code: Code, dh: Vector, h: Vector) -> Vector:
        if relu:
            return code.zero_unless_above_zero(dh, h)
        return dh * (code.constant(1) - h * h)

    @backward_sweep(vectors=vectors, trace=TRACE)
    def rnn_backward_tile(code: Code, rows: int, at: Any) -> None:
        layer, m = at.layer, at.memory
        h = m + layer.h + (at.sample + layer.batch) * layer.a_stride + at.unit
        dz = m + layer.dz + at.row * layer.z_stride + at.unit
        for row, dhs in enumerate(total_dh(code, rows, vectors, at)):
            code.add_squares(dhs, at.squares + layer.squares + at.sample + row)
            for v, dh in enumerate(dhs):
                lane = v * code.lanes
                value = derivative(code, dh, code.load(h + layer.a_stride * row + lane))
                code.store(value, dz + layer.z_stride * row + lane)

    return rnn_backward_tile
