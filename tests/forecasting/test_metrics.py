import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_tui.forecasting.metrics import Scores, best_baseline, score, skill, skill_against_best


def test_score_by_hand():
    scores = score(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 3.0, 0.0]))

    assert scores == Scores(
        rmse=math.sqrt(20 / 4), mae=6 / 4, count=4, smape=pytest.approx((2 / 6 + 1) * 200 / 4)
    )
    assert scores.r2 == pytest.approx(1 - 20 / 5)
    assert math.isnan(scores.mase)


def scores_by_loop(actual, predicted, training, period):
    """The definitions, point by point, summed exactly."""
    errors = [y - x for x, y in zip(actual, predicted, strict=True)]
    n, mean = len(errors), math.fsum(actual) / len(actual)
    mse = math.fsum(e * e for e in errors) / n
    mae = math.fsum(abs(e) for e in errors) / n
    steps = [abs(training[t] - training[t - period]) for t in range(period, len(training))]
    shares = [
        200 * abs(y - x) / (abs(x) + abs(y)) if x or y else 0.0
        for x, y in zip(actual, predicted, strict=True)
    ]
    spread = math.fsum((x - mean) ** 2 for x in actual)
    return {
        "rmse": math.sqrt(mse),
        "mae": mae,
        "count": n,
        "mase": mae / (math.fsum(steps) / len(steps)),
        "smape": math.fsum(shares) / n,
        "r2": 1 - n * mse / spread,
    }


numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(st.integers(2, 20), st.integers(1, 5), st.data())
def test_every_score_is_that_of_a_loop(count, period, data):
    actual, predicted = (
        data.draw(st.lists(numbers, min_size=count, max_size=count)) for _ in range(2)
    )
    training = data.draw(st.lists(numbers, min_size=period + 1, max_size=20))
    assume(len(set(actual)) > 1)
    assume(any(training[t] != training[t - period] for t in range(period, len(training))))
    found = score(np.array(actual), np.array(predicted), training=np.array(training), period=period)

    expected = scores_by_loop(actual, predicted, training, period)
    assert asdict(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_steps_and_columns_are_scored_as_one():
    actual, predicted = np.random.default_rng(0).normal(size=(2, 5, 3))

    assert score(actual, predicted) == score(actual.ravel(), predicted.ravel())


def test_what_is_not_defined_is_nan():
    constant = score(np.ones(3), np.zeros(3), training=np.ones(5))

    assert math.isnan(constant.r2)
    assert math.isnan(constant.mase)
    assert math.isnan(score(np.ones(3), np.zeros(3), training=np.ones(2), period=4).mase)
    assert score(np.zeros(3), np.zeros(3)).smape == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_a_bad_prediction_is_never_left_out(bad):
    assert not math.isfinite(score(np.array([1.0, 2.0]), np.array([1.0, bad])).rmse)


@pytest.mark.parametrize(("actual", "predicted"), [(np.ones(2), np.ones(3)), (np.ones(0),) * 2])
def test_nothing_to_compare(actual, predicted):
    with pytest.raises(ValueError, match="cannot score"):
        score(actual, predicted)


@pytest.mark.parametrize(
    ("model", "baseline", "expected"),
    [(5, 10, 0.5), (10, 10, 0), (20, 10, -1), (0, 10, 1), (0, 0, 0), (1, 0, -math.inf)],
)
def test_skill(model, baseline, expected):
    assert skill(Scores(model, 0, 1), Scores(baseline, 0, 1)) == expected


def test_the_best_baseline():
    scores = {"model": Scores(2, 0, 1), "naive": Scores(5, 0, 1), "AR(2)": Scores(4, 0, 1)}

    assert best_baseline(scores) == "AR(2)"
    assert skill_against_best(scores) == 0.5
    assert best_baseline({"model": Scores(1, 0, 1)}) is None
    assert skill_against_best({"naive": Scores(1, 0, 1)}) is None
    assert best_baseline({"naive": Scores(1, 0, 1), "x": Scores(math.nan, 0, 1)}) == "naive"
