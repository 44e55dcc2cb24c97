import numpy as np

from rnn_tui.data.synthetic import mackey_glass


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
