"""The ETS baseline: chosen, smoothed and forecast as statsmodels does."""

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.series import Series
from rnn_tui.forecasting.baselines import baseline_scores, fit_baselines
from rnn_tui.forecasting.ets import LONGEST_FIT, fit_ets

CASES = {"sunspots": None, "nile": None, "co2": 12, "elnino": 12, "wti": None, "random-walk": None}


def series_of(values, period=None):
    return Series("s", "", "row", np.arange(float(len(values))), values, "test", period=period)


@pytest.fixture(scope="module", params=CASES)
def fitted(request):
    values = load_dataset(request.param).values[-2500:]
    end = len(values) * 85 // 100
    return values, end, fit_ets(values[:end], CASES[request.param])


def test_free_running_forecasts_are_those_of_statsmodels(fitted):
    values, end, model = fitted
    training = values[model.first : end]
    theirs = ETSModel(training, initialization_method="known", **model.initial, **model.form)
    expected = theirs.smooth(model.parameters).forecast(30)
    path = model.paths(values, np.array([end - 1]), 30)[0]

    np.testing.assert_allclose(path, expected, rtol=1e-9)


def test_one_step_forecasts_are_the_fitted_values_of_statsmodels(fitted):
    values, end, model = fitted
    theirs = ETSModel(
        values[model.first :], initialization_method="known", **model.initial, **model.form
    )
    expected = theirs.smooth(model.parameters).fittedvalues[end - model.first :]
    found = model.paths(values, np.arange(end - 1, len(values) - 1), 1)[:, 0]

    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_multi_step_forecasts_start_from_the_states_at_their_origin(fitted):
    values, end, model = fitted
    origin = (end + len(values)) // 2
    theirs = ETSModel(
        values[model.first : origin + 1],
        initialization_method="known",
        **model.initial,
        **model.form,
    )
    expected = theirs.smooth(model.parameters).forecast(5)

    origins = np.array([end - 1, origin, len(values) - 1])
    np.testing.assert_allclose(model.paths(values, origins, 5)[1], expected, rtol=1e-9)


def test_nothing_after_the_origin_has_a_part(fitted):
    values, end, model = fitted
    other = values.copy()
    other[end:] = 1e4
    origins = np.array([end - 1])

    np.testing.assert_array_equal(model.paths(values, origins, 4), model.paths(other, origins, 4))


def test_the_form_has_the_smallest_aicc():
    values = load_dataset("co2").values[:400]
    ours = fit_ets(values, 12)
    criteria = {}
    for seasonal in (None, "add", "mul"):
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            form = {
                "trend": trend,
                "damped_trend": damped,
                "seasonal": seasonal,
                "seasonal_periods": 12 if seasonal else None,
            }
            model = ETSModel(values, error="add", initialization_method="heuristic", **form)
            criteria[(trend, damped, seasonal)] = model.fit(disp=False).aicc
    best = min(criteria, key=criteria.get)

    assert (ours.form["trend"], ours.form["damped_trend"], ours.form["seasonal"]) == best
    assert ours.name.startswith("ETS(A,")


@pytest.mark.parametrize(
    ("values", "season"),
    [
        (np.arange(9.0), None),
        (np.array([1.0, -1.0] * 8), 2),
    ],
)
def test_short_series(values, season):
    assert fit_ets(values[:9], season) is None
    if len(values) > 9:
        assert fit_ets(values, season) is not None


def test_of_a_long_series_the_end_is_fitted():
    values = np.random.default_rng(0).normal(size=LONGEST_FIT + 500).cumsum()
    model = fit_ets(values, None)

    assert model.first == 500
    np.testing.assert_array_equal(model.parameters, fit_ets(values[500:], None).parameters)


def test_it_stands_among_the_baselines():
    series = load_dataset("co2")
    names = set(fit_baselines(series, 400))
    scores = baseline_scores(series, 400, 400, 526, which=("naive", "ETS"), horizon=6)

    assert {"naive", "seasonal naive", "drift", "mean"} < names
    ets = next(name for name in names if name.startswith("ETS("))
    assert set(scores) == {"naive", ets}
    assert scores[ets].rmse < scores["naive"].rmse
