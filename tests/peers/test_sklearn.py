"""What scikit-learn expects of an estimator, and its metrics beside ours."""

import numpy as np
import pytest
from sklearn import metrics, preprocessing
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.utils.validation import check_is_fitted

import rnn_tui
from rnn_tui.data.scaling import Scaler
from rnn_tui.forecasting.metrics import score

WAVE = np.sin(np.arange(240) / 4)
SMALL = {"hidden_size": 3, "input_chunk_length": 6, "steps": 20}


def test_a_clone_has_the_parameters_and_nothing_that_was_learned():
    fitted = rnn_tui.Forecaster(**SMALL, transform=("diff",), progress=print).set_params(
        progress=None
    )
    fitted.fit(WAVE)
    check_is_fitted(fitted)
    copy = clone(fitted)

    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "model_")
    with pytest.raises(Exception, match="not fitted"):
        check_is_fitted(copy)


def test_a_grid_is_searched_along_time():
    search = GridSearchCV(
        rnn_tui.Forecaster(**SMALL), {"hidden_size": [2, 4]}, cv=TimeSeriesSplit(2, test_size=40)
    )
    search.fit(WAVE)

    assert search.best_params_["hidden_size"] in {2, 4}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(WAVE).shape == WAVE.shape


def test_the_score_is_that_of_scikit_learn():
    y = np.column_stack([WAVE, np.cos(np.arange(240) / 5)])
    forecaster = rnn_tui.Forecaster(**SMALL).fit(y)
    predicted = forecaster.predict(y)

    assert forecaster.score(y) == pytest.approx(metrics.r2_score(y[6:], predicted[6:]), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_metrics_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    actual, predicted = rng.normal(size=(2, 150)) * 10 ** rng.uniform(-3, 3) + rng.normal()
    found = score(actual, predicted)

    assert found.rmse == pytest.approx(
        metrics.root_mean_squared_error(actual, predicted), rel=1e-12
    )
    assert found.mae == pytest.approx(metrics.mean_absolute_error(actual, predicted), rel=1e-12)
    assert found.r2 == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-10)
    halves = (np.abs(actual) + np.abs(predicted)) / 2
    assert found.smape == pytest.approx(
        100 * metrics.mean_absolute_error(actual / halves, predicted / halves), rel=1e-12
    )


def test_mase_is_a_ratio_of_mean_absolute_errors():
    training, actual, predicted = np.random.default_rng(1).normal(size=(3, 120))
    for period in (1, 7):
        naive = metrics.mean_absolute_error(training[period:], training[:-period])
        found = score(actual, predicted, training=training, period=period)
        expected = metrics.mean_absolute_error(actual, predicted) / naive
        assert found.mase == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "peer"),
    [
        ("standard", preprocessing.StandardScaler()),
        ("robust", preprocessing.RobustScaler()),
        ("min-max", preprocessing.MinMaxScaler()),
    ],
)
def test_scaling_is_that_of_scikit_learn(kind, peer):
    training, later = np.random.default_rng(2).gamma(2.0, 30.0, size=(2, 101))
    ours = Scaler.fit(training, kind)
    peer.fit(training[:, np.newaxis])
    expected = peer.transform(later[:, np.newaxis])[:, 0]

    np.testing.assert_allclose(ours.transform(later), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(ours.inverse(expected), later, rtol=1e-12)
