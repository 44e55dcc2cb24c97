"""The options of the command, and where the values of a configuration come from."""

import pytest

from rnn_tui.batch.run import DEFAULT_STEPS
from rnn_tui.cli import Request, configure, main, parse
from rnn_tui.config import COLUMN_KEYS, DEFAULT_FPS, FILE_KEYS, DataConfig, RunConfig
from rnn_tui.data.catalogue import DEFAULT_DATASET
from rnn_tui.data.scaling import Scaler
from rnn_tui.data.split import DEFAULT_SIZE
from rnn_tui.errors import UsageError
from rnn_tui.options import SETTINGS
from rnn_tui.training.checkpoint import SavedModel, save_model
from rnn_tui.training.following import ROWS_A_WINDOW
from rnn_tui.tui.display import SSH_FPS


def request(*arguments):
    parsed = parse(arguments)
    assert isinstance(parsed, Request)
    return parsed


def value_of(config, key):
    section, _, name = key.partition(".")
    return getattr(getattr(config, section), name)


@pytest.mark.parametrize(
    ("flag", "text", "value"),
    [
        ("--dataset", "sine", "sine"),
        ("--data", "a b.csv", "a b.csv"),
        ("--input-chunk-length", "7", 7),
        ("--covariate", "w", ("w",)),
        ("--transform", "log, diff", ("log", "diff")),
        ("--scaling", "robust", "robust"),
        ("--period", "12", 12),
        ("--horizon", "3", 3),
        ("--validation-size", "0.25", 0.25),
        ("--validation-size", "1921", "1921"),
        ("--test-size", "0.3", 0.3),
        ("--test-size", "2020-03-01", "2020-03-01"),
        ("--length", "500", 500),
        ("--noise", "0.1", 0.1),
        ("--data-seed", "7", 7),
        ("--format", "tsv", "tsv"),
        ("--column", "v", ("v",)),
        ("--time-column", "day", "day"),
        ("--delimiter", "tab", "\t"),
        ("--header", "no", False),
        ("--encoding", "latin-1", "latin-1"),
        ("--decimal", ",", ","),
        ("--date-format", "%d.%m.%Y", "%d.%m.%Y"),
        ("--missing", "ffill", "ffill"),
        ("--first-rows", "250", 250),
        ("--steps-per-row", "0", 0),
        ("--memory", "800", 800),
        ("--bad-rows", "stop", "stop"),
        ("--cell", "rnn", "rnn"),
        ("--hidden", "5", 5),
        ("--dtype", "float64", "float64"),
        ("--steps", "11", 11),
        ("--batch-size", "3", 3),
        ("--optimizer", "sgd", "sgd"),
        ("--lr", "1e-4", 1e-4),
        ("--clip", "0", 0.0),
        ("--patience", "5", 5),
        ("--until-loss", "0.01", 0.01),
        ("--time-limit", "90", 90.0),
        ("--time-limit", "1h30m", 5400.0),
        ("--forecast", "12", 12),
        ("--intervals", "none", "none"),
        ("--coverage", "0.8", 0.8),
        ("--backtest", "4", 4),
        ("--seed", "9", 9),
        ("--threads", "2", 2),
        ("--fps", "30", 30),
        ("--theme", "nord", "nord"),
    ],
)
def test_every_option_sets_its_key_and_nothing_else(flag, text, value):
    key = next(setting.key for setting in SETTINGS if setting.flag == flag)
    of_a_file = {f"data.{name}" for name in (*FILE_KEYS, *COLUMN_KEYS)}
    file = "a.csv" if key in of_a_file else None
    base = RunConfig.model_validate({"data": {"file": file}})
    [config] = configure(request(*(["--data", file] if file else []), flag, text))
    assert value_of(config, key) == value
    others = [setting.key for setting in SETTINGS if setting.key != key]
    assert all(value_of(config, other) == value_of(base, other) for other in others)


def test_columns_and_covariates_can_be_several():
    columns = ("--column", "a", "--column", "b", "--covariate", "c", "--covariate", "d")
    [config] = configure(request("--data", "a.csv", *columns))
    assert (config.data.column, config.data.covariates) == (("a", "b"), ("c", "d"))


def test_cells_and_seeds_can_be_several_and_are_as_many_runs():
    seeds = ("--seed", "0..2", "--seed", "2", "--seed", "7")
    found = configure(request("--cell", "rnn", "--cell", "lstm", *seeds, "--hidden", "5"))
    assert [(c.model.cell, c.training.seed) for c in found] == [
        (cell, seed) for cell in ("rnn", "lstm") for seed in (0, 1, 2, 7)
    ]
    assert {config.model.hidden_size for config in found} == {5}


