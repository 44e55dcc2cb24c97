import itertools
import json
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from rnn_tui.config import DataConfig, RunConfig
from rnn_tui.data.scaling import Scaler
from rnn_tui.errors import ModelFileError, OutputFileError, SaveError
from rnn_tui.training.checkpoint import (
    FORMAT,
    SavedModel,
    fill_parameters,
    load_model,
    save_model,
)
from rnn_tui.training.files import check_writable


def saved(**parameters):
    weights = parameters or {"W_hh": np.arange(6, dtype=np.float32).reshape(2, 3).T}
    return SavedModel(RunConfig(), (Scaler(mean=2.0, scale=0.5),), 17, weights)


def test_what_is_saved_comes_back_and_not_in_scrambled_order(tmp_path):
    path = tmp_path / "m.safetensors"
    save_model(path, saved())  # W_hh is not contiguous
    back = load_model(path)
    np.testing.assert_array_equal(back.parameters["W_hh"], saved().parameters["W_hh"])
    assert (back.config, back.scalers, back.step) == (RunConfig(), (Scaler(2.0, 0.5),), 17)


def test_files_of_the_first_format_are_read(tmp_path):
    path = tmp_path / "m.safetensors"
    data = {"dataset": None, "file": "a.csv", "column": "v", "validation_size": 0.2}
    path.write_bytes(
        tampered(
            format="rnn-tui model 1",
            config=json.dumps({"data": data}),
            scaler='{"mean": 2.0, "scale": 0.5}',
        )
    )
    back = load_model(path)
    assert back.scalers == (Scaler(2.0, 0.5),)
    assert back.config.data == DataConfig(file="a.csv", column="v", validation_size=0.2)


def test_files_of_the_second_format_are_read(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(tampered(format="rnn-tui model 2"))
    back = load_model(path)
    assert back.moments is None
    assert back.parameters.keys() == {"a"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"horizon": 2}, "horizon = 1, but the run asks for 2"),
        ({"transform": "log,diff"}, "transform = none, but the run asks for log,diff"),
        ({"scaling": "robust"}, "scaling = standard, but the run asks for robust"),
    ],
)
def test_weights_for_another_task_are_refused(tmp_path, data, message):
    config = RunConfig(data=DataConfig(**data))
    with pytest.raises(ModelFileError, match=message):
        fill_parameters(tmp_path / "m", saved(), config, {})


def full(_):
    raise OSError(28, "No space left on device")


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    save_model(path, saved())
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaveError, match=r"No space left .* cannot take the weights either"):
        save_model(path, saved())
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.safetensors"]


def test_what_cannot_be_written_is_kept_elsewhere(tmp_path):
    path = tmp_path / "folder that has gone" / "m.safetensors"
    with pytest.raises(SaveError) as error:
        save_model(path, saved())
    assert f"--save-model {path}: cannot be written: No such file" in str(error.value)
    kept = Path(re.search(r"The weights are in (\S+) instead", str(error.value))[1])
    assert load_model(kept).step == 17
    kept.unlink()
    kept.parent.rmdir()


