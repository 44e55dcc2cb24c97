import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from rnn_tui.config import RunConfig
from rnn_tui.data.scaling import Scaler
from rnn_tui.errors import ModelFileError
from rnn_tui.training.checkpoint import (
    FORMAT,
    SavedModel,
    check_writable,
    fill_parameters,
    load_model,
    save_model,
)


def saved(**parameters):
    weights = parameters or {"W_hh": np.arange(6, dtype=np.float32).reshape(2, 3).T}
    return SavedModel(RunConfig(), Scaler(mean=2.0, scale=0.5), 17, weights)


def test_what_is_saved_comes_back_and_not_in_scrambled_order(tmp_path):
    path = tmp_path / "m.safetensors"
    save_model(path, saved())  # W_hh is not contiguous
    back = load_model(path)
    np.testing.assert_array_equal(back.parameters["W_hh"], saved().parameters["W_hh"])
    assert (back.config, back.scaler, back.step) == (RunConfig(), Scaler(2.0, 0.5), 17)


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    save_model(path, saved())
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelFileError, match="No space left"):
        save_model(path, saved())
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.safetensors"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a safetensors file"),
        (b"\xff" * 64, "not a safetensors file"),
        (b"PK\x03\x04 a pickle in a zip", "not a safetensors file"),
        (save({"a": np.zeros(1)}), "not one that rnn-tui saved"),
        (save({"a": np.zeros(1)}, {"format": FORMAT}), "metadata is damaged"),
        (
            save(
                {"a": np.zeros(1)}, {"format": FORMAT, "config": "{", "scaler": "{}", "step": "1"}
            ),
            "metadata is damaged",
        ),
        (
            save(
                {"a": np.zeros(1)},
                {"format": FORMAT, "config": "[]", "scaler": "[]", "step": "1"},
            ),
            "metadata is damaged",
        ),
        (
            save(
                {"a": np.zeros(1)},
                {
                    "format": FORMAT,
                    "config": "{}",
                    "scaler": json.dumps({"mean": 0.0, "scale": 0.0}),
                    "step": "1",
                },
            ),
            "metadata is damaged",
        ),
    ],
)
def test_files_that_are_no_model_are_refused_in_words(tmp_path, content, message):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        load_model(path)


@given(content=st.binary(max_size=300))
def test_no_bytes_whatever_raise_anything_else(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        load_model(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(ModelFileError, match="no such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelFileError, match="is a folder"):
        load_model(tmp_path)
    with pytest.raises(ModelFileError, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(ModelFileError, match="does not exist"):
        check_writable(tmp_path / "none" / "m.safetensors")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros((2, 2), np.float32), "expected float32"),
        (np.zeros((3, 2), np.int32), "expected float32"),
        (np.full((3, 2), np.nan, np.float32), "not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, weights, message):
    views = {"W_hh": np.zeros((3, 2), np.float32)}
    with pytest.raises(ModelFileError, match=message):
        fill_parameters(tmp_path / "m", saved(W_hh=weights), RunConfig(), views)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(ModelFileError, match="W_ih"):
        fill_parameters(
            tmp_path / "m", saved(), RunConfig(), {"W_ih": np.zeros((1, 1), np.float32)}
        )
