import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.series import Series
from rnn_tui.forecasting.baselines import (
    FIT_BLOCK,
    autoregression,
    baseline_predictions,
    baseline_scores,
)
from rnn_tui.forecasting.metrics import score

TEST_1921, END_1987 = 221, 288


def series_of(values, period=None):
    values = np.asarray(values, dtype=float)
    return Series("s", "", "row", np.arange(len(values)), values, "test", period=period)


def test_sunspots_give_the_published_scores():
    series = load_dataset("sunspots")
    scores = baseline_scores(series, TEST_1921, TEST_1921, END_1987)

    assert {name: round(found.rmse, 1) for name, found in scores.items()} == {
        "naive": 30.3,
        "seasonal naive": 34.2,
        "AR(9)": 17.5,
    }
    assert {found.count for found in scores.values()} == {67}


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


def test_a_recurrence_is_predicted_exactly():
    values = np.sin(np.arange(100) * 0.3) + 5

    predicted = baseline_predictions(series_of(values), 70, 70, 100)["AR(9)"]
    np.testing.assert_allclose(predicted, values[70:], atol=1e-9)


def test_naive_forecasts_are_earlier_rows():
    series = series_of(np.arange(40) ** 2, period=7)
    predictions = baseline_predictions(series, 20, 25, 40)

    np.testing.assert_array_equal(predictions["naive"], series.values[24:39])
    np.testing.assert_array_equal(predictions["seasonal naive"], series.values[18:33])


def test_period_is_found_where_it_is_not_known():
    noise = np.random.default_rng(0).normal(size=120)
    series = series_of(np.tile([0, 5, 9, 4, 1, -3], 20) + noise / 10)
    predictions = baseline_predictions(series, 80, 80, 120)

    np.testing.assert_array_equal(predictions["seasonal naive"], series.values[74:114])


def test_no_season_no_seasonal_naive():
    noise = np.random.default_rng(1).normal(size=300)

    assert set(baseline_predictions(series_of(noise), 200, 200, 300)) == {"naive", "AR(9)"}


@pytest.mark.parametrize(
    ("fit_end", "name"), [(29, "AR(9)"), (28, "AR(8)"), (8, "AR(2)"), (5, "AR(1)"), (4, None)]
)
def test_order_shrinks_with_the_training_part(fit_end, name):
    values = np.random.default_rng(0).normal(size=40)
    names = set(baseline_predictions(series_of(values), fit_end, fit_end, 40))

    assert {found for found in names if found.startswith("AR")} == ({name} if name else set())


@given(st.integers(0, 1000), st.integers(10, 50))
def test_every_prediction_knows_the_past_alone(seed, fit_end):
    values = np.random.default_rng(seed).normal(size=60)
    row = np.random.default_rng(seed).integers(fit_end, 60)
    other = values.copy()
    other[row:] = 1000.0
    ours = baseline_predictions(series_of(values, 4), fit_end, fit_end, 60)
    theirs = baseline_predictions(series_of(other, 4), fit_end, fit_end, 60)

    for name, predicted in ours.items():
        known = slice(0, row - fit_end + 1)
        np.testing.assert_array_equal(predicted[known], theirs[name][known])


@pytest.mark.parametrize(("fit_end", "start", "end"), [(1, 5, 9), (6, 5, 9), (5, 9, 9), (5, 5, 11)])
def test_impossible_ranges(fit_end, start, end):
    with pytest.raises(ValueError, match="cannot fit"):
        baseline_predictions(series_of(np.arange(10)), fit_end, start, end)