def test_standard_input_in_a_file_is_no_path_beside_it(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text("[data]\nfile = '-'\n")
    assert configure(request("--config", str(file)))[0].data.file == "-"


def test_every_key_of_the_configuration_has_an_option_but_one():
    model = RunConfig()
    keys = {
        f"{section}.{key}"
        for section in RunConfig.model_fields
        for key in type(getattr(model, section)).model_fields
    }
    assert keys - {setting.key for setting in SETTINGS} == {"follow.enabled"}  # a flag


def as_typed(value):
    """A value as it is given on the command line."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def test_no_flag_means_two_things():
    flags = [setting.flag for setting in SETTINGS]
    assert len(flags) == len(set(flags))


def test_the_defaults_that_the_help_shows_are_those_of_the_configuration():
    config = RunConfig()
    told = {
        "data.dataset": DEFAULT_DATASET,
        "data.file": "",
        "data.column": "the only one",
        "data.covariates": "",
        "data.transform": "",
        "data.period": "the dataset's own, else found",
        "data.length": "its own",
        **{f"data.{key}": "found" for key in FILE_KEYS if key != "missing"},
        "data.validation_size": f"the dataset's own, else {DEFAULT_SIZE}",
        "data.test_size": f"the dataset's own, else {DEFAULT_SIZE}",
        "display.fps": f"{DEFAULT_FPS}; over SSH {SSH_FPS}",
        "display.theme": "by the terminal's ground",
        "display.profile": "auto",
        **{f"training.{key}": "" for key in ("patience", "until_loss", "time_limit")},
        "forecast.ahead": "the horizon",
        "forecast.intervals": "conformal; quantile with --loss quantile",
        "model.spectral_radius": "as drawn",
        "training.weight_decay": "0; of adamw 0.01",
        "training.schedule_steps": "those of the run; of step a third",
        "forecast.backtest": "",
        "follow.first_rows": f"{ROWS_A_WINDOW} windows; of a file all it has, if more",
        "training.steps": f"{DEFAULT_STEPS} with --batch, else until you stop",
    }
    for setting in SETTINGS:
        default = value_of(config, setting.key)
        shown = told[setting.key] if default in {None, ()} else as_typed(default)
        assert setting.default == shown


def test_following_is_a_flag_and_its_file_is_needed():
    (config,) = configure(request("--follow", "--data", "v.csv"))
    assert config.follow.enabled
    with pytest.raises(UsageError, match="--follow: needs a file that grows"):
        configure(request("--follow"))
    assert main(["--follow", "--batch", "--data", "v.csv", "--seed", "0..1"]) == 2


def test_a_saved_model_does_not_ask_to_be_followed(tmp_path):
    path = tmp_path / "model.safetensors"
    (config,) = configure(request("--follow", "--data", "v.csv"))
    save_model(path, SavedModel(config, (Scaler(0.0, 1.0),), 1, {}))
    assert not configure(request("--load-model", str(path)))[0].follow.enabled


def test_flags_beat_the_file_beats_the_model_beats_the_defaults(tmp_path):
    model, file = tmp_path / "m.safetensors", tmp_path / "run.toml"
    held = RunConfig.model_validate(
        {
            "model": {"cell": "rnn", "hidden_size": 3},
            "training": {"seed": 1, "batch_size": 1, "optimizer": "sgd", "steps": 1},
        }
    )
    save_model(model, SavedModel(held, (Scaler(0.0, 1.0),), 1, {}))
    file.write_text("[training]\nseed = 2\nbatch_size = 2\n")
    [config] = configure(request("--load-model", str(model), "--config", str(file), "--seed", "3"))
    assert config.training.seed == 3
    assert config.training.batch_size == 2
    assert config.training.optimizer == "sgd"
    assert (config.model.cell, config.model.hidden_size) == ("rnn", 3)
    assert config.training.clip == RunConfig().training.clip
    assert config.training.steps is None  # how long a model was trained is not how long to train


def test_a_series_on_the_command_line_replaces_the_one_in_the_file(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text(
        "[data]\nfile = 'a.csv'\ncolumn = 'v'\ncovariates = ['w']\ntime_column = 't'\n"
        "missing = 'drop'\ndecimal = ','\nhorizon = 3\n"
    )
    [config] = configure(request("--config", str(file), "--dataset", "sine"))
    assert config.data == DataConfig(dataset="sine", horizon=3)
    file.write_text("[data]\ndataset = 'sine'\nnoise = 0.1\nlength = 500\ndata_seed = 3\n")
    [config] = configure(request("--config", str(file), "--data", "a.csv"))
    assert config.data == DataConfig(file="a.csv")
