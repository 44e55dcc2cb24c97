"""Series that a formula makes: the same numbers at every call."""

import numpy as np

from rnn_tui.data.series import Floats

Point = tuple[float, float, float]


def sine(length: int, period: int) -> Floats:
    """Return sin(2π t / period) for t = 0 … length-1, shape (length,)."""
    # The phase is taken from t modulo the period so that all periods are alike to the last bit.
    phase = np.arange(length) % period / period
    return np.sin(2 * np.pi * phase)


def damped_sine(length: int, period: int, half_life: int) -> Floats:
    """Return 2^(-t/half_life) sin(2π t/period) for t = 0 … length-1, shape (length,)."""
    return np.exp2(-np.arange(length) / half_life) * sine(length, period)


def random_walk(length: int, rng: np.random.Generator) -> Floats:
    """Return x_t = x_{t-1} + e_t, e_t standard Gaussian, shape (length,).

    The best forecast of the next value is the present one, whatever came before.
    """
    return rng.normal(size=length).cumsum()


def lorenz(length: int, *, step: float = 0.05, substeps: int = 10, transient: int = 200) -> Floats:
    """Return the first coordinate of the Lorenz system, a sample every `step`, shape (length,).

    Integrates (Lorenz 1963, J. Atmos. Sci. 20, 130-141), from (1, 1, 1),

        dx/dt = 10 (y - x),   dy/dt = x (28 - z) - y,   dz/dt = x y - 8/3 z

    by the classical fourth-order Runge-Kutta method.

    Parameters
    ----------
    length
        Number of samples.
    step
        Time between two samples.
    substeps
        Integration steps between two samples.
    transient
        Samples dropped before the first one returned.
    """
    h = step / substeps
    state = (1.0, 1.0, 1.0)
    samples = np.empty(transient + length)
    for n in range(len(samples)):
        samples[n] = state[0]
        for _ in range(substeps):
            k1 = _lorenz_slope(state)
            k2 = _lorenz_slope(_moved(state, k1, h / 2))
            k3 = _lorenz_slope(_moved(state, k2, h / 2))
            k4 = _lorenz_slope(_moved(state, k3, h))
            slope = tuple(a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4, strict=True))
            state = _moved(state, (slope[0], slope[1], slope[2]), h / 6)
    return samples[transient:]


def _lorenz_slope(state: Point) -> Point:
    x, y, z = state
    return 10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z


def _moved(state: Point, slope: Point, h: float) -> Point:
    return state[0] + h * slope[0], state[1] + h * slope[1], state[2] + h * slope[2]


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
