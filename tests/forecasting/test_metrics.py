import math

import numpy as np
import pytest

from rnn_tui.forecasting.metrics import Scores, score, skill


def test_score_by_hand():
    scores = score(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 4.0, 3.0, 0.0]))

    assert scores == Scores(rmse=math.sqrt(20 / 4), mae=6 / 4, count=4)


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
