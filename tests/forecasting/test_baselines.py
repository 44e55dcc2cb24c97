import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.series import Channel, Series
from rnn_tui.forecasting.baselines import (
    EVERY,
    baseline_predictions,
    baseline_scores,
    fit_baselines,
)

TEST_1921, END_1987 = 221, 288
INSTANT = tuple(kind for kind in EVERY if kind != "ETS")


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

    names = set(baseline_predictions(series_of(noise), 200, 200, 300, 9))
    assert names == {"naive", "AR(9)"}


@pytest.mark.parametrize(
    ("fit_end", "name"), [(29, "AR(9)"), (28, "AR(8)"), (8, "AR(2)"), (5, "AR(1)"), (4, None)]
)
def test_order_shrinks_with_the_training_part(fit_end, name):
    values = np.random.default_rng(0).normal(size=40)
    names = set(baseline_predictions(series_of(values), fit_end, fit_end, 40, 9))

    assert {found for found in names if found.startswith("AR")} == ({name} if name else set())


@given(st.integers(0, 1000), st.integers(10, 50))
def test_every_prediction_knows_the_past_alone(seed, fit_end):
    values = np.random.default_rng(seed).normal(size=60)
    row = np.random.default_rng(seed).integers(fit_end, 60)
    other = values.copy()
    other[row:] = 1000.0
    ours = baseline_predictions(series_of(values, 4), fit_end, fit_end, 60, which=INSTANT)
    theirs = baseline_predictions(series_of(other, 4), fit_end, fit_end, 60, which=INSTANT)

    for name, predicted in ours.items():
        known = slice(0, row - fit_end + 1)
        np.testing.assert_array_equal(predicted[known], theirs[name][known])


@pytest.mark.parametrize(("fit_end", "start", "end"), [(1, 5, 9), (6, 5, 9), (5, 9, 9), (5, 5, 11)])
def test_impossible_ranges(fit_end, start, end):
    with pytest.raises(ValueError, match="cannot fit"):
        baseline_predictions(series_of(np.arange(10)), fit_end, start, end)


def test_naive_paths_by_hand():
    values = np.array([1.0, 2, 4, 8, 16, 32, 64, 128])
    paths = fit_baselines(series_of(values, 3), 5, which=INSTANT)
    origins = np.array([4, 6])

    np.testing.assert_array_equal(paths["naive"](origins, 3), [[16] * 3, [64] * 3])
    np.testing.assert_array_equal(
        paths["seasonal naive"](origins, 5), [[4, 8, 16, 4, 8], [16, 32, 64, 16, 32]]
    )
    np.testing.assert_allclose(
        paths["drift"](origins, 2), [[16 + 15 / 4, 16 + 30 / 4], [64 + 63 / 6, 64 + 126 / 6]]
    )
    np.testing.assert_array_equal(paths["mean"](origins, 2), [[31 / 5] * 2] * 2)


@given(st.integers(0, 1000), st.integers(1, 6))
def test_paths_know_nothing_after_their_origin(seed, horizon):
    values = np.random.default_rng(seed).normal(size=60)
    other = values.copy()
    other[45:] = 1000.0
    origins = np.arange(39, 45)
    ours = fit_baselines(series_of(values, 4), 40, which=INSTANT)
    theirs = fit_baselines(series_of(other, 4), 40, which=INSTANT)

    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_array_equal(
            ours[name](origins, horizon), theirs[name](origins, horizon), err_msg=name
        )


def test_scores_over_a_horizon_are_those_of_the_windows_inside_the_part():
    series = load_dataset("sunspots")
    scores = baseline_scores(series, TEST_1921, TEST_1921, END_1987, horizon=4, which=INSTANT)
    values = series.values
    errors = [
        values[origin + 1 + j] - values[origin]
        for origin in range(TEST_1921 - 1, END_1987 - 4)
        for j in range(4)
    ]

    assert scores["naive"].rmse == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert scores["naive"].count == len(errors) == 4 * 64
    assert set(scores) == {"naive", "seasonal naive", "drift", "mean", "AR(9)"}


def test_baselines_of_another_column():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=100), rng.normal(size=100).cumsum()
    series = Series(
        *("s", "", "row", np.arange(100.0), first, "test"), more_targets=(Channel("b", second),)
    )

    assert baseline_scores(series, 70, 70, 100, target=1)["naive"].mae == pytest.approx(
        np.abs(np.diff(second))[69:].mean()
    )


def test_without_statsmodels_there_is_no_ets(monkeypatch):
    monkeypatch.setattr("rnn_tui.forecasting.baselines.ets_available", lambda: False)
    names = fit_baselines(load_dataset("nile"), 80)

    assert not any(name.startswith("ETS") for name in names)


def test_importing_the_baselines_imports_no_statistics_library():
    code = (
        "import sys; from rnn_tui.forecasting.baselines import baseline_scores;"
        "from rnn_tui.data.catalogue import load_dataset;"
        "baseline_scores(load_dataset('sunspots'), 221, 221, 288);"
        "sys.exit(bool({'statsmodels', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
