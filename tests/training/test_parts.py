"""What is forecast from what: no part knows a later one."""

import numpy as np
import pytest

from rnn_tui.data.scaling import Scaler
from rnn_tui.training.shown import Asked
from tests import oracle
from tests.kernels.support import CELLS
from tests.training.wave import (
    SCALED,
    SERIES,
    TEST_START,
    VALIDATION_START,
    N,
    T,
    parameters_of,
    trained,
)

SCALER = Scaler.fit(SERIES[:VALIDATION_START])


def changed(values, first, last=None):
    """The series with the rows first … last−1 replaced."""
    values = values.copy()
    values[first:last] = np.random.default_rng(1).normal(60, 30, size=values[first:last].size)
    return values


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_that_is_learned_depends_on_the_test_part(trainer, cell):
    one = trainer(model={"cell": cell})
    other = trainer(changed(SERIES, TEST_START), model={"cell": cell})
    assert trained(one) == trained(other)
    assert one.errors("validation").loss == other.errors("validation").loss
    assert one.errors("train").rmse == other.errors("train").rmse
    assert one.errors("test").rmse != other.errors("test").rmse
    np.testing.assert_array_equal(
        one.forecast().predicted[: TEST_START + 1], other.forecast().predicted[: TEST_START + 1]
    )


@pytest.mark.parametrize("cell", CELLS)
def test_weights_and_scaling_do_not_depend_on_the_validation_part_either(trainer, cell):
    one = trainer(model={"cell": cell})
    other = trainer(changed(SERIES, VALIDATION_START), model={"cell": cell})
    assert trained(one) == trained(other)
    assert one.errors("validation").loss != other.errors("validation").loss


@pytest.mark.parametrize("point", [T, T + 1, 30, VALIDATION_START, TEST_START, N - 2])
@pytest.mark.parametrize("cell", CELLS)
def test_a_forecast_uses_the_points_before_it_and_no_others(trainer, cell, point):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    other = trainer(changed(SERIES, point, point + 1), scaler=SCALER, model={"cell": cell})
    other.model.parameters[:] = one.model.parameters
    before, after = one.forecast().predicted, other.forecast().predicted
    np.testing.assert_array_equal(after[: point + 1], before[: point + 1])
    moved = slice(point + 1, point + T + 1)
    assert (after[moved] != before[moved]).all()
    np.testing.assert_array_equal(after[point + T + 1 :], before[point + T + 1 :])


@pytest.mark.parametrize("cell", CELLS)
def test_a_forecast_is_what_the_network_says_after_the_window_before_the_point(trainer, cell):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    wanted = oracle.predict(cell, parameters_of(one), SCALED, np.arange(N - T), T)[:, 0]
    wanted = wanted * SERIES[:VALIDATION_START].std() + SERIES[:VALIDATION_START].mean()
    predicted = one.forecast().predicted
    assert np.isnan(predicted[:T]).all()
    np.testing.assert_allclose(predicted[T:], wanted, rtol=1e-11)


def test_a_forecast_knows_its_parts_and_cannot_be_written(trainer):
    forecast = trainer().forecast()
    assert (forecast.validation_start, forecast.test_start) == (VALIDATION_START, TEST_START)
    np.testing.assert_array_equal(forecast.actual, SERIES)
    for array in (forecast.time, forecast.actual, forecast.predicted):
        assert not array.flags.writeable


@pytest.mark.parametrize("limit", [1, 5, 20, 75, 80, 1000])
def test_a_limited_forecast_is_the_end_of_the_whole_one(trainer, limit):
    one = trainer()
    whole, end = one.forecast(), one.forecast(limit)
    shown = min(limit, N)
    for name in ("time", "actual", "predicted"):
        np.testing.assert_array_equal(getattr(end, name), getattr(whole, name)[-shown:])
    assert end.validation_start == max(0, VALIDATION_START - (N - shown))
    assert end.test_start == max(0, TEST_START - (N - shown))


def test_errors_are_those_of_the_forecast_on_each_part(trainer):
    one = trainer()
    trained(one, 20)
    error = one.forecast().predicted - SERIES
    parts = {
        "train": error[T:VALIDATION_START],
        "validation": error[VALIDATION_START:TEST_START],
        "test": error[TEST_START:],
    }
    for part, errors in parts.items():
        assert one.errors(part).rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-12)
    scale = SERIES[:VALIDATION_START].std()
    assert one.errors("validation").loss == pytest.approx(
        np.mean((parts["validation"] / scale) ** 2)
    )


def test_the_free_running_forecast_of_the_test_part_is_fed_with_itself(trainer):
    one = trainer()
    trained(one, 20)
    plain, with_free = one.forecast(), one.forecast(asked=Asked(free=True))
    assert plain.free is None
    np.testing.assert_array_equal(plain.predicted, with_free.predicted)
    first = with_free.test_start
    assert np.isnan(with_free.free[:first]).all()
    assert np.isfinite(with_free.free[first:]).all()
    assert with_free.free[first] == pytest.approx(with_free.predicted[first], rel=1e-5)
    assert not np.allclose(with_free.free[first + 1 :], with_free.predicted[first + 1 :])
    assert not with_free.free.flags.writeable
