"""Sums over contiguous arrays."""

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.jit import inlined


@inlined
def squared_norm(a: Array) -> float:
    """Return Σ_k a[k]², summed in float64: squares of float32 underflow below 1e-23."""
    total: float = 0.0
    for k in range(a.size):
        value = np.float64(a[k])
        total += value * value
    return total
