"""tanh and the logistic function over contiguous arrays.

float32 uses a rational approximation that vectorises; float64 serves gradient checks and uses the
exact function of the C library. NaN goes through both unchanged.
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import overload

from rnn_kernels.jit import POLICY, jit
from rnn_kernels.layout import Array

_LIMIT = np.float32(7.90531110763549805)  # beyond it tanh rounds to ±1 in float32


def tanh(x: Any) -> Any:
    """Hyperbolic tangent of one number; compiled code picks the version for its precision."""
    return math.tanh(x)


def _tanh_rational(x: Any) -> Any:
    """Minimax rational function of degree 13 over 6 in x (Eigen's): error below 4e-7."""
    if x > _LIMIT:  # noqa: PLR1730  min() would swallow a NaN
        x = _LIMIT
    if x < -_LIMIT:  # noqa: PLR1730  max() would swallow a NaN
        x = -_LIMIT
    s = x * x
    p = np.float32(-2.76076847742355e-16)
    p = p * s + np.float32(2.00018790482477e-13)
    p = p * s + np.float32(-8.60467152213735e-11)
    p = p * s + np.float32(5.12229709037114e-08)
    p = p * s + np.float32(1.48572235717979e-05)
    p = p * s + np.float32(6.37261928875436e-04)
    p = p * s + np.float32(4.89352455891786e-03)
    q = np.float32(1.19825839466702e-06)
    q = q * s + np.float32(1.18534705686654e-04)
    q = q * s + np.float32(2.26843463243900e-03)
    q = q * s + np.float32(4.89352518554385e-03)
    return x * p / q


def _tanh_exact(x: Any) -> Any:
    return math.tanh(x)


@overload(tanh, jit_options=cast("Any", POLICY))
def _choose_tanh(x: Any) -> Callable[[Any], Any]:
    return _tanh_rational if x == types.float32 else _tanh_exact


@jit
def tanh_to(z: Array, out: Array) -> None:
    """Fill out = tanh(z), element by element; the two may be the same array (1-D)."""
    for j in range(z.size):
        out[j] = tanh(z[j])


@jit
def sigmoid_in_place(z: Array) -> None:
    """Turn z into σ(z) = ½ + ½ tanh(½ z), element by element (1-D)."""
    half = z.dtype.type(0.5)
    for j in range(z.size):
        z[j] = half + half * tanh(half * z[j])
