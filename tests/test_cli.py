"""The command in this process: options, where their values come from, usage errors."""

import errno
import io
import os
import re

import pytest

from rnn_tui import __version__
from rnn_tui.batch.run import DEFAULT_STEPS
from rnn_tui.cli import COMMAND, Request, check_terminal, configure, main, parse
from rnn_tui.config import COLUMN_KEYS, DEFAULT_FPS, FILE_KEYS, DataConfig, RunConfig
from rnn_tui.data.catalogue import DEFAULT_DATASET, catalogue
from rnn_tui.data.scaling import Scaler
from rnn_tui.data.split import DEFAULT_SIZE
from rnn_tui.errors import UsageError
from rnn_tui.options import SETTINGS
from rnn_tui.setting import HEADINGS
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
        "display.profile": "auto",
        **{f"training.{key}": "" for key in ("patience", "until_loss", "time_limit")},
        "forecast.ahead": "the horizon",
        "forecast.intervals": "conformal; quantile with --loss quantile",
        "model.spectral_radius": "as drawn",
        "training.weight_decay": "0; of adamw 0.01",
        "training.schedule_steps": "those of the run; of step a third",
        "forecast.backtest": "",
        "follow.first_rows": f"all that a file has, {ROWS_A_WINDOW} windows of a pipe",
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


