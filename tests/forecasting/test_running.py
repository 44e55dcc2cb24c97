import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.forecasting.baselines import fit_baselines
from rnn_tui.forecasting.live import LiveBaselines
from rnn_tui.forecasting.metrics import naive_error, score
from rnn_tui.forecasting.running import RunningScores

numbers = st.floats(-1e5, 1e5).map(lambda value: round(value, 3))
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30)


@given(pairs, st.integers(1, 4))
def test_running_scores_are_those_of_all_rows_at_once(values, size):
    actual, predicted = (np.array(column) for column in zip(*values, strict=True))
    assume(np.ptp(actual) > 0.1)
    training = np.random.default_rng(0).normal(size=20)
    running = RunningScores(naive_error(training, 2))
    for begin in range(0, len(actual), size):
        running.add(actual[begin : begin + size], predicted[begin : begin + size])

    expected = asdict(score(actual, predicted, training=training, period=2))
    assert asdict(running.scores()) == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert running.rmse == running.scores().rmse


def test_before_the_first_row_there_is_no_score():
    running = RunningScores(math.nan)
    assert running.scores() is None
    assert math.isnan(running.rmse)
    running.add(np.array([1.0]), np.array([math.inf]))
    assert running.rmse == math.inf
    assert math.isnan(running.scores().r2)


@pytest.mark.parametrize("horizon", [1, 5])
def test_live_baselines_are_the_baselines(horizon):
    series = load_dataset("sunspots")
    live = LiveBaselines(series.values[:200], 11)
    found = live.paths(series.values[:200], horizon)
    fitted = fit_baselines(series, 200, which=("naive", "seasonal naive", "AR"), order=9)

    assert found.keys() == fitted.keys() == {"naive", "seasonal naive", "AR(9)"}
    for name, paths in fitted.items():
        np.testing.assert_allclose(found[name], paths(np.array([199]), horizon)[0], rtol=1e-9)


def test_autoregression_is_fitted_anew_as_rows_come():
    values = load_dataset("sunspots").values
    live = LiveBaselines(values[:100], None)
    live.paths(values[:100], 1)
    for end in range(101, 120):
        live.paths(values[:end], 1)
    old = live.paths(values[:120], 1)["AR(9)"]
    fresh = LiveBaselines(values[:120], None).paths(values[:120], 1)["AR(9)"]
    np.testing.assert_allclose(old, fresh)  # 20 rows have come: it has been fitted to them
    assert live._until_refit == 19


def test_a_column_that_does_not_vary_yet():
    live = LiveBaselines(np.ones(50), 60)
    assert live.paths(np.ones(50), 2).keys() == {"naive"}
    varied = LiveBaselines(np.arange(50.0), None)
    assert varied.paths(np.ones(50), 1)["AR(9)"].tolist() == [1.0]
