"""The mean squared error.

    L = 1/n Σ (y − target)²,   dy = 2/n (y − target),   n = (T − first) · B · O

The sum goes over the timesteps from `first` on, the batch and the outputs.
"""

import numpy as np

from rnn_kernels.checks import check_array, check_first, check_floats
from rnn_kernels.jit import jit
from rnn_kernels.layout import Array


@jit
def squared_error(y: Array, target: Array, dy: Array, skipped: int) -> float:
    """Return L over all but the first `skipped` elements and fill dy there; flat arrays.

    The sum is carried in float64, in a loop without stores: where LLVM has to check at run time
    whether arrays overlap, the order of a sum would depend on where they lie.
    """
    count = y.size - skipped
    scale = y.dtype.type(2.0 / count)
    total: float = 0.0
    for k in range(skipped, y.size):
        error = np.float64(y[k] - target[k])
        total += error * error
    for k in range(skipped, y.size):
        dy[k] = scale * (y[k] - target[k])
    loss: float = total / count
    return loss


def mse(y: Array, target: Array, dy: Array, *, first: int = 0) -> float:
    """Return the mean squared error over the timesteps from `first` on, and its gradient.

    Parameters
    ----------
    y, target : array, shape (T, B, O)
        Output and truth, float32 or float64, contiguous.
    dy : array, shape (T, B, O)
        Filled with the gradient with respect to y; zero before `first`.
    first : int
        First timestep that counts, 0 … T−1.

    Raises
    ------
    ValueError
        A shape, dtype or memory layout does not fit, or `first` lies outside the timesteps.
    """
    dtype = check_floats("y", y)
    if y.ndim != 3 or y.size == 0:
        raise ValueError(f"y: got shape {y.shape}, expected (T, B, O), all at least 1")
    check_array("y", y, y.shape, dtype)
    check_array("target", target, y.shape, dtype)
    check_array("dy", dy, y.shape, dtype, writable=True)
    check_first(first, y.shape[0])
    skipped = first * y.shape[1] * y.shape[2]
    dy[:first] = 0
    return float(squared_error(y.reshape(-1), target.reshape(-1), dy.reshape(-1), skipped))
