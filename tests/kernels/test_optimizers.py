import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Optimizer, clip_by_global_norm, clip_by_value
from tests import oracle_rules
from tests.kernels.support import DTYPES

TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}
RULES = [
    ("sgd", {}),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("sgd", {"weight_decay": 0.1}),
    ("rmsprop", {}),
    ("rmsprop", {"smoothing": 0.9, "momentum": 0.9, "epsilon": 1e-3, "weight_decay": 0.1}),
    ("adam", {}),
    ("adam", {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3, "weight_decay": 0.1}),
    ("adamw", {}),
    ("adamw", {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3, "weight_decay": 0.3}),
]


@pytest.mark.parametrize("size", [1, 7, 64, 1001])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "settings"), RULES)
def test_updates_agree_with_the_oracle(name, settings, dtype, size):
    rng = np.random.default_rng(size)
    parameters = rng.normal(size=size).astype(dtype)
    wanted = {"p": parameters.astype(np.float64)}
    optimizer = Optimizer(name, size=size, dtype=dtype, **settings)
    rule = oracle_rules.OPTIMIZERS[name](**settings)
    for k in range(1, 30):
        gradient = (rng.normal(size=size) * 10.0 ** rng.integers(-4, 2)).astype(dtype)
        before = gradient.copy()
        optimizer.update(parameters, gradient, learning_rate=0.01)
        wanted = rule.update(wanted, {"p": gradient.astype(np.float64)}, 0.01)
        assert optimizer.step_count == k
        np.testing.assert_array_equal(gradient, before)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    np.testing.assert_allclose(parameters, wanted["p"], **tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
def test_adams_first_step_has_the_length_of_the_learning_rate(dtype):
    gradient = np.array([1e-3, -5.0, 1e3, 0.0], dtype)
    parameters = np.zeros(4, dtype)
    Optimizer("adam", size=4, dtype=dtype).update(parameters, gradient, learning_rate=0.5)
    np.testing.assert_allclose(parameters, [-0.5, 0.5, -0.5, 0.0], rtol=2e-5)


def test_sgd_keeps_no_state():
    optimizer = Optimizer("sgd", size=3, dtype=np.float64)
    assert (optimizer.m.size, optimizer.v.size, optimizer.step_count) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "settings", "m", "v"),
    [
        ("sgd", {"momentum": 0.5}, 3, 0),
        ("rmsprop", {}, 0, 3),
        ("rmsprop", {"momentum": 0.5}, 3, 3),
        ("adam", {}, 3, 3),
        ("adamw", {}, 3, 3),
    ],
)
def test_a_rule_keeps_the_state_that_it_needs(name, settings, m, v):
    optimizer = Optimizer(name, size=3, dtype=np.float64, **settings)
    assert (optimizer.m.size, optimizer.v.size) == (m, v)


def test_the_decay_of_adamw_does_not_go_through_the_moments():
    parameters, gradient = np.ones(4), np.zeros(4)
    optimizer = Optimizer("adamw", size=4, dtype=np.float64, weight_decay=0.1)
    optimizer.update(parameters, gradient, learning_rate=0.5)
    np.testing.assert_allclose(parameters, 0.95)
    assert not optimizer.m.any()


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    size=st.integers(1, 200),
    scale=st.floats(-3, 3),
    threshold=st.just(0.0) | st.floats(1e-3, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_clipping_agrees_with_the_oracle(dtype, size, scale, threshold, seed):
    gradient = (10**scale * np.random.default_rng(seed).normal(size=size)).astype(dtype)
    wanted, wanted_norm = oracle_rules.clip({"g": gradient.astype(np.float64)}, threshold)
    norm = clip_by_global_norm(gradient, threshold)
    assert norm == pytest.approx(wanted_norm, rel=1e-12)
    tolerance = 1e-6 if dtype is np.float32 else 1e-13
    largest = np.abs(wanted["g"]).max()
    np.testing.assert_allclose(gradient, wanted["g"], rtol=0, atol=tolerance * largest)


def test_a_gradient_within_the_threshold_keeps_its_bits():
    gradient = np.array([0.3, -0.4])
    assert clip_by_global_norm(gradient, 0.5) == 0.5
    assert gradient.tolist() == [0.3, -0.4]


def test_a_threshold_of_zero_only_measures():
    gradient = np.array([3e5, -4e5], np.float32)
    assert clip_by_global_norm(gradient, 0) == 5e5
    assert gradient.tolist() == [3e5, -4e5]


@pytest.mark.parametrize(
    ("values", "norm"),
    [([3e-30, 4e-30], 5e-30), ([3e30, 4e30], 5e30), ([0.0, 0.0], 0.0)],
)
def test_norms_reach_beyond_the_squares_of_float32(values, norm):
    gradient = np.array(values, np.float32)
    assert clip_by_global_norm(gradient, 0) == pytest.approx(norm, rel=1e-6, abs=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_reported_and_not_clipped(bad):
    gradient = np.array([1.0, bad, 2.0])
    assert not math.isfinite(clip_by_global_norm(gradient, 1.0))
    np.testing.assert_array_equal(gradient, [1.0, bad, 2.0])


@pytest.mark.parametrize("dtype", DTYPES)
@given(
    size=st.integers(1, 200),
    limit=st.just(0.0) | st.floats(1e-3, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_clipping_by_value_agrees_with_the_oracle(dtype, size, limit, seed):
    gradient = np.random.default_rng(seed).normal(size=size).astype(dtype)
    wanted, wanted_norm = oracle_rules.clip({"g": gradient.astype(np.float64)}, 0, limit)
    assert clip_by_value(gradient, limit) == pytest.approx(wanted_norm, rel=1e-12)
    np.testing.assert_allclose(gradient, wanted["g"], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_of_a_gradient_that_is_not_finite_are_not_clipped(bad):
    gradient = np.array([1.0, bad, 2.0])
    assert not math.isfinite(clip_by_value(gradient, 0.5))
    np.testing.assert_array_equal(gradient, [1.0, bad, 2.0])
