import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Loss, cross_entropy, huber, mae, measure, mse, quantile_loss
from tests import oracle_rules
from tests.kernels.courses import settings_of
from tests.kernels.support import DTYPES

LOSSES = [
    Loss("mse"),
    Loss("mae"),
    Loss("huber", delta=0.7),
    Loss("quantile", quantiles=(0.1, 0.5, 0.95)),
    Loss("cross-entropy"),
]
OF_ERROR = LOSSES[:4]
BY_NAME = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
OF_ERROR_BY_NAME = pytest.mark.parametrize("loss", OF_ERROR, ids=lambda loss: loss.name)
TOLERANCE = {np.float32: 1e-6, np.float64: 1e-13}


def random_outputs(loss, rng, T, B, targets, dtype):
    """Outputs and truth: of `targets` columns, or one of so many classes and two more."""
    if loss.name == "cross-entropy":
        y = 3 * rng.normal(size=(T, B, targets + 2))
        return y.astype(dtype), rng.integers(0, targets + 2, (T, B))
    y = rng.normal(size=(T, B, targets * loss.outputs_per_target)).astype(dtype)
    return y, rng.normal(size=(T, B, targets)).astype(dtype)


def expected(loss, y, target, first):
    truth = target if loss.name == "cross-entropy" else target.astype(np.float64)
    of_loss = oracle_rules.LOSSES[loss.name]
    return of_loss(y.astype(np.float64), truth, first, **settings_of(loss))


@pytest.mark.parametrize("dtype", DTYPES)
@BY_NAME
@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 3)),
    first=st.integers(0, 11),
    seed=st.integers(0, 2**32 - 1),
)
def test_losses_and_their_gradients_agree_with_the_oracle(loss, dtype, shape, first, seed):
    first %= shape[0]
    y, target = random_outputs(loss, np.random.default_rng(seed), *shape, dtype)
    dy = np.full(y.shape, np.nan, dtype)
    found = measure(loss, y, target, dy, first=first)
    wanted, wanted_dy = expected(loss, y, target, first)
    assert found == pytest.approx(wanted, rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])
    np.testing.assert_allclose(dy, wanted_dy, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@BY_NAME
def test_the_gradient_is_the_slope_of_the_loss(loss):
    rng = np.random.default_rng(1)
    y, target = random_outputs(loss, rng, 4, 3, 2, np.float64)
    dy, unused = np.empty_like(y), np.empty_like(y)
    measure(loss, y, target, dy, first=1)
    slope = np.zeros_like(y)
    for at in np.ndindex(y.shape):
        up, down = y.copy(), y.copy()
        up[at] += 1e-6
        down[at] -= 1e-6
        rise = measure(loss, up, target, unused, first=1)
        slope[at] = (rise - measure(loss, down, target, unused, first=1)) / 2e-6
    np.testing.assert_allclose(dy, slope, rtol=1e-7, atol=1e-8)


def test_each_function_is_its_loss():
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(2, 5, 2, 3))
    classes = rng.integers(0, 3, (5, 2))
    quantiles = (0.2, 0.5, 0.9)
    calls = [
        (Loss("mse"), lambda dy: mse(y, target, dy, first=2)),
        (Loss("mae"), lambda dy: mae(y, target, dy, first=2)),
        (Loss("huber", delta=0.3), lambda dy: huber(y, target, dy, delta=0.3, first=2)),
        (
            Loss("quantile", quantiles=quantiles),
            lambda dy: quantile_loss(y, target[:, :, :1].copy(), dy, quantiles=quantiles, first=2),
        ),
        (Loss("cross-entropy"), lambda dy: cross_entropy(y, classes, dy, first=2)),
    ]
    seen = set()
    for loss, call in calls:
        truth = {"quantile": target[:, :, :1], "cross-entropy": classes}.get(loss.name, target)
        dy = np.full_like(y, np.nan)
        found = call(dy)
        wanted, wanted_dy = expected(loss, y, truth, 2)
        assert found == pytest.approx(wanted, rel=1e-12)
        np.testing.assert_allclose(dy, wanted_dy, rtol=1e-12, atol=1e-15)
        seen.add(round(found, 6))
    assert len(seen) == 5


