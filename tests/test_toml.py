import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.cli import main
from rnn_tui.config import RunConfig, build_config, read_toml
from rnn_tui.errors import UsageError
from rnn_tui.toml import to_toml


def again(config):
    return build_config({}, tomllib.loads(to_toml(config)))


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(
    column=st.lists(names, max_size=3),
    rate=st.floats(1e-300, 1e300),
    header=st.none() | st.booleans(),
    size=st.none() | st.floats(0.01, 0.4) | st.just("2020-01-31"),
    seed=st.integers(0, 2**63 - 1),
)
def test_every_configuration_comes_back(column, rate, header, size, seed):
    config = build_config(
        {
            "data": {"file": "/a b/ü.csv", "column": column, "header": header, "test_size": size},
            "training": {"learning_rate": rate, "seed": seed, "time_limit": 90.0},
            "forecast": {"ahead": 12, "coverage": 0.95},
        }
    )
    assert again(config) == config


def test_defaults_are_written_and_what_is_unset_is_left_out():
    text = to_toml(RunConfig())
    assert tomllib.loads(text).keys() == RunConfig.model_fields.keys()
    assert "hidden_size = 32\n" in text
    assert "\nsteps =" not in text


@pytest.mark.parametrize("name", ['a"b\\c.csv', "tab\there.csv", "del\x7f.csv", "new\nline.csv"])
def test_odd_names_of_files(name):
    config = build_config({"data": {"file": f"/{name}"}})
    assert again(config).data.file == f"/{name}"


def test_a_path_holds_from_any_folder_and_standard_input_is_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert again(build_config({"data": {"file": "a.csv"}})).data.file == str(tmp_path / "a.csv")
    assert again(build_config({"data": {"file": "-"}})).data.file == "-"


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(UsageError, match="is no text that a TOML file can hold"):
        to_toml(build_config({"data": {"file": "\udcff.csv"}}))


OPTIONS = ["--dataset", "sine", "--hidden", "7", "--seed", "3", "--transform", "diff"]


@pytest.mark.parametrize(
    "arguments",
    [[*OPTIONS, "config", "--print"], ["config", "--print", *OPTIONS],
     ["--hidden", "5", "config", "--print", *OPTIONS]],
)  # fmt: skip
def test_options_before_and_after_the_command_are_printed(arguments, capsys, tmp_path):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    file = tmp_path / "run.toml"
    file.write_text(out)
    config = build_config({}, read_toml(file))
    assert config == build_config(
        {
            "data": {"dataset": "sine", "transform": "diff"},
            "model": {"hidden_size": 7},
            "training": {"seed": 3},
        }
    )
    assert main(["config", "--print", "--config", str(file)]) == 0
    assert capsys.readouterr().out == out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["config", "--print", "--seed", "0..3"],
            "prints one run, and --cell and --seed ask for 4",
        ),
        (["config", "--hidden", "3"], "for a run's options add --print"),
        (["--batch", "config"], "for a run's options add --print"),
        (["config", "--print", "--hidden", "0"], "--hidden: must be greater than or equal to 1"),
    ],
)
def test_what_cannot_be_printed(arguments, message, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_for_batch_what_is_not_told_is_told(capsys):
    assert main(["--batch", "config", "--print"]) == 0
    tables = tomllib.loads(capsys.readouterr().out)
    assert (tables["data"]["dataset"], tables["training"]["steps"]) == ("sunspots", 1000)
