import numpy as np

from rnn_tui.data.synthetic import damped_sine, lorenz, mackey_glass, random_walk, sine


def euler_mackey_glass(length, transient, substeps, delay=17):
    """The same equation by Euler's method: no midpoints, so nothing is interpolated."""
    lag = delay * substeps
    x = np.full(lag + (transient + length - 1) * substeps + 1, 1.2)
    for n in range(lag, len(x) - 1):
        past = x[n - lag]
        x[n + 1] = x[n] + (0.2 * past / (1 + past**10) - 0.1 * x[n]) / substeps
    return x[lag + transient * substeps :: substeps]


def extrapolated_euler(length, substeps):
    """Two Euler solutions, extrapolated so that the first-order error cancels (Richardson)."""
    coarse = euler_mackey_glass(length, 0, substeps)
    fine = euler_mackey_glass(length, 0, 2 * substeps)
    return 2 * fine - coarse


def test_agrees_with_another_method():
    ours = mackey_glass(100, transient=0)

    np.testing.assert_allclose(ours, extrapolated_euler(100, 400), atol=1e-5)


def test_is_of_fourth_order():
    exact = mackey_glass(60, transient=0, substeps=80)
    errors = [
        np.abs(mackey_glass(60, transient=0, substeps=substeps) - exact).max()
        for substeps in (5, 10)
    ]

    assert 10 < errors[0] / errors[1] < 25
    assert errors[1] < 1e-6


def test_transient_is_dropped_from_the_front():
    np.testing.assert_array_equal(
        mackey_glass(20, transient=30), mackey_glass(50, transient=0)[30:]
    )


def test_stays_on_the_attractor():
    series = mackey_glass(2000)

    assert 0.2 < series.min() < 0.5
    assert 1.2 < series.max() < 1.4


def euler_lorenz(length, step, substeps):
    state, h = np.ones(3), step / substeps
    samples = np.empty(length)
    for n in range(length):
        samples[n] = state[0]
        for _ in range(substeps):
            x, y, z = state
            state = state + h * np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])
    return samples


def test_lorenz_agrees_with_another_method():
    """Two Euler solutions, extrapolated so that the first-order error cancels (Richardson)."""
    coarse, fine = (euler_lorenz(40, 0.05, substeps) for substeps in (1000, 2000))

    np.testing.assert_allclose(lorenz(40, transient=0), 2 * fine - coarse, atol=2e-3)


def test_lorenz_is_of_fourth_order():
    exact = lorenz(40, transient=0, substeps=320)
    errors = [
        np.abs(lorenz(40, transient=0, substeps=substeps) - exact).max() for substeps in (20, 40)
    ]

    assert 10 < errors[0] / errors[1] < 25


def test_lorenz_visits_both_wings():
    series = lorenz(2000)

    assert -21 < series.min() < -15
    assert 15 < series.max() < 21
    np.testing.assert_array_equal(lorenz(20, transient=30), lorenz(50, transient=0)[30:])


def test_damped_sine_halves():
    damped, clean = damped_sine(500, 25, half_life=200), sine(500, 25)

    np.testing.assert_allclose(damped[400:], clean[400:] * 0.25 * 2 ** (-np.arange(100) / 200))


def test_random_walk_has_independent_steps():
    steps = np.diff(random_walk(20_000, np.random.default_rng(0)))

    assert steps.mean() == 0 or abs(steps.mean()) < 0.03
    assert abs(np.corrcoef(steps[1:], steps[:-1])[0, 1]) < 0.03
    assert abs(steps.std() - 1) < 0.03
