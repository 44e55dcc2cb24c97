"""Initial parameters."""

import math
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from rnn_kernels.arrays import Array, float_type
from rnn_kernels.checks import check_number
from rnn_kernels.network import Network, pack

Scheme: TypeAlias = Literal["pytorch", "glorot", "orthogonal", "identity"]
IDENTITY_DEVIATION = 0.001
"""Standard deviation of the weights of an IRNN that are not recurrent (Le et al. 2015)."""


def initialise(
    network: Network,
    rng: np.random.Generator,
    dtype: Any,
    *,
    scheme: Scheme = "pytorch",
    spectral_radius: float | None = None,
    forget_bias: float = 1.0,
) -> Array:
    """Return random parameters.

    Parameters
    ----------
    network : Network
    rng : numpy.random.Generator
        The draws are the same for either dtype.
    dtype : float32 or float64
    scheme : {"pytorch", "glorot", "orthogonal", "identity"}
        pytorch: everything uniform in ±1/√H. glorot: weights uniform in ±√(6/(rows + columns))
        (Glorot and Bengio 2010). orthogonal: W_hh with orthogonal columns (Saxe et al. 2014),
        the other weights as with glorot. identity: W_hh the identity, the other weights normal
        with deviation 0.001 (IRNN, Le, Jaitly and Hinton 2015); for cells without gates. Where
        there are gates each has a matrix of its own. Biases are 0 except with pytorch.
    spectral_radius : float, optional
        Scale W_hh, of every layer and gate, to this largest absolute eigenvalue.
    forget_bias : float
        Bias of an LSTM's forget gate, b_ih + b_hh (Jozefowicz et al. 2015).

    Returns
    -------
    array, shape (parameter_size(network, dtype),)

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64, the scheme unknown or not for this cell, the
        forget bias not finite, or the spectral radius not above 0.
    """
    number = float_type(dtype)
    if scheme not in get_args(Scheme):
        known = ", ".join(get_args(Scheme))
        raise ValueError(f"scheme: got {scheme!r}, expected one of {known}")
    if scheme == "identity" and len(network.gate_names) > 1:
        raise ValueError(
            f"scheme: got 'identity' for the cell {network.cell}, expected a cell without gates"
        )
    if not math.isfinite(forget_bias):
        raise ValueError(f"forget_bias: got {forget_bias!r}, expected a finite number")
    if spectral_radius is not None:
        check_number("spectral_radius", spectral_radius, positive=True)
    named = {
        name: _drawn(name, shape, network.hidden_size, scheme, rng)
        for name, shape in network.shapes.items()
    }
    for name, array in named.items():
        if spectral_radius is not None and name.startswith("W_hh"):
            for block in _blocks(name, array, network.hidden_size):
                block[:] *= spectral_radius / np.abs(np.linalg.eigvals(block)).max()
        if "f" in network.gate_names and name.startswith(("b_ih", "b_hh")):
            forget = _blocks(name, array, network.hidden_size)[network.gate_names.index("f")]
            forget[:] = forget_bias if name.startswith("b_ih") else 0
    return pack(network, named, number)


def _blocks(name: str, array: Array, H: int) -> list[Array]:
    """Return views of the rows of each gate; the readout is one block."""
    rows = len(array) if name.endswith("y") else H
    return [array[row : row + rows] for row in range(0, len(array), rows)]


def _drawn(
    name: str, shape: tuple[int, ...], H: int, scheme: Scheme, rng: np.random.Generator
) -> Array:
    if name == "embedding":
        return rng.normal(size=shape)
    if scheme == "pytorch":
        return rng.uniform(-1 / math.sqrt(H), 1 / math.sqrt(H), shape)
    array = np.zeros(shape)
    if len(shape) == 1:
        return array
    recurrent = name.startswith("W_hh")
    for block in _blocks(name, array, H):
        if scheme == "identity":
            own = np.eye(H) if recurrent else rng.normal(0, IDENTITY_DEVIATION, block.shape)
        elif scheme == "orthogonal" and recurrent:
            own = _orthogonal(H, rng)
        else:
            bound = math.sqrt(6 / sum(block.shape))
            own = rng.uniform(-bound, bound, block.shape)
        block[:] = own
    return array


def _orthogonal(H: int, rng: np.random.Generator) -> Array:
    """Return an orthogonal matrix, all equally likely (Mezzadri 2007): Q, with R's signs."""
    Q, R = np.linalg.qr(rng.normal(size=(H, H)))
    return Q * np.where(np.diag(R) < 0, -1.0, 1.0)
