"""Sums over a contiguous axis, the only form of matrix product that the kernels use.

Both factors lie with the summed axis contiguous, so the inner loop is a reduction without stores:
it vectorises with no check for overlapping arrays, and a tile of 4 × 4 sums reuses each loaded
vector four times. NumPy's `dot` is left out: inside compiled code it would need SciPy's BLAS.
"""

import numpy as np

from rnn_kernels.jit import jit
from rnn_kernels.layout import TILE, Array


@jit
def dot(a: Array, b: Array) -> float:
    """Return Σ_k a[k] b[k]."""
    total = a.dtype.type(0)
    for k in range(a.size):
        total += a[k] * b[k]
    return total  # type: ignore[no-any-return]


@jit
def add_scaled(scale: float, a: Array, out: Array) -> None:
    """Add out[k] += scale · a[k]."""
    for k in range(a.size):
        out[k] += scale * a[k]


@jit
def squared_norm(a: Array) -> float:
    """Return Σ_k a[k]², summed in float64: squares of float32 underflow below 1e-23."""
    total: float = 0.0
    for k in range(a.size):
        value = np.float64(a[k])
        total += value * value
    return total


@jit
def transpose(a: Array, out: Array) -> None:
    """Fill out[j, i] = a[i, j], in squares that stay in the cache."""
    rows, columns = a.shape
    side = 16
    for i0 in range(0, rows, side):
        i1 = min(rows, i0 + side)
        for j0 in range(0, columns, side):
            for j in range(j0, min(columns, j0 + side)):
                for i in range(i0, i1):
                    out[j, i] = a[i, j]


@jit
def add_product(a: Array, b: Array, out: Array) -> None:
    """Add out[m, n] += Σ_k a[m, k] b[n, k] with a (M, K), b (N, K), out (M, N), rows contiguous."""
    M, N = out.shape
    M_tiled, N_tiled = M - M % TILE, N - N % TILE
    for m in range(0, M_tiled, TILE):
        for n in range(0, N_tiled, TILE):
            _add_tile(a, b, out, m, n)
        for n in range(N_tiled, N):
            for row in range(m, m + TILE):
                out[row, n] += dot(a[row], b[n])
    for m in range(M_tiled, M):
        for n in range(N):
            out[m, n] += dot(a[m], b[n])


@jit
def _add_tile(a: Array, b: Array, out: Array, m: int, n: int) -> None:
    """Sixteen of the sums at once, each in an accumulator of its own."""
    a0, a1, a2, a3 = a[m], a[m + 1], a[m + 2], a[m + 3]
    b0, b1, b2, b3 = b[n], b[n + 1], b[n + 2], b[n + 3]
    s00 = s01 = s02 = s03 = a.dtype.type(0)
    s10 = s11 = s12 = s13 = a.dtype.type(0)
    s20 = s21 = s22 = s23 = a.dtype.type(0)
    s30 = s31 = s32 = s33 = a.dtype.type(0)
    for k in range(a0.size):
        p0, p1, p2, p3 = a0[k], a1[k], a2[k], a3[k]
        q0, q1, q2, q3 = b0[k], b1[k], b2[k], b3[k]
        s00, s01, s02, s03 = s00 + p0 * q0, s01 + p0 * q1, s02 + p0 * q2, s03 + p0 * q3
        s10, s11, s12, s13 = s10 + p1 * q0, s11 + p1 * q1, s12 + p1 * q2, s13 + p1 * q3
        s20, s21, s22, s23 = s20 + p2 * q0, s21 + p2 * q1, s22 + p2 * q2, s23 + p2 * q3
        s30, s31, s32, s33 = s30 + p3 * q0, s31 + p3 * q1, s32 + p3 * q2, s33 + p3 * q3
    _add_row(out[m], n, s00, s01, s02, s03)
    _add_row(out[m + 1], n, s10, s11, s12, s13)
    _add_row(out[m + 2], n, s20, s21, s22, s23)
    _add_row(out[m + 3], n, s30, s31, s32, s33)


@jit
def _add_row(out: Array, n: int, s0: float, s1: float, s2: float, s3: float) -> None:
    out[n] += s0
    out[n + 1] += s1
    out[n + 2] += s2
    out[n + 3] += s3
