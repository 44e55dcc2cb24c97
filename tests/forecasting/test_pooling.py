import math

import numpy as np
import pytest

from rnn_tui.forecasting.metrics import Scores, score
from rnn_tui.forecasting.pooling import pool


def test_parts_together_score_as_one():
    rng = np.random.default_rng(0)
    actual, predicted = rng.normal(size=(2, 90))
    training = rng.normal(size=40)
    cuts = [slice(0, 20), slice(20, 50), slice(50, 90)]
    parts = [{"model": score(actual[c], predicted[c], training=training)} for c in cuts]
    pooled, whole = pool(parts)["model"], score(actual, predicted, training=training)
    for name in ("rmse", "mae", "mase", "smape", "count"):
        assert getattr(pooled, name) == pytest.approx(getattr(whole, name), rel=1e-12)
    assert math.isnan(pooled.r2)


def test_a_baseline_that_is_chosen_anew_is_one_and_what_is_missing_is_left_out():
    one, two = Scores(3.0, 1.0, 1), Scores(4.0, 2.0, 3)
    found = pool([{"AR(2)": one, "naive": one, "model": one}, {"naive": two, "AR(9)": two}])
    assert list(found) == ["AR", "naive"]
    assert found["AR"].rmse == pytest.approx(math.sqrt((9 + 3 * 16) / 4))
    assert (found["AR"].mae, found["AR"].count) == (1.75, 4)


def test_nothing_is_nothing():
    assert pool([]) == {}
