import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import mse
from tests import oracle_rules
from tests.kernels.support import DTYPES


def random_outputs(rng, shape, dtype):
    return tuple(rng.normal(size=shape).astype(dtype) for _ in range(2))


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 3)),
    first=st.integers(0, 11),
    seed=st.integers(0, 2**32 - 1),
)
def test_mean_squared_error_and_its_gradient_agree_with_the_oracle(dtype, shape, first, seed):
    first %= shape[0]
    y, target = random_outputs(np.random.default_rng(seed), shape, dtype)
    dy = np.full(shape, np.nan, dtype)
    loss = mse(y, target, dy, first=first)
    wanted, wanted_dy = oracle_rules.mse(y.astype(np.float64), target.astype(np.float64), first)
    tolerance = 1e-6 if dtype is np.float32 else 1e-13
    assert loss == pytest.approx(wanted, rel=tolerance)
    np.testing.assert_allclose(dy, wanted_dy, rtol=tolerance, atol=tolerance)


def test_the_loss_of_a_perfect_prediction_is_zero():
    y = np.ones((3, 2, 1))
    dy = np.full_like(y, np.nan)
    assert mse(y, y.copy(), dy) == 0
    assert not dy.any()


def test_what_lies_before_first_is_not_read_and_gets_a_gradient_of_zero():
    y, target = np.full((2, 4, 1, 1), np.nan)
    y[2:], target[2:] = 3.0, 1.0
    dy = np.full_like(y, np.nan)
    assert mse(y, target, dy, first=2) == 4.0
    assert dy.ravel().tolist() == [0.0, 0.0, 2.0, 2.0]


def test_the_sum_is_carried_in_float64():
    y = np.full((100_000, 1, 1), 0.1, np.float32)
    target, dy = np.zeros_like(y), np.empty_like(y)
    assert mse(y, target, dy) == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-12)
    y[:] = 1e30  # the square is beyond float32
    assert mse(y, target, dy) == pytest.approx(1e60)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_output_that_is_not_finite_makes_a_loss_that_is_not_finite(bad):
    y, target, dy = np.zeros((3, 4, 2, 1))
    y[2, 1] = bad
    assert not np.isfinite(mse(y, target, dy))
