"""Changing the test part changes nothing that was fitted, scaled or read before it."""

import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.series import Channel, Series
from rnn_tui.errors import DataError

ROWS, VALIDATION, TEST = 200, 140, 170


def series_of(changed_from=None):
    rng = np.random.default_rng(0)
    t = np.arange(ROWS)
    values = 60 + 0.1 * t + 5 * np.sin(2 * np.pi * t / 12) + rng.normal(size=ROWS)
    second, covariate = values[::-1].copy(), rng.normal(size=ROWS)
    if changed_from is not None:
        for column in (values, second, covariate):
            column[changed_from:] = np.abs(column[changed_from:]) * 40 + 1000 * (
                t[changed_from:] % 3
            )
    return Series(
        *("first", "", "row", t.astype(float), values, "test"),
        more_targets=(Channel("second", second),),
        covariates=(Channel("beside", covariate),),
    )


TRANSFORMS = [
    (),
    ("log",),
    ("diff",),
    ("log-return",),
    ("seasonal-diff",),
    ("log", "diff", "seasonal-diff"),
]


@pytest.mark.parametrize("changed_from", [VALIDATION, TEST])
@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("scaling", ["standard", "robust", "min-max", "none"])
@pytest.mark.parametrize("names", TRANSFORMS, ids="+".join)
def test_what_comes_later_changes_nothing(changed_from, horizon, scaling, names):
    config = DataConfig(transform=names, scaling=scaling, horizon=horizon, input_chunk_length=10)
    one = prepare(config, "float64", series=series_of())
    two = prepare(config, "float64", series=series_of(changed_from))
    known = changed_from - horizon

    assert (one.split.validation_start, one.split.test_start) == (VALIDATION, TEST)
    assert one.series.period == two.series.period == 12
    assert one.scalers == two.scalers
    np.testing.assert_array_equal(one.inputs[:changed_from], two.inputs[:changed_from])
    np.testing.assert_array_equal(one.targets[:known], two.targets[:known])
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(one.starts[part], two.starts[part])
    assert not np.array_equal(one.inputs[changed_from:], two.inputs[changed_from:])


@pytest.mark.parametrize("names", TRANSFORMS, ids="+".join)
def test_a_prediction_in_data_units_knows_nothing_after_its_window(names):
    config = DataConfig(transform=names, horizon=3, input_chunk_length=10)
    one = prepare(config, "float64", series=series_of())
    two = prepare(config, "float64", series=series_of(TEST))
    start = np.array([TEST - 10])  # its last row is the last one before the test part
    predicted = np.random.default_rng(1).normal(size=(1, 6))

    np.testing.assert_array_equal(one.restore(predicted, start), two.restore(predicted, start))


@pytest.mark.parametrize("horizon", [1, 4])
@pytest.mark.parametrize("names", TRANSFORMS, ids="+".join)
def test_perfect_predictions_are_the_truth(names, horizon):
    config = DataConfig(transform=names, horizon=horizon, input_chunk_length=10)
    prepared = prepare(config, "float64", series=series_of())
    for starts in prepared.starts.values():
        perfect = prepared.targets[starts + prepared.origins_shift]
        restored = prepared.restore(perfect, starts)

        assert restored.shape == (len(starts), horizon, 2)
        np.testing.assert_allclose(restored, prepared.actual(starts), rtol=1e-12)


def test_shapes_and_order_of_columns():
    prepared = prepare(DataConfig(horizon=3, input_chunk_length=10), "float32", series=series_of())

    assert prepared.inputs.shape == (ROWS, 3)
    assert prepared.targets.shape == (ROWS, 6)
    for array in (prepared.inputs, prepared.targets):
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
    np.testing.assert_array_equal(prepared.targets[5], prepared.inputs[6:9, :2].ravel())


def test_a_model_for_other_columns_is_refused():
    ours = prepare(DataConfig(input_chunk_length=10), "float64", series=series_of())

    again = prepare(
        DataConfig(input_chunk_length=10), "float64", series=series_of(), scaler=ours.scalers
    )
    assert again.scalers == ours.scalers
    with pytest.raises(DataError, match=r"trained on 1 columns, and the data have 3 \(first, sec"):
        prepare(
            DataConfig(input_chunk_length=10), "float64", series=series_of(), scaler=ours.scaler
        )


def test_the_period_that_is_told_is_taken():
    told = prepare(DataConfig(period=7, input_chunk_length=10), "float64", series=series_of())

    assert told.series.period == 7


def test_a_constant_covariate_in_training_is_named():
    series = series_of()
    covariate = np.array([1.0] * VALIDATION + [2.0] * (ROWS - VALIDATION))
    series = Series(
        *("v", "", "row", series.time, series.values, "test"),
        covariates=(Channel("beside", covariate),),
    )

    with pytest.raises(DataError, match=r"beside: the training part \(140 rows\) is constant"):
        prepare(DataConfig(input_chunk_length=10), "float64", series=series)
