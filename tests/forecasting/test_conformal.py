import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.errors import DataError
from rnn_tui.forecasting.conformal import calibrate, calibrate_each, least_count, measure

levels = st.integers(50, 99).map(lambda percent: percent / 100)


def margin_by_hand(residuals, level):
    """The k-th smallest residual, k = ⌈(n+1)·level⌉ in whole numbers."""
    rank = math.ceil((len(residuals) + 1) * Fraction(round(level * 100), 100))
    return sorted(residuals)[rank - 1] if rank <= len(residuals) else None


@given(st.integers(1, 150), levels, st.integers(0, 1000))
def test_margins_are_those_by_hand_or_the_message_says_what_works(count, level, seed):
    actual, predicted = np.random.default_rng(seed).normal(size=(2, count, 2, 3))
    expected = margin_by_hand(np.abs(actual - predicted)[:, 1, 2], level)
    if expected is not None:
        assert calibrate(actual, predicted, level).margins[1, 2] == expected
        return
    with pytest.raises(DataError) as error:
        calibrate(actual, predicted, level)
    needed = int(str(error.value).split(" needs ")[1].split()[0])
    lower = float(str(error.value).split(" a level of ")[1].split()[0])
    assert calibrate(actual, predicted, lower).level < level
    more = np.zeros((needed, 1, 1))
    calibrate(more, more, level)
    with pytest.raises(DataError):
        calibrate(more[1:], more[1:], level) if needed > 1 else calibrate(more[:0], more[:0], level)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("count", [20, 99, 500])
def test_exchangeable_residuals_are_covered_as_promised(level, count):
    """The expected coverage is k / (n+1): not less than the level, and not much more."""
    rng = np.random.default_rng(count)
    covered = []
    for _ in range(400):
        values = rng.standard_t(3, size=(count + 200, 1, 1))
        margins = calibrate(values[:count], np.zeros((count, 1, 1)), level)
        lower, upper = margins.around(np.zeros((200, 1, 1)))
        covered.append(measure(values[count:], lower, upper, level).coverage)
    expected = math.ceil((count + 1) * level - 1e-9) / (count + 1)

    assert np.mean(covered) == pytest.approx(expected, abs=0.015)
    assert expected >= level


def test_each_step_and_column_has_its_own_margin():
    rng = np.random.default_rng(0)
    scale = np.array([[1.0, 10.0], [2.0, 20.0]])
    actual = rng.normal(size=(4000, 2, 2)) * scale
    margins = calibrate(actual, np.zeros_like(actual), 0.9).margins

    np.testing.assert_allclose(margins, 1.645 * scale, rtol=0.05)


def test_on_logarithms_the_margin_is_a_factor():
    rng = np.random.default_rng(0)
    predicted = np.exp(rng.normal(size=(3000, 1, 1)) * 2)
    actual = predicted * np.exp(rng.normal(size=predicted.shape) / 10)
    margins = calibrate(actual[:1000], predicted[:1000], 0.9, on_log=True)
    lower, upper = margins.around(predicted[1000:])

    assert margins.margins[0, 0] == pytest.approx(0.1645, rel=0.08)
    assert (lower > 0).all()
    np.testing.assert_allclose(lower * upper, predicted[1000:] ** 2)
    assert measure(actual[1000:], lower, upper, 0.9).coverage == pytest.approx(0.9, abs=0.02)


def test_each_step_is_calibrated_by_the_truth_that_there_is_of_it():
    actual = np.random.default_rng(0).normal(size=(20, 3, 2))
    actual[12:, 1] = np.nan
    actual[5:, 2] = np.nan
    predicted = np.zeros_like(actual)
    found = calibrate_each(actual, predicted, 0.9).margins
    assert (found[0] == calibrate(actual[:, :1], predicted[:, :1], 0.9).margins).all()
    assert (found[1] == calibrate(actual[:12, 1:2], predicted[:12, 1:2], 0.9).margins).all()
    assert np.isnan(found[2]).all()
    assert np.isfinite(calibrate_each(actual, predicted, 0.9).first(2).margins).all()


@pytest.mark.parametrize(("level", "count"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.99, 99)])
def test_how_many_residuals_a_level_needs(level, count):
    assert least_count(level) == count


def test_coverage_by_hand():
    found = measure(
        np.array([1.0, 2.0, 3.0, 4.0]),
        np.array([0.0, 2.0, 3.5, math.nan]),
        np.array([2.0, 2.0, 4.0, math.nan]),
        0.8,
    )

    assert (found.level, found.coverage, found.count) == (0.8, 0.5, 4)
    assert measure(np.ones(2), np.zeros(2), np.array([1.0, 3.0]), 0.8).width == 2


@pytest.mark.parametrize(
    ("actual", "level", "on_log"),
    [
        (np.ones((9, 1, 1)), 0.0, False),
        (np.ones((9, 1, 1)), 1.0, False),
        (np.ones((8, 1, 1)), 0.5, False),
        (np.ones(9), 0.5, False),
        (-np.ones((9, 1, 1)), 0.5, True),
    ],
)
def test_what_cannot_be_calibrated(actual, level, on_log):
    with pytest.raises(ValueError, match=r"level|compare|above 0"):
        calibrate(actual, np.ones((9, 1, 1)), level, on_log=on_log)
