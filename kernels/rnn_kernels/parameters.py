"""Initial parameters."""

import math
from typing import Any

import numpy as np

from rnn_kernels.layout import Array, F, Network, float_type, pack


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
    array, shape (parameter_size(network, dtype),)

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64, or the forget bias is not finite.
    """
    number = float_type(dtype)
    if not math.isfinite(forget_bias):
        raise ValueError(f"forget_bias: got {forget_bias!r}, expected a finite number")
    bound = 1 / math.sqrt(network.hidden_size)
    H = network.hidden_size
    named = {name: rng.uniform(-bound, bound, shape) for name, shape in network.shapes.items()}
    if network.has_cell_state:
        for name, bias in named.items():
            if name.startswith("b_ih"):
                bias[F * H : (F + 1) * H] = forget_bias
            elif name.startswith("b_hh"):
                bias[F * H : (F + 1) * H] = 0
    return pack(network, named, number)
