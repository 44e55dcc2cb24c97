"""Initial parameters."""

import math
from typing import Any

import numpy as np

from rnn_kernels.layout import Array, F, Network, aligned_zeros, float_type


def initialise(
    network: Network, rng: np.random.Generator, dtype: Any, *, forget_bias: float = 1.0
) -> Array:
    """Return random parameters, drawn as PyTorch does: uniform in ±1/√H.

    Parameters
    ----------
    network : Network
    rng : numpy.random.Generator
        The draws are the same for either dtype.
    dtype : float32 or float64
    forget_bias : float
        Bias of an LSTM's forget gate, b_ih + b_hh (Jozefowicz et al. 2015).

    Returns
    -------
    array, shape (network.size,)

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64, or the forget bias is not finite.
    """
    flat = aligned_zeros((network.size,), float_type(dtype))
    if not math.isfinite(forget_bias):
        raise ValueError(f"forget_bias: got {forget_bias!r}, expected a finite number")
    bound = 1 / math.sqrt(network.hidden_size)
    flat[:] = rng.uniform(-bound, bound, network.size)
    if network.cell == "lstm":
        rows = slice(F * network.hidden_size, (F + 1) * network.hidden_size)
        views = network.views(flat)
        views["b_ih"][rows] = forget_bias
        views["b_hh"][rows] = 0
    return flat
