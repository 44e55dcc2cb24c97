import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rnn_tui.config import LARGEST_FILE, RunConfig, build_config, layer, read_toml
from rnn_tui.errors import UsageError


def write(tmp_path, text, name="run.toml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"training": {"lr": 0.1}}, "run.toml: training.lr: unknown key; known here: optimizer,"),
        (
            {"training": {"learning_rte": 0.1}},
            "training.learning_rte: unknown key (did you mean learning_rate?)",
        ),
        ({"trainig": {}}, "run.toml: trainig: unknown key (did you mean training?); known here: "),
        ({"training": {"steps": "10"}}, "training.steps: must be an integer, not '10'"),
        ({"training": {"steps": 1.5}}, "training.steps: must be an integer, not 1.5"),
        ({"training": {"steps": True}}, "training.steps: must be an integer, not True"),
        ({"training": {"steps": -1}}, "training.steps: must be greater than or equal to 0, not -1"),
        ({"training": {"learning_rate": 0}}, "learning_rate: must be greater than 0, not 0"),
        ({"training": {"learning_rate": float("nan")}}, "learning_rate: must be a finite number"),
        ({"training": {"learning_rate": "fast"}}, "must be a number, not 'fast'"),
        ({"training": {"seed": 2**63}}, "training.seed: must be less than or equal to"),
        ({"training": {"threads": 0}}, "training.threads: must be greater than or equal to 1"),
        ({"model": {"hidden_size": 0}}, "model.hidden_size: must be greater than or equal to 1"),
        ({"model": {"cell": "gruu"}}, "'gru' or 'gru-original', not 'gruu'"),
        ({"model": {"cell": ["lstm"]}}, "model.cell: must be 'rnn', 'rnn-relu', 'lstm', "),
        ({"model": {"layers": 5}}, "model.layers: must be less than or equal to 4, not 5"),
        ({"model": {"layers": 2, "dropout": 1}}, "model.dropout: must be less than 1, not 1"),
        ({"model": {"dropout": 0.1}}, "model: dropout is between layers: choose 2 to 4 layers"),
        ({"model": []}, "must be a table that begins with the line [model], not []"),
        ({"model": 3}, "must be a table that begins with the line [model], not 3"),
        ({"display": {"fps": 0}}, "display.fps: must be greater than or equal to 1"),
        ({"data": {"input_chunk_length": 0}}, "data.input_chunk_length: must be greater"),
        ({"data": {"test_size": 1.0}}, "data.test_size: must be less than 1"),
        (
            {"data": {"validation_size": 0.5, "test_size": 0.5}},
            "must leave a part to train on",
        ),
        ({"data": {"dataset": "sine", "file": "x.csv"}}, "exclude each other"),
        ({"data": {"column": "x"}}, "column belongs to a file of your own"),
    ],
)
def test_every_wrong_key_is_named_with_what_was_expected(tables, message):
    with pytest.raises(UsageError) as error:
        build_config({}, tables, source="run.toml")
    assert message in str(error.value)
    assert str(error.value).startswith("run.toml: ")


def test_a_label_names_the_layers_where_there_are_several():
    models = [RunConfig.model_validate({"model": {"layers": n}}).model for n in (1, 3)]
    assert [model.label for model in models] == ["LSTM 32", "LSTM 3×32"]


def test_all_faults_are_told_at_once_each_by_where_it_came_from():
    with pytest.raises(UsageError) as error:
        build_config(
            {"model": {"hidden_size": -1}},
            {"training": {"steps": "many"}},
            source="run.toml",
            option_names={"model.hidden_size": "--hidden"},
        )
    assert str(error.value).splitlines() == [
        "--hidden: must be greater than or equal to 1, not -1.",
        "run.toml: training.steps: must be an integer, not 'many'.",
    ]


@given(
    tables=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "model", "training", "steps", "cell", "file", "x"]), inner
            )
        ),
    ).filter(lambda value: isinstance(value, dict))
)
def test_no_table_whatever_raises_anything_else(tables):
    try:
        config = build_config({}, tables)
    except UsageError as error:
        assert str(error).startswith("configuration: ")  # noqa: PT017 - it may also be right
    else:
        assert isinstance(config, RunConfig)


