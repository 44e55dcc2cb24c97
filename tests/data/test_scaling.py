import json

import numpy as np
import pytest
from hypothesis import given
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


@given(series)
def test_inverse_undoes_transform(values):
    scaler = Scaler.fit(values)

    np.testing.assert_allclose(
        scaler.inverse(scaler.transform(values)), values, rtol=1e-12, atol=1e-9
    )


@given(series)
def test_survives_json_to_the_last_bit(values):
    scaler = Scaler.fit(values)

    assert Scaler.from_dict(json.loads(json.dumps(scaler.to_dict()))) == scaler


@pytest.mark.parametrize("value", [0.0, 0.1, 1e99])
def test_constant_training_part_is_refused(value):
    with pytest.raises(DataError, match="constant"):
        Scaler.fit(np.full(1000, value))


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
