"""Errors of a part, against what NumPy says of them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.forecasting.metrics import score
from rnn_tui.tui.plots.residuals import residuals
from tests.tui.fake_session import make_forecast

FORECAST = make_forecast(4000)


def of(errors):
    actual = np.arange(float(len(errors)))
    forecast = replace(FORECAST, actual=actual, predicted=actual - np.asarray(errors))
    return residuals(forecast, 0, len(errors))


def test_the_errors_are_those_of_the_points_that_were_forecast():
    found = residuals(FORECAST, 0, 221)
    known = slice(50, 221)
    errors = FORECAST.actual[known] - FORECAST.predicted[known]
    expected = score(FORECAST.actual[known], FORECAST.predicted[known])
    assert found.count == expected.count == 171
    assert (found.rmse, found.mae) == pytest.approx((expected.rmse, expected.mae))
    assert found.mean == pytest.approx(errors.mean())
    assert found.deviation == pytest.approx(errors.std(ddof=1))
    assert found.lag_1 == pytest.approx(np.corrcoef(errors[1:], errors[:-1])[0, 1], abs=0.02)


def test_skill_is_against_the_last_value_at_the_same_points():
    found = residuals(FORECAST, 256, 309)
    naive = np.sqrt(np.mean(np.diff(FORECAST.actual[255:309]) ** 2))
    assert found.naive_rmse == pytest.approx(naive)
    assert found.skill == pytest.approx(1 - found.rmse / naive)


def test_errors_that_hang_together_are_told_from_chance():
    noise = np.random.default_rng(3).normal(size=400)
    assert not of(noise).is_correlated
    walk = of(noise[1:] + 0.9 * noise[:-1])
    assert walk.is_correlated
    assert walk.lag_1 == pytest.approx(0.9 / (1 + 0.9**2), abs=0.07)
    assert of(np.tile([1.0, -1.0], 50)).lag_1 == pytest.approx(-1, abs=0.02)


def test_only_neighbours_count_as_neighbours():
    errors = np.tile([1.0, np.nan, -1.0, np.nan], 20)
    assert of(errors).count == 40
    assert of(errors).lag_1 == 0.0


def test_a_forecast_that_is_not_finite_is_never_left_out():
    wild = of([1.0, np.inf, 1.0, 1.0])
    assert (wild.rmse, wild.mae) == (math.inf, math.inf)
    assert math.isnan(wild.lag_1)
    assert not wild.is_correlated


def test_what_cannot_be_said_of_few_points_is_not_said():
    assert of([np.nan, np.nan]) is None
    one = of([2.0])
    assert (one.rmse, one.mean) == (2.0, 2.0)
    assert math.isnan(one.deviation)
    assert math.isnan(one.lag_1)
    assert math.isnan(one.skill)
    assert math.isnan(of([1.0, 1.0, 1.0, 1.0]).lag_1)
