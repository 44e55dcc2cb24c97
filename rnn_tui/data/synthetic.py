"""Series that a formula makes: the same numbers at every call."""

import numpy as np

from rnn_tui.data.series import Floats


def sine(length: int, period: int) -> Floats:
    """Return sin(2π t / period) for t = 0 … length-1, shape (length,)."""
    # The phase is taken from t modulo the period so that all periods are alike to the last bit.
    phase = np.arange(length) % period / period
    return np.sin(2 * np.pi * phase)


def mackey_glass(
    length: int,
    *,
    delay: int = 17,
    transient: int = 300,
    substeps: int = 10,
    start: float = 1.2,
) -> Floats:
    """Return the Mackey-Glass series, sampled once per unit of time, shape (length,).

    Integrates (Mackey and Glass 1977, Science 197, 287-289)

        dx/dt = 0.2 x(t-τ) / (1 + x(t-τ)^10) - 0.1 x(t),   x(t) = `start` for t <= 0,

    by the classical fourth-order Runge-Kutta method. Between two grid points the delayed value is
    interpolated with a cubic Hermite polynomial, which keeps the order.

    Parameters
    ----------
    length
        Number of samples.
    delay
        τ; 17 is mildly chaotic.
    transient
        Samples dropped before the first one returned.
    substeps
        Integration steps per unit of time.
    start
        Constant value of the history.
    """
    h = 1 / substeps
    lag = delay * substeps
    steps = (transient + length - 1) * substeps
    x = [start] * (lag + 1)
    production = [_production(start)] * (lag + 1)
    slope = [0.0] * lag + [production[-1] - 0.1 * start]

    for n in range(lag, lag + steps):
        early, late = n - lag, n - lag + 1
        # The slope jumps at t = 0; the interval that ends there lies in the constant history.
        late_slope = slope[late] if late > lag else 0.0
        middle = (x[early] + x[late]) / 2 + h / 8 * (slope[early] - late_slope)
        p_early, p_middle, p_late = production[early], _production(middle), production[late]
        k1 = p_early - 0.1 * x[n]
        k2 = p_middle - 0.1 * (x[n] + h / 2 * k1)
        k3 = p_middle - 0.1 * (x[n] + h / 2 * k2)
        k4 = p_late - 0.1 * (x[n] + h * k3)
        x.append(x[n] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
        production.append(_production(x[-1]))
        slope.append(p_late - 0.1 * x[-1])
    return np.array(x[lag + transient * substeps :: substeps])


def _production(delayed: float) -> float:
    # x^10 by products, not by pow(): the chaos would amplify the last bit of another libm.
    squared = delayed * delayed
    fourth = squared * squared
    return 0.2 * delayed / (1 + fourth * fourth * squared)
