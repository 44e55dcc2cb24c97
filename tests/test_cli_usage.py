"""What cannot be run is told in a line that names it, before anything is done."""

import pytest

from rnn_tui.cli import main

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
    "follow settings alone": (
        ["--first-rows", "9", "--bad-rows", "stop"],
        "--first-rows, --bad-rows: without --follow no row comes: add it.",
    ),
    "too much": (["keys", "extra"], "unexpected extra argument (extra). Try rnn-tui --help."),
    "one beta": (["--betas", "0.9"], "rnn-tui: --betas: a value is missing in (0.9,)."),
    "three betas": (
        ["--betas", "0.1,0.2,0.3"],
        "rnn-tui: --betas: must have 2 values, not (0.1, 0.2, 0.3).",
    ),
    "a beta too large": (["--betas", "1,0.5"], "rnn-tui: --betas: must be less than 1, not 1.0."),
    "an unknown transform": (
        ["--transform", "log,dif"],
        "rnn-tui: --transform: must be 'diff', 'seasonal-diff', 'log' or 'log-return', not 'dif'.",
    ),
    "only what is at fault is named": (
        ["--steps", "5", "--lr", "0.1", "--huber-delta", "2"],
        "rnn-tui: --huber-delta: huber_delta belongs to loss huber, not to mse",
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "./d.csv"], "--output d.csv: is the file of --data as well"),
        (["--save-model", "link"], "--save-model link: is the file of --data as well"),
        (["--save-model", "x.csv", "--output", "x.csv"], "is the file of --save-model as well"),
        (["--report", "run.txt", "--config", "run.txt"], "is the file of --config as well"),
    ],
)
def test_a_file_that_is_read_is_not_written_over(options, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = "t,v\n" + "".join(f"{i},{i * i % 7}\n" for i in range(99))
    (tmp_path / "d.csv").write_text(data)
    (tmp_path / "link").symlink_to("d.csv")
    (tmp_path / "run.txt").write_text("[training]\nsteps = 1\n")
    assert main(["--batch", "--steps", "1", "--data", "d.csv", *options]) == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "d.csv").read_text() == data
    assert (tmp_path / "run.txt").read_text() == "[training]\nsteps = 1\n"
