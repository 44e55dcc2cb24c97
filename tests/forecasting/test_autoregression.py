import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.forecasting.autoregression import (
    FIT_BLOCK,
    LONGEST_FIT,
    best_order,
    fit_autoregression,
)
from rnn_tui.forecasting.metrics import score

TEST_1921, END_1987 = 221, 288


def autoregression(values, order, fit_end, start, end):
    """One-step predictions of rows [start, end)."""
    model = fit_autoregression(values[:fit_end], order)
    return model.paths(values, np.arange(start - 1, end - 1), 1)[:, 0]


def test_ar_2_on_sunspots():
    values = load_dataset("sunspots").values
    predicted = autoregression(values, 2, TEST_1921, TEST_1921, END_1987)

    assert round(score(values[TEST_1921:END_1987], predicted).rmse, 1) == 20.3


def autoregression_by_loop(values, order, fit_end, start, end):
    """The same least squares by the normal equations, row by row."""
    gram, right = np.zeros((order + 1, order + 1)), np.zeros(order + 1)
    for t in range(order, fit_end):
        row = np.array([1.0, *(values[t - k] for k in range(1, order + 1))])
        gram += np.outer(row, row)
        right += row * values[t]
    a = np.linalg.solve(gram, right)
    return [
        a[0] + sum(a[k] * values[t - k] for k in range(1, order + 1)) for t in range(start, end)
    ]


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(30, 60))
def test_autoregression_is_that_of_a_loop(seed, order, fit_end):
    values = np.random.default_rng(seed).normal(size=70).cumsum()
    found = autoregression(values, order, fit_end, fit_end, 70)

    np.testing.assert_allclose(
        found, autoregression_by_loop(values, order, fit_end, fit_end, 70), rtol=1e-7, atol=1e-7
    )


def test_more_rows_than_one_block():
    rows = 2 * FIT_BLOCK + 100
    noise = np.random.default_rng(0).normal(size=rows)
    values = np.zeros(rows)
    for t in range(2, rows):
        values[t] = 0.6 * values[t - 1] + 0.3 * values[t - 2] + noise[t]
    design = np.column_stack([values[1:-51], values[:-52], np.ones(rows - 52)])
    a = np.linalg.lstsq(design, values[2:-50])[0]
    expected = a[0] * values[-51:-1] + a[1] * values[-52:-2] + a[2]

    np.testing.assert_allclose(
        autoregression(values, 2, rows - 50, rows - 50, rows), expected, rtol=1e-9, atol=1e-9
    )


def test_level_far_from_zero_loses_nothing():
    values = np.random.default_rng(0).normal(size=100).cumsum()

    np.testing.assert_allclose(
        autoregression(values + 1e9, 3, 70, 70, 100) - 1e9,
        autoregression(values, 3, 70, 70, 100),
        atol=1e-5,
    )


def test_a_recurrence_gets_its_own_order_and_is_predicted_exactly():
    values = np.sin(np.arange(100) * 0.3) + 5
    order = best_order(values[:70], 20)

    assert order == 2
    predicted = fit_autoregression(values[:70], order).paths(values, np.array([69]), 30)[0]
    np.testing.assert_allclose(predicted, values[70:], atol=1e-8)


def order_by_loop(training, largest):
    """AIC of each order by least squares of its own, on the same rows."""
    n = len(training) - largest
    criteria = []
    for order in range(1, largest + 1):
        lags = [training[largest - k : len(training) - k] for k in range(1, order + 1)]
        design = np.column_stack([np.ones(n), *lags])
        target = training[largest:]
        residual = target - design @ np.linalg.lstsq(design, target)[0]
        criteria.append(n * np.log(residual @ residual / n) + 2 * (order + 2))
    return 1 + int(np.argmin(criteria))


@given(st.integers(0, 1000), st.integers(1, 8))
def test_the_order_is_that_of_a_loop(seed, largest):
    rng = np.random.default_rng(seed)
    values = np.convolve(rng.normal(size=90), rng.normal(size=4))

    assert best_order(values, largest) == order_by_loop(values, largest)


def test_the_order_of_sunspots():
    assert best_order(load_dataset("sunspots").values[:TEST_1921], 25) == 9


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 8))
def test_paths_are_those_of_a_loop(seed, order, horizon):
    values = np.random.default_rng(seed).normal(size=60).cumsum()
    model = fit_autoregression(values[:40], order)
    origins = np.array([39, 44, 59])
    for origin, path in zip(origins, model.paths(values, origins, horizon), strict=True):
        known = list(model.scaler.transform(values[: origin + 1]))
        for _ in range(horizon):
            lags = sum(a * known[-k] for k, a in enumerate(model.coefficients[1:], start=1))
            known.append(model.coefficients[0] + lags)
        expected = model.scaler.inverse(np.array(known[-horizon:]))
        np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-9)


def test_of_a_very_long_series_the_end_is_fitted():
    noise = np.random.default_rng(0).normal(size=LONGEST_FIT + 5000)

    assert fit_autoregression(noise, 1).coefficients.tolist() == (
        fit_autoregression(noise[5000:], 1).coefficients.tolist()
    )
