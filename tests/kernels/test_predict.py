import numpy as np
import pytest

from tests import oracle
from tests.kernels.courses import random_course
from tests.kernels.support import CELLS, DTYPES


@pytest.mark.parametrize("count", [0, 1, 4, 5, 23])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_predictions_agree_with_the_oracle(cell, dtype, count):
    course = random_course(cell, dtype=dtype, H=9)
    starts = np.random.default_rng(count).integers(0, 35, count)
    predicted = course.predictions(starts, batch_size=4)
    assert predicted.shape == (count, 2)
    if count:
        wanted = oracle.predict(cell, course.parameters, course.series, starts, course.T)
        tolerance = 1e-12 if dtype is np.float64 else 1e-5
        np.testing.assert_allclose(predicted, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("cell", CELLS)
def test_a_prediction_sees_its_own_window_and_nothing_else(cell):
    course = random_course(cell)
    starts = np.array([3, 20, 34])
    before = course.predictions(starts)
    changed = course.series.copy()
    changed[np.setdiff1d(np.arange(40), np.arange(20, 26))] = 1e3
    after = course.but(series=changed).predictions(starts)
    np.testing.assert_array_equal(after[1], before[1])
    assert not np.array_equal(after[0], before[0])


def test_a_prediction_starts_from_zero_states_in_every_chunk():
    course = random_course("lstm")
    starts = np.array([5, 9, 5, 9, 5, 9])
    predicted = course.predictions(starts, batch_size=2)
    np.testing.assert_array_equal(predicted[2:4], predicted[:2])
    np.testing.assert_array_equal(predicted[4:], predicted[:2])


def test_a_value_that_is_not_finite_reaches_only_the_windows_that_hold_it():
    course = random_course("lstm")
    series = course.series.copy()
    series[20] = np.nan
    predicted = course.but(series=series).predictions(np.array([0, 14, 15, 20, 21]), batch_size=5)
    assert np.isfinite(predicted).all(axis=1).tolist() == [True, True, False, False, True]