@OF_ERROR_BY_NAME
def test_the_loss_of_a_perfect_prediction_is_zero(loss):
    target = np.ones((3, 2, 1))
    y = np.ones((3, 2, loss.outputs_per_target))
    dy = np.full_like(y, np.nan)
    assert measure(loss, y, target, dy) == 0
    assert not dy.any()


def test_the_mean_quantile_loss_is_smallest_at_the_quantile():
    sample = np.random.default_rng(0).exponential(size=(2_001, 1, 1))
    dy = np.empty_like(sample)
    for q in (0.1, 0.5, 0.9):

        def at(level, q=q):
            return quantile_loss(np.full_like(sample, level), sample, dy, quantiles=(q,))

        best = np.quantile(sample, q)
        assert at(best) < min(at(best - 0.02), at(best + 0.02))


def test_quantiles_of_one_target_lie_side_by_side():
    target = np.array([[[10.0, -10.0]]])
    y = np.array([[[9.0, 10.0, 12.0, -11.0, -10.0, -8.0]]])
    dy = np.full_like(y, np.nan)
    loss = quantile_loss(y, target, dy, quantiles=(0.1, 0.5, 0.9))
    assert loss == pytest.approx((0.1 + 0 + 0.2 + 0.1 + 0 + 0.2) / 6)
    np.testing.assert_allclose(6 * dy.ravel(), [-0.1, 0, 0.1, -0.1, 0, 0.1], atol=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_huber_loss_is_a_square_within_delta_and_a_line_beyond(dtype):
    y = np.array([0.1, -0.1, 5.0, -5.0], dtype).reshape(4, 1, 1)
    dy = np.empty_like(y)
    assert huber(y, np.zeros_like(y), dy, delta=0.5) == pytest.approx((0.005 + 2.375) / 2)
    np.testing.assert_allclose(4 * dy.ravel(), [0.1, -0.1, 0.5, -0.5], rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
def test_logits_of_any_size_make_a_cross_entropy_that_is_right(dtype):
    y = np.array([[[1000, 0, -1000]], [[-1000, 0, 1000]], [[3e4, 3e4, 3e4]]], dtype)
    target = np.array([[0], [0], [2]])
    dy = np.full_like(y, np.nan)
    assert cross_entropy(y, target, dy) == pytest.approx((0 + 2000 + np.log(3)) / 3)
    np.testing.assert_allclose(dy[1, 0], [-1 / 3, 0, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(dy.sum(axis=2), 0, atol=1e-7)


def test_outputs_that_say_nothing_have_the_entropy_of_all_classes():
    dy = np.empty((2, 3, 7))
    assert cross_entropy(np.zeros((2, 3, 7)), np.ones((2, 3), int), dy) == pytest.approx(np.log(7))


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


@BY_NAME
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_output_that_is_not_finite_makes_a_loss_that_is_not_finite(loss, bad):
    y, target = random_outputs(loss, np.random.default_rng(0), 3, 4, 1, np.float64)
    y[2, 1, 0] = bad
    if loss.name == "cross-entropy":
        target[2, 1] = 0
    assert not np.isfinite(measure(loss, y, target, np.empty_like(y)))


@BY_NAME
def test_the_bits_do_not_depend_on_where_the_arrays_lie(loss):
    y, target = random_outputs(loss, np.random.default_rng(0), 30, 7, 3, np.float32)
    found = set()
    for shift in range(5):
        memory = np.zeros(2 * y.size + 64, np.float32)
        moved, dy = memory[shift : shift + y.size], memory[y.size + 2 * shift :][: y.size]
        moved, dy = moved.reshape(y.shape), dy.reshape(y.shape)
        moved[...] = y
        found.add((measure(loss, moved, target, dy), dy.tobytes()))
    assert len(found) == 1
