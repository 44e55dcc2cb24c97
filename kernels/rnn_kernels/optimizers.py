"""Gradient clipping, stochastic gradient descent, and Adam.

Clipping (Pascanu, Mikolov and Bengio 2013):   g ← g θ/‖g‖ where ‖g‖ > θ

SGD:    p ← p − η g
Adam (Kingma and Ba 2015), k the number of this update, from 1:
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        p ← p − η m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵏ),   v̂ = v/(1 − β₂ᵏ)
"""

import math
from typing import Any, Literal

import numpy as np

from rnn_kernels.checks import check_array, check_floats, check_number
from rnn_kernels.jit import inner, jit
from rnn_kernels.layout import Array, aligned_zeros, float_type, positive_int
from rnn_kernels.products import squared_norm

SGD, ADAM = 0, 1
OPTIMIZER_CODES = {"sgd": SGD, "adam": ADAM}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Optimizer:
    """An update rule with its state.

    Parameters
    ----------
    name : {"sgd", "adam"}
        Adam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    size : int
        Number of parameters.
    dtype : float32 or float64

    Attributes
    ----------
    m, v : array, shape (size,)
        Adam's first and second moment; empty for SGD.
    step_count : int
        Updates so far.

    Raises
    ------
    ValueError
        The name is unknown, the size no positive whole number, or the dtype no float.
    """

    def __init__(self, name: Literal["sgd", "adam"], *, size: int, dtype: Any) -> None:
        if name not in OPTIMIZER_CODES:
            known = ", ".join(OPTIMIZER_CODES)
            raise ValueError(f"name: got {name!r}, expected one of {known}")
        self.name = name
        self.size = positive_int("size", size)
        self.dtype = float_type(dtype)
        state_size = self.size if name == "adam" else 0
        self.m = aligned_zeros((state_size,), self.dtype)
        self.v = aligned_zeros((state_size,), self.dtype)
        self.step_count = 0

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Move the parameters, in place, one step against the gradient.

        Raises
        ------
        ValueError
            An array does not fit the optimizer, or the learning rate is not above 0.
        """
        check_array("parameters", parameters, (self.size,), self.dtype, writable=True)
        check_array("gradient", gradient, (self.size,), self.dtype)
        check_number("learning_rate", learning_rate, positive=True)
        code, count = OPTIMIZER_CODES[self.name], self.step_count + 1
        apply_update(code, parameters, gradient, self.m, self.v, count, float(learning_rate))
        self.step_count = count


def clip_by_global_norm(gradient: Array, threshold: float) -> float:
    """Scale the gradient, in place, down to a norm of at most `threshold`.

    Parameters
    ----------
    gradient : array, shape (size,)
        float32 or float64, contiguous.
    threshold : float
        Largest norm; 0 only measures.

    Returns
    -------
    float
        The norm before clipping, summed in float64.

    Raises
    ------
    ValueError
        The gradient is no contiguous vector of floats, or the threshold is below 0.
    """
    check_array("gradient", gradient, (None,), check_floats("gradient", gradient), writable=True)
    check_number("threshold", threshold, positive=False)
    return float(clip(gradient, float(threshold)))


@jit
def clip(gradient: Array, threshold: float) -> float:
    """Clip by the global norm and return the norm before; a norm that is not finite clips none."""
    norm = math.sqrt(squared_norm(gradient))
    if threshold > 0 and norm > threshold and norm < math.inf:
        scale = gradient.dtype.type(threshold / norm)
        for k in range(gradient.size):
            gradient[k] *= scale
    return norm


@jit
def apply_update(
    optimizer: int, p: Array, g: Array, m: Array, v: Array, count: int, learning_rate: float
) -> None:
    """Update p (size,) in place by the rule of the optimizer; count is k, from 1."""
    if optimizer == ADAM:
        _adam(p, g, m, v, count, learning_rate)
    else:
        rate = p.dtype.type(learning_rate)
        for k in range(p.size):
            p[k] -= rate * g[k]


@inner
def _adam(p: Array, g: Array, m: Array, v: Array, count: int, learning_rate: float) -> None:
    number = p.dtype.type
    beta1, beta2, epsilon = number(BETA1), number(BETA2), number(EPSILON)
    rest1, rest2 = number(1 - BETA1), number(1 - BETA2)
    rate = number(learning_rate / (1 - BETA1**count))
    unbias = number(1 / (1 - BETA2**count))
    for k in range(p.size):
        first = beta1 * m[k] + rest1 * g[k]
        second = beta2 * v[k] + rest2 * g[k] * g[k]
        m[k] = first
        v[k] = second
        p[k] -= rate * first / (np.sqrt(second * unbias) + epsilon)
