import json

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui.data.scaling import Scaler
from rnn_tui.errors import DataError

series = hnp.arrays(np.float64, st.integers(2, 50), elements=st.floats(-1e6, 1e6)).filter(
    lambda values: np.ptp(values) > 1e-3
)


@given(series)
def test_training_part_has_mean_0_and_deviation_1(values):
    scaled = Scaler.fit(values).transform(values)

    assert scaled.mean() == pytest.approx(0, abs=1e-6)
    assert scaled.std() == pytest.approx(1)


KINDS = ["standard", "robust", "min-max", "none"]


@given(series, st.sampled_from(KINDS))
def test_inverse_undoes_transform(values, kind):
    try:
        scaler = Scaler.fit(values, kind)
    except DataError:
        assume(False)  # half of the values are alike

    np.testing.assert_allclose(
        scaler.inverse(scaler.transform(values)), values, rtol=1e-12, atol=1e-9
    )


@given(series)
def test_survives_json_to_the_last_bit(values):
    scaler = Scaler.fit(values)

    assert Scaler.from_dict(json.loads(json.dumps(scaler.to_dict()))) == scaler


def test_kinds_by_hand():
    values = np.array([1.0, 2.0, 3.0, 4.0, 100.0])

    assert Scaler.fit(values) == Scaler(22, float(np.sqrt(1522)))
    assert Scaler.fit(values, "robust") == Scaler(3, 2)
    assert Scaler.fit(values, "min-max") == Scaler(1, 99)
    assert Scaler.fit(values, "none") == Scaler(0, 1)


@given(series)
def test_min_max_fills_the_unit_interval(values):
    scaled = Scaler.fit(values, "min-max").transform(values)

    assert (scaled.min(), scaled.max()) == (0, pytest.approx(1))


def test_robust_scaling_leaves_outliers_alone():
    values = np.random.default_rng(0).normal(size=101)
    other = values.copy()
    other[np.argmax(values)] = 1e6

    assert Scaler.fit(other, "robust") == Scaler.fit(values, "robust")


def test_robust_scaling_needs_a_spread():
    with pytest.raises(DataError, match="interquartile range is 0"):
        Scaler.fit(np.array([0.0] * 90 + [1.0] * 10), "robust")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, 0.1, 1e99])
def test_constant_training_part_is_refused(value, kind):
    with pytest.raises(DataError, match="constant"):
        Scaler.fit(np.full(1000, value), kind)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mean": 0.0},
        {"mean": "0", "scale": 1.0},
        {"mean": 0.0, "scale": 0.0},
        {"mean": 0.0, "scale": -1.0},
        {"mean": float("nan"), "scale": 1.0},
        {"mean": 0.0, "scale": float("inf")},
    ],
)
def test_unusable_fields_are_refused(fields):
    with pytest.raises(DataError, match="scal"):
        Scaler.from_dict(fields)


def test_what_varies_less_than_can_be_scaled_is_not_called_constant():
    with pytest.raises(DataError, match=r"varies by 2e-300 alone, too little to be scaled"):
        Scaler.fit(np.array([1e-300, 3e-300, 2e-300]))