def test_an_int_will_do_for_a_float_but_nothing_else_is_converted():
    assert build_config({}, {"training": {"clip": 5}}).training.clip == 5.0
    with pytest.raises(UsageError):
        build_config({}, {"training": {"clip": "5"}})


def test_sections_are_frozen():
    with pytest.raises(ValidationError):
        RunConfig().training.steps = 3


def test_what_is_given_beats_what_was_there_key_by_key():
    config = build_config(
        {"training": {"steps": 7, "seed": None}}, {"training": {"steps": 5, "seed": 3}}
    )
    assert (config.training.steps, config.training.seed) == (7, 3)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"file": "b.csv"}, {"file": "b.csv", "input_chunk_length": 9}),
        ({"dataset": "sine"}, {"dataset": "sine", "input_chunk_length": 9}),
        ({"column": "w"}, {"file": "a.csv", "column": "w", "input_chunk_length": 9}),
    ],
)
def test_another_series_replaces_the_one_below_whole(over, expected):
    base = {"data": {"file": "a.csv", "column": "v", "input_chunk_length": 9}}
    assert layer(base, {"data": over})["data"] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[training\nsteps = 3", "is not valid TOML: .*line 1"),
        ("[training]\nsteps = 3\nsteps = 4\n", "is not valid TOML: .*line 3"),
        (b"a = '\xff'", "is not UTF-8 text"),
        ("a = " + "[" * 100_000, "is not valid TOML"),
        ("a = " + "9" * 5_000, "is not valid TOML"),
        (b"#" * (LARGEST_FILE + 1), "is larger than 1 MiB"),
    ],
    ids=["bracket", "twice", "latin-1", "deep", "long number", "large"],
)
def test_files_that_are_no_toml(tmp_path, content, message):
    path = write(tmp_path, content)
    with pytest.raises(UsageError, match=message) as error:
        read_toml(path)
    assert str(error.value).startswith(f"--config {path}: ")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="Is a directory"):
        read_toml(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path):
    path = write(tmp_path, b"\xef\xbb\xbf[training]\r\nsteps = 3\r\n")
    assert read_toml(path) == {"training": {"steps": 3}}


def test_a_relative_file_counts_from_the_folder_of_the_configuration(tmp_path):
    path = write(tmp_path, "[data]\nfile = 'prices.csv'\n")
    assert read_toml(path)["data"]["file"] == str(tmp_path / "prices.csv")
    path = write(tmp_path, "[data]\nfile = '/data/prices.csv'\n")
    assert read_toml(path)["data"]["file"] == "/data/prices.csv"


def test_a_home_folder_is_found_and_none_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    path = write(tmp_path, "[data]\nfile = '~/prices.csv'\n")
    assert read_toml(path)["data"]["file"] == "/home/me/prices.csv"
    path = write(tmp_path, "[data]\nfile = '~nobody-of-that-name/x.csv'\n")
    assert read_toml(path)["data"]["file"] == str(tmp_path / "~nobody-of-that-name" / "x.csv")


def test_the_whole_configuration_survives_json():
    config = build_config({"training": {"steps": 3, "clip": 0.1}, "data": {"file": "ä b.csv"}})
    assert RunConfig.model_validate_json(config.model_dump_json()) == config


def test_reading_the_configuration_imports_nothing_heavy():
    import subprocess

    code = "import sys, rnn_tui.config; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = r"\b(numpy|numba|polars|plotext|textual|rich)\b"
    assert not re.search(heavy, done.stdout)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90.0), ("90s", 90.0), ("1.5", 1.5), (" 5s ", 5.0), ("10m", 600.0), ("10min", 600.0),
        ("2h", 7200.0), ("0.5H", 1800.0), ("1h30m", 5400.0), ("1h 30m 15s", 5415.0),
        ("", None), ("m", None), ("-1s", None), ("1d", None), ("1m1h", None), ("1e3", None),
        ("10 min", None),
    ],
)  # fmt: skip
def test_durations(text, seconds):
    if seconds is None:
        with pytest.raises(
            UsageError, match="must be seconds, or a time such as 90s, 10m or 1h30m"
        ):
            build_config({"training": {"time_limit": text}})
        return
    assert build_config({"training": {"time_limit": text}}).training.time_limit == seconds


def test_a_duration_in_a_file_may_be_a_number():
    assert build_config({}, {"training": {"time_limit": 90}}).training.time_limit == 90.0