def test_the_help_names_every_option_once_under_a_heading(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for option in COMMAND.params:
        assert len(re.findall(rf"^  (?:-\w, )?{option.opts[-1]} ", out, re.MULTILINE)) == 1
    assert [line for line in out.splitlines() if re.fullmatch(r"\w+:", line)] == [
        *(f"{heading}:" for heading in HEADINGS),
        "Commands:",
    ]
    assert max(len(line) for line in out.splitlines()) <= 80


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rnn-tui {__version__}\n"


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


def test_the_datasets_are_listed_with_source_and_licence(capsys):
    assert main(["datasets"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()[1:]
    for line, dataset in zip(lines, catalogue(), strict=True):
        assert line.split()[0] == dataset.name
        for fact in (dataset.description, dataset.source, dataset.licence):
            assert fact in line


BAD = {
    "unknown option": (["--hiden", "3"], "No such option '--hiden'"),
    "unknown short option": (["-x"], "No such option '-x'"),
    "no value": (["--hidden"], "Option '--hidden' requires an argument"),
    "an argument": (["sunspots"], "unexpected argument 'sunspots'; choose a series with --dataset"),
    "text for a number": (["--hidden", "many"], "'--hidden': 'many' is not a valid integer"),
    "a fraction": (["--hidden", "1.5"], "'--hidden': '1.5' is not a valid integer"),
    "hidden 0": (["--hidden", "0"], "--hidden: must be greater than or equal to 1, not 0"),
    "hidden -1": (["--hidden", "-1"], "--hidden: must be greater than or equal to 1, not -1"),
    "hidden huge": (["--hidden", "100000"], "--hidden: must be less than or equal to 4096"),
    "window 0": (["--input-chunk-length", "0"], "--input-chunk-length: must be greater"),
    "batch 0": (["--batch-size", "0"], "--batch-size: must be greater than or equal to 1, not 0"),
    "steps -1": (["--steps", "-1"], "--steps: must be greater than or equal to 0, not -1"),
    "lr 0": (["--lr", "0"], "--lr: must be greater than 0, not 0.0"),
    "lr nan": (["--lr", "nan"], "--lr: must be a finite number, not nan"),
    "lr inf": (["--lr", "inf"], "--lr: must be a finite number, not inf"),
    "clip -1": (["--clip", "-1"], "--clip: must be greater than or equal to 0, not -1.0"),
    "clip nan": (["--clip", "nan"], "--clip: must be"),
    "seed -1": (["--seed", "-1"], "--seed: must be greater than or equal to 0, not -1"),
    "threads 0": (["--threads", "0"], "--threads: must be greater than or equal to 1, not 0"),
    "fps 0": (["--fps", "0"], "--fps: must be greater than or equal to 1, not 0"),
    "no such cell": (["--cell", "gruu"], "'gruu' is not one of 'rnn', 'rnn-relu', 'lstm', "),
    "no such optimizer": (
        ["--optimizer", "x"],
        "'x' is not one of 'sgd', 'rmsprop', 'adam', 'adamw'",
    ),
    "no such loss": (["--loss", "x"], "'x' is not one of 'mse', 'mae', 'huber', 'quantile'"),
    "no delta": (
        ["--loss", "huber", "--huber-delta", "0"],
        "--huber-delta: must be greater than 0, not 0",
    ),
    "no numbers": (["--quantiles", "a,b"], "'a,b' is no list of numbers, such as 0.1,0.5,0.9."),
    "no quantiles": (
        ["--loss", "quantile", "--quantiles", "0.5,0.1"],
        "--quantiles: must be numbers between 0 and 1, ascending",
    ),
    "no median": (
        ["--loss", "quantile", "--quantiles", "0.1,0.9"],
        "--quantiles: must hold 0.5, the forecast",
    ),
    "quantiles of another loss": (
        ["--quantiles", "0.1,0.5,0.9"],
        "--quantiles: quantiles belongs to loss quantile, not to mse: leave it out",
    ),
    "momentum of adam": (
        ["--momentum", "0.9"],
        "--momentum: momentum belongs to optimizer sgd or rmsprop, not to adam",
    ),
    "too much momentum": (
        ["--optimizer", "sgd", "--momentum", "1"],
        "--momentum: must be less than 1, not 1.0",
    ),
    "nesterov alone": (
        ["--optimizer", "sgd", "--nesterov", "yes"],
        "nesterov needs a momentum above 0, such as 0.9",
    ),
    "three betas": (["--betas", "0.9,0.9,0.9"], "--betas"),
    "no decay": (
        ["--schedule", "step", "--lr-decay", "0"],
        "--lr-decay: must be greater than 0, not 0",
    ),
    "no end": (
        ["--schedule", "cosine", "--batch", "--time-limit", "1s"],
        "--schedule cosine: the run has no last step by which the learning rate could have fallen",
    ),
    "identity of an lstm": (
        ["--init", "identity"],
        "--init: init identity is for cells without gates, not for lstm",
    ),
    "no radius": (["--spectral-radius", "0"], "--spectral-radius: must be greater than 0, not 0"),
    "quantile intervals of another loss": (
        ["--intervals", "quantile"],
        "forecast.intervals quantile needs a network that forecasts them: --loss quantile",
    ),
    "no such dtype": (["--dtype", "int8"], "'int8' is not one of 'float32', 'float64'"),
    "sizes": (
        ["--validation-size", "0.6", "--test-size", "0.6"],
        "--test-size, --validation-size: validation_size + test_size must leave a part",
    ),
    "no seed": (["--seed", "x"], "'--seed': 'x' is no whole number, nor a range as 0..4"),
    "half a range": (["--seed", "1.."], "'1..' is no whole number, nor a range as 0..4"),
    "a range from behind": (
        ["--seed", "4..0"],
        "'4..0' is no range of seeds: expected the smaller",
    ),
    "a huge range": (["--seed", "0..1000"], "and at most 1,000 seeds"),
    "seeds below 0": (["--seed", "-3..1"], "--seed: must be greater than or equal to 0, not -3"),
    "several in the app": (
        ["--seed", "0..1"],
        "--seed: the app compares nets with one seed, so that all",
    ),
    "no time": (["--time-limit", "soon"], "--time-limit: must be seconds, or a time such as 90s"),
    "no time at all": (["--time-limit", "0m"], "--time-limit: must be greater than 0, not '0m'"),
    "no patience": (["--patience", "0"], "--patience: must be greater than or equal to 1, not 0"),
    "covers all": (["--coverage", "1"], "--coverage: must be less than 1, not 1.0"),
    "no such interval": (["--intervals", "x"], "'x' is not one of 'conformal', 'quantile', 'none'"),
    "quiet without batch": (["--quiet"], "--quiet needs --batch"),
    "report without batch": (["--report", "r.html"], "--report needs --batch"),
    "a backtest in the app": (["--backtest", "3"], "--backtest asks for 3 runs, which the app"),
    "a backtest of several": (
        ["--batch", "--backtest", "3", "--seed", "0..1"],
        "--backtest is for one cell and one seed",
    ),
    "a model of a backtest": (
        ["--batch", "--backtest", "3", "--save-model", "m"],
        "--save-model m: --backtest trains a model for each fold",
    ),
    "more folds than rows": (["--batch", "--backtest", "68"], "What works: 1 to 67 folds"),
    "no such report": (["--batch", "--report", "r.pdf"], "the name must end in .html, .md, .txt"),
    "no folder for a report": (
        ["--batch", "--report", "none/r.md"],
        "--report none/r.md: the folder",
    ),
    "no such report of several": (
        ["--batch", "--seed", "1..2", "--report", "r.pdf"],
        "the name must end in .html, .md, .txt",
    ),
    "no folder for the table of several": (
        ["--batch", "--seed", "1..2", "--output", "none/r.csv"],
        "--output none/r.csv: the folder",
    ),
    "quiet charts": (["--batch", "-q", "--plots"], "--quiet and --plots exclude each other"),
    "two series": (["--data", "x.csv", "--dataset", "sine"], "--data and --dataset exclude"),
    "column alone": (["--column", "v"], "--column: column belongs to a file of your own"),
    "no such scaling": (["--scaling", "x"], "'x' is not one of 'standard', 'robust', 'min-max'"),
    "no such step": (["--transform", "log,x"], "must be 'diff', 'seasonal-diff', 'log'"),
    "horizon 0": (["--horizon", "0"], "--horizon: must be greater than or equal to 1, not 0"),
    "a key of files": (["--missing", "drop"], "--missing: missing belongs to a file"),
    "noise on a file": (
        ["--data", "x.csv", "--noise", "1"],
        "--noise: noise belongs to a generated dataset",
    ),
    "noise on measurements": (["--batch", "--noise", "1"], "length, noise and data seed are for"),
    "a log of 0": (["--batch", "--transform", "log"], "--transform log needs values above 0"),
    "horizon too long": (["--batch", "--horizon", "30"], "What works: --horizon 25 or less"),
    "options of a list": (["--batch", "datasets"], "rnn-tui datasets takes no options"),
    "json without batch": (["--json"], "--json needs --batch"),
    "plots without batch": (["--plots"], "--plots needs --batch"),
    "json and plots": (["--batch", "--json", "--plots"], "--json and --plots exclude each other"),
    "no such dataset": (
        ["--batch", "--dataset", "sunspot"],
        "--dataset sunspot: no such series. Did you mean 'sunspots'?",
    ),
    "no such file": (["--batch", "--data", "none.csv"], "none.csv: no such file"),
    "a folder for a file": (["--batch", "--data", "/"], "directory"),
    "no such config": (["--batch", "--config", "none.toml"], "--config none.toml: cannot be read"),
    "no such model": (
        ["--batch", "--load-model", "none.safetensors"],
        "--load-model none.safetensors: no such file",
    ),
    "no folder to save in": (
        ["--batch", "--save-model", "none/m.safetensors"],
        "--save-model none/m.safetensors: the folder",
    ),
    "a device to save to": (["--batch", "--save-model", "/dev/null"], "is a pipe or a device"),
    "a long name to save to": (["--batch", "--save-model", "m" * 300], "File name too long"),
    "a long name to load": (["--batch", "--load-model", "m" * 300], "File name too long"),
    "a folder to save to": (["--batch", "--save-model", "."], "--save-model .: is a folder"),
    "window too long": (
        ["--batch", "--input-chunk-length", "300"],
        "What works: --input-chunk-length 195 or less",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_line_that_names_it_and_exit_code_2(case, capsys, tmp_path, monkeypatch):
    arguments, message = BAD[case]
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
    assert all(line.startswith("rnn-tui: ") for line in err.splitlines())
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


BAD_CSV = {
    "text": (b"v\n1\nx\n2\n", "line 3, column 'v': 'x' is not a number"),
    "a gap": (b"t,v\n1,1\n2,\n3,4\n", "line 3, column 'v': no value"),
    "one row": (b"v\n1\n", "one row of data"),
    "no rows": (b"v\n", "a header and no data"),
    "empty": (b"", "is empty"),
    "too short": (b"v\n1\n2\n3\n", "too short: of its 3 rows"),
    "constant": (b"v\n" + b"5\n" * 99, "all 99 values are 5"),
    "two columns": (b"a,b,c\n3,1,2\n1,3,4\n", "Say which one to forecast with --column NAME"),
    "ragged": (b"t,v\n1,2\n2,3,4\n", "line 3: 3 fields"),
    "three bytes": (b"\x00\x01\x02", "line 1: byte 0x02 is not UTF-16-BE. Save the file as UTF-8"),
    "binary": (b"\x7fELF\x02\x01\x01\x00\x00\x03\x00>", "is binary"),
    "latin-1": (b"v\n1\n2 \xb0C\n", "line 3, column 'v': '2 °C' is not a number"),
    "infinite": (b"v\n1\ninf\n2\n", "line 3, column 'v': 'inf' is not a usable number"),
    "terminal codes": (b"v\n1\n\x1b[31mred\n2\n", "[31mred' is not a number"),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_bad_csv_is_told_by_file_and_line_and_exit_code_2(case, capsys, tmp_path):
    data, message = BAD_CSV[case]
    path = tmp_path / "series.csv"
    path.write_bytes(data)
    assert main(["--batch", "--data", str(path)]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert "series" in err
    assert out == ""
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[training]\nlr = 0.1\n", "run.toml: training.lr: unknown key"),
        ("[training]\nsteps = 'x'\n", "run.toml: training.steps: must be an integer, not 'x'"),
        ("training = 3\n", "must be a table that begins with the line [training]"),
        ("[training\n", "run.toml: is not valid TOML"),
    ],
)
def test_bad_configuration_files(text, message, capsys, tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(text)
    assert main(["--batch", "--config", str(path)]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""


@pytest.mark.parametrize(
    ("stdin", "stdout", "term", "lack"),
    [
        (False, True, "xterm", "standard input is no terminal"),
        (True, False, "xterm", "standard output is no terminal"),
        (True, True, "dumb", "TERM=dumb cannot draw one"),
    ],
)
def test_without_a_screen_the_batch_command_is_offered(monkeypatch, stdin, stdout, term, lack):
    monkeypatch.setattr("sys.stdin.isatty", lambda: stdin, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: stdout, raising=False)
    with pytest.raises(UsageError) as error:
        check_terminal(["--data", "a b.csv"], term)
    assert str(error.value) == (
        f"the app needs a screen, but {lack}. Run without one: rnn-tui --batch --data 'a b.csv'"
    )


def test_with_a_screen_there_is_nothing_to_say(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    check_terminal([], "xterm-256color")


def test_a_bug_is_a_line_with_the_place_of_its_traceback(capsys, monkeypatch, tmp_path):
    def slip(*_):
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr("rnn_tui.cli.run", slip)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [tmp_path])
    assert main(["--batch"]) == 1
    err = capsys.readouterr().err
    [log] = tmp_path.iterdir()
    assert err == (
        "rnn-tui: this is a bug in rnn-tui (ZeroDivisionError: a slip of ours); "
        f"the traceback is in {log}.\n"
    )
    assert "Traceback" in log.read_text()
    assert "arguments: ['--batch']" in log.read_text()


def test_a_bug_is_told_where_no_log_can_be_written(capsys, monkeypatch, tmp_path):
    def slip(*_):
        raise ZeroDivisionError

    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("rnn_tui.cli.run", slip)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [blocked / "log"])
    assert main(["--batch"]) == 1
    assert "its log could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (MemoryError(), 1), (EOFError(), 1)]
)
def test_other_ends(monkeypatch, capsys, tmp_path, error, code):
    def end(*_):
        raise error

    monkeypatch.setattr("rnn_tui.cli.run", end)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [tmp_path])
    assert main(["--batch"]) == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("code", "told"), [(0, 141), (129, 129), (1, 1)])
def test_a_lost_stdout_never_hides_how_the_run_ended(monkeypatch, code, told):
    class Gone(io.StringIO):
        def flush(self):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("rnn_tui.cli.run", lambda *_: code)
    monkeypatch.setattr("sys.stdout", Gone())
    assert main(["--batch"]) == told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--cell", "rnn", "--cell", "lstm", "--seed", "0..1"), "--seed: the app compares"),
        (("--cell", "rnn", "--cell", "lstm", "--load-model", "a"), "--load-model a: no such file"),
        (("--match", "units"), "--match is for nets that the app compares"),
        (("--cell", "rnn", "--cell", "lstm", "--match", "units", "--batch"), "--match is for"),
        (("--backtest", "3"), "add --batch"),
    ],
)
def test_what_the_app_cannot_compare_is_refused(arguments, expected, capsys):
    assert main(arguments) == 2
    assert expected in capsys.readouterr().err
