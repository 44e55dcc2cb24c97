"""Readings of the gradient's way back through time."""

import numpy as np
from numpy.typing import NDArray


def memory_horizon(norms: NDArray[np.float64], *, threshold: float = 0.01) -> int:
    """Return the largest lag k with ‖δ_{T−k}‖ / ‖δ_T‖ > threshold.

    Parameters
    ----------
    norms
        ‖δ_t‖ = ‖∂L/∂h_t‖ for t = 1 … T, shape (T,), float64.
    threshold
        Share of the last timestep's norm that still counts as reaching.

    Returns
    -------
    int
        Between 0 and T − 1; 0 also where the last norm is 0 or not finite.
    """
    last = float(norms[-1]) if norms.size else 0.0
    if not np.isfinite(last) or last == 0.0:
        return 0
    lags = np.flatnonzero(norms[::-1] > threshold * last)
    return int(lags[-1]) if lags.size else 0


def gate_horizon(mean_forget: float) -> float:
    """Return −1/ln f̄: the timesteps in which a cell with a mean forget gate f̄ keeps 1/e.

    0 where the gate is shut (f̄ = 0), inf where it is wide open (f̄ = 1).
    """
    if mean_forget <= 0.0:
        return 0.0
    if mean_forget >= 1.0:
        return np.inf
    return float(-1.0 / np.log(mean_forget))