def test_a_symbolic_link_stays_one(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    save_model(link, saved())
    assert link.is_symlink()
    assert load_model(target).step == 17


def test_a_saved_file_can_be_read_by_whom_the_umask_lets(tmp_path):
    path = tmp_path / "m.safetensors"
    before = os.umask(0o027)
    try:
        save_model(path, saved())
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_looking_whether_one_may_write_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_devices_and_pipes_are_neither_written_to_nor_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(OutputFileError, match="is a pipe or a device"):
            check_writable(path)
        with pytest.raises(ModelFileError, match="is not a regular file"):
            load_model(path)


def header(size, text=b"{}"):
    return size.to_bytes(8, "little") + text


def tampered(**metadata):
    sound = {
        "format": FORMAT,
        "config": "{}",
        "scalers": json.dumps([{"mean": 0.0, "scale": 1.0}]),
        "step": "1",
    }
    return save({"a": np.zeros(1)}, sound | metadata)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a safetensors file"),
        (b"\xff" * 64, "not a safetensors file"),
        (b"PK\x03\x04 a pickle in a zip", "not a safetensors file"),
        (save({"a": np.zeros(1)}), "not one that rnn-tui saved"),
        (save({"a": np.zeros(1)}, {"format": FORMAT}), "metadata is damaged"),
        (tampered(config="{"), "metadata is damaged"),
        (tampered(config="[]"), "metadata is damaged"),
        (tampered(config="[" * 100_000), "metadata is damaged"),
        (tampered(config='{"model": {"cell": "qrnn"}}'), "must be 'rnn', .* or .*, not 'qrnn'"),
        (tampered(config='{"x": 1}'), "unknown key"),
        (tampered(scalers="[]"), "metadata is damaged"),
        (tampered(scalers="{}"), "metadata is damaged"),
        (tampered(scalers="[1]"), "metadata is damaged"),
        (tampered(scalers='[{"mean": 0.0, "scale": 0.0}]'), "metadata is damaged"),
        (tampered(scalers='[{"mean": NaN, "scale": 1.0}]'), "metadata is damaged"),
        (tampered(scalers='[{"mean": 1, "scale": 1%s}]' % ("0" * 400)), "metadata is damaged"),
        (tampered(format="rnn-tui model 1"), "metadata is damaged"),
        (tampered(step="one"), "metadata is damaged"),
        (tampered(optimizer="[]"), "metadata is damaged"),
        (tampered(optimizer='{"name": "adam"}'), "metadata is damaged"),
        (tampered(optimizer='{"name": "adam", "step_count": -1}'), "metadata is damaged"),
        (tampered(optimizer='{"name": "adam", "step_count": true}'), "metadata is damaged"),
        (
            tampered(config='{"model": {"hidden_size": 5000}}'),
            r"version: model\.hidden_size: must be less than or equal to 4096, not 5000\.$",
        ),
        (tampered(step="9" * 5000), "metadata is damaged"),
        (tampered(format="x" * 100_000), "not one that rnn-tui saved"),
        (tampered()[:-4], "not a safetensors file"),
        (tampered()[:40], "not a safetensors file"),
        (header(2**63), "not a safetensors file"),
        (header(2**32, b"{}" * 50), "not a safetensors file"),
        (header(100_000_000) + b"[" * 1000, "not a safetensors file"),
        (pickle.dumps({"W_hh": [1.0]}), "not a safetensors file"),
    ],
    ids=itertools.count(),  # the bytes would make names of 100,000 letters, in no fixed order
)
def test_files_that_are_no_model_are_refused_in_words(tmp_path, content, message):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=message) as error:
        load_model(path)
    assert str(error.value).startswith(f"--load-model {path}: ")
    assert len(str(error.value)) < 1_000


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "I64", "BOOL"])
def test_weights_of_a_type_that_we_never_write_are_refused(tmp_path, dtype):
    size = {"BF16": 2, "F8_E4M3": 1, "I64": 8, "BOOL": 1}[dtype]
    tensor = {"dtype": dtype, "shape": [3, 2], "data_offsets": [0, 6 * size]}
    text = json.dumps(
        {
            "__metadata__": {
                "format": FORMAT,
                "config": "{}",
                "scalers": '[{"mean": 0.0, "scale": 1.0}]',
                "step": "1",
            },
            "W_hh": tensor,
        }
    ).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(header(len(text), text) + bytes(6 * size))
    with pytest.raises(ModelFileError, match=f"W_hh holds {dtype} numbers, expected F32 or F64"):
        fill_parameters(path, load_model(path), RunConfig(), {"W_hh": np.zeros((3, 2), np.float32)})


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
    with pytest.raises(OutputFileError, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(OutputFileError, match="does not exist"):
        check_writable(tmp_path / "none" / "m.safetensors")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros((2, 2), np.float32), "expected float32"),
        (np.zeros((3, 2), np.int32), "expected float32"),
        (np.full((3, 2), np.nan, np.float32), "not finite"),
        (np.full((3, 2), 1e300, np.float64), "not finite in float32"),
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
