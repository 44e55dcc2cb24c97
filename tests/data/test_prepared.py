import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.scaling import Scaler
from rnn_tui.errors import DataError

PARTS = ("train", "validation", "test")


def write(path, values):
    path.write_text("value\n" + "\n".join(str(value) for value in values) + "\n")
    return DataConfig(file=str(path), input_chunk_length=5)


@pytest.fixture
def walk():
    return np.random.default_rng(0).normal(size=100).cumsum()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_and_targets_address_the_series(dtype):
    prepared = prepare(DataConfig(input_chunk_length=12), dtype)
    scaled = prepared.scaler.transform(prepared.series.values).astype(dtype)

    for array in (prepared.inputs, prepared.targets):
        assert array.shape == (288, 1)
        assert array.dtype == dtype
        assert array.flags.c_contiguous
    for part in PARTS:
        for start in prepared.starts[part]:
            window = slice(start, start + 12)
            np.testing.assert_array_equal(prepared.inputs[window, 0], scaled[window])
            np.testing.assert_array_equal(
                prepared.targets[window, 0], scaled[start + 1 : start + 13]
            )


def test_rows_after_the_standard_split_take_no_part():
    prepared = prepare(DataConfig(), "float32")

    assert prepared.series.time[-1] == 1987
    assert prepared.split.end == len(prepared.series) == len(prepared.inputs)


def test_every_target_belongs_to_exactly_one_part():
    prepared = prepare(DataConfig(input_chunk_length=12), "float32")
    targets = np.concatenate([prepared.starts[part] + 12 for part in PARTS])

    np.testing.assert_array_equal(targets, np.arange(12, 288))


def test_what_comes_later_changes_nothing_in_training(tmp_path, walk):
    other = walk.copy()
    other[70:] = other[70:] * -50 + 1000
    one = prepare(write(tmp_path / "one.csv", walk), "float64")
    two = prepare(write(tmp_path / "two.csv", other), "float64")

    assert one.split.validation_start == 70
    assert one.scaler == two.scaler
    np.testing.assert_array_equal(one.inputs[:70], two.inputs[:70])
    np.testing.assert_array_equal(one.targets[:69], two.targets[:69])
    np.testing.assert_array_equal(one.starts["train"], two.starts["train"])
    assert not np.array_equal(one.inputs[70:], two.inputs[70:])


def test_scaler_of_a_trained_model_is_kept(tmp_path, walk):
    scaler = Scaler(mean=3.0, scale=2.0)
    prepared = prepare(write(tmp_path / "walk.csv", walk), "float64", scaler=scaler)

    assert prepared.scaler == scaler
    np.testing.assert_allclose(prepared.inputs[:, 0], (prepared.series.values - 3) / 2)


def test_constant_training_part(tmp_path):
    config = write(tmp_path / "late.csv", [1] * 80 + list(range(20)))

    with pytest.raises(DataError, match=r"value: the training part \(70 rows\) is constant"):
        prepare(config, "float32")


def test_outlier_beyond_the_range_of_the_dtype(tmp_path, walk):
    walk[95] = 1e30
    config = write(tmp_path / "outlier.csv", walk)

    with pytest.raises(DataError, match=r"standard deviations .* more than float32"):
        prepare(config, "float32")
    assert np.isfinite(prepare(config, "float64").inputs).all()


def test_too_few_rows_name_the_window_that_works(tmp_path):
    config = write(tmp_path / "short.csv", range(8))

    with pytest.raises(DataError, match="of its 8 rows 6 are for training") as error:
        prepare(config.model_copy(update={"input_chunk_length": 6}), "float32")
    assert "--input-chunk-length 5 or less" in str(error.value)
