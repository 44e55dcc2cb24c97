"""Real runs of the command, small ones: what they print, save, and say when they go wrong."""

import datetime as dt
import json
import math
import os
import resource
import signal
import subprocess
import sys
from itertools import takewhile

import numpy as np
import pytest

from benchmarks.airline import passengers
from rnn_tui.cli import main
from rnn_tui.config import RunConfig
from rnn_tui.training.checkpoint import load_model
from tests.batch.test_json_lines import strict

COMMAND = [sys.executable, "-m", "rnn_tui", "--batch"]
SMALL = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "30")

BASELINES = {"naive", "seasonal naive", "drift", "mean", "AR(9)"}
"""Of the sunspots; ETS comes with statsmodels alone."""


def run(*arguments, **changes):
    options = {"capture_output": True, "text": True, "timeout": 300}
    return subprocess.run([*COMMAND, *arguments], check=False, **(options | changes))


@pytest.fixture
def batch(capfd):
    """Run the command in this process; return exit code, stdout, stderr."""

    def start(*arguments):
        code = main(["--batch", *arguments])
        return code, *capfd.readouterr()

    return start


def losses(text):
    return [record["loss"] for record in strict(text) if record["event"] == "step"]


def test_the_command_of_the_page():
    done = run(
        *("--dataset", "sunspots", "--cell", "lstm", "--hidden", "32"),
        *("--steps", "300", "--seed", "0"),
    )
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    rows = takewhile(lambda line: "skill =" not in line, done.stdout.splitlines()[5:])
    table = {line[:16].strip(): line[16:].split() for line in rows}
    assert table.keys() - {"ETS(A,N,A)"} == {"LSTM", *BASELINES}
    rmse = {name: float(row[0]) for name, row in table.items()}
    assert (rmse["naive"], rmse["AR(9)"]) == (30.34, 17.47)
    assert rmse["LSTM"] < 24
    assert list(rmse.values()) == sorted(rmse.values())
    assert "on this series" in done.stdout.splitlines()[-1]
    assert done.stderr.splitlines()[0] == (
        "LSTM 32 on sunspots: 4,513 parameters; windows: 172 train, 25 validation, 67 test; seed 0"
    )


def test_without_the_compiler_nothing_is_trained():
    done = run(*SMALL, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "rnn-tui: NUMBA_DISABLE_JIT is set, but the kernels need the compiler: unset it."
    )


def test_json_tells_the_whole_run_and_nothing_else(batch):
    code, out, err = batch("--json", "--seed", "3", *SMALL)
    records = strict(out)
    assert (code, err) == (0, "")
    assert [record["event"] for record in records] == ["run_started", *["step"] * 30, "run_ended"]
    start, end = records[0], records[-1]
    config = RunConfig.model_validate(start["config"])
    assert (config.training.seed, config.training.steps, config.model.hidden_size) == (3, 30, 4)
    assert start["seed"] == 3
    assert start["versions"].keys() >= {"rnn-tui", "numpy", "numba"}
    assert [record["step"] for record in records[1:-1]] == list(range(1, 31))
    for record in records[1:-1]:
        assert record.keys() - {"validation_loss"} == {
            "event", "step", "epoch", "loss", "gradient_norm", "learning_rate",
            "steps_per_second", "seconds",
        }  # fmt: skip
    assert "validation_loss" in records[-2]
    assert (end["status"], end["steps"]) == ("completed", 30)
    assert end["test_metrics"].keys() == {"rmse", "mae", "count", "mase", "smape", "r2"}
    assert end["baselines"].keys() - {"ETS(A,N,A)"} == BASELINES
    assert end["baselines"]["naive"]["rmse"] == pytest.approx(30.3, abs=0.1)


def test_the_configuration_that_is_printed_runs_again_to_the_bit(batch, tmp_path):
    options = ["--cell", "rnn", "--lr", "0.02", *SMALL]
    path = tmp_path / "run.toml"
    path.write_text(batch(*options, "config", "--print")[1])
    told, again = batch("--json", *options)[1], batch("--json", "--config", str(path))[1]
    assert losses(again) == losses(told) != []
    assert strict(again)[0]["config"] == strict(told)[0]["config"]


def test_what_run_started_tells_runs_again(batch, tmp_path):
    _, out, _ = batch("--json", "--cell", "rnn", "--lr", "0.02", *SMALL)
    config = strict(out)[0]["config"]
    lines = []
    for section, values in config.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(v)}" for key, v in values.items() if v is not None]
    path = tmp_path / "run.toml"
    path.write_text("\n".join(lines))
    assert losses(batch("--json", "--config", str(path))[1]) == losses(out)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_two_processes_print_the_same_bits(cell):
    runs = [run("--json", "--cell", cell, "--seed", "7", *SMALL).stdout for _ in range(2)]
    assert losses(runs[0]) == losses(runs[1])
    assert len(losses(runs[0])) == 30


def test_another_seed_gives_other_losses(batch):
    one, two = (losses(batch("--json", "--seed", seed, *SMALL)[1]) for seed in "12")
    assert one[0] != two[0]


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_two_threads_give_the_bits_of_one(batch, cell):
    arguments = ("--json", "--cell", cell, "--hidden", "8", "--steps", "40")
    runs = [batch(*arguments, "--threads", threads) for threads in "12"]
    assert [code for code, _, _ in runs] == [0, 0]
    assert losses(runs[0][1]) == losses(runs[1][1]) != []


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_huge_learning_rate_stops_the_run_and_says_where_and_why(batch, cell, dtype, optimizer):
    code, out, err = batch(
        *("--json", "--lr", "1e6", "--clip", "0", "--dtype", dtype),
        *("--optimizer", optimizer, "--cell", cell, *SMALL),
    )
    end = strict(out)[-1]
    assert code == 1
    assert (end["event"], end["status"]) == ("run_ended", "diverged")
    assert f"at step {end['steps']}" in end["reason"]
    assert err == f"rnn-tui: diverged: {end['reason']}\n"
    assert "as in --lr 0.01" in err
    assert end["steps"] < 30
    assert end["best_step"] < end["steps"]
    assert end["test_metrics"]["rmse"] < 100  # of the best weights, not of the exploded ones


def test_a_huge_learning_rate_in_words(batch):
    code, out, err = batch("--lr", "1e6", *SMALL)
    assert code == 1
    assert "rnn-tui: diverged: the loss" in err
    assert out.startswith("LSTM 4 on sunspots: diverged after ")
    assert "  naive " in out


def test_a_saved_model_scores_the_same_and_goes_on_the_same(batch, tmp_path):
    model = tmp_path / "m.safetensors"
    code, out, _ = batch("--json", "--save-model", str(model), *SMALL)
    assert code == 0
    best = strict(out)[-1]
    _, again, _ = batch("--json", "--load-model", str(model), "--steps", "0")
    assert strict(again)[-1]["test_metrics"] == best["test_metrics"]
    assert strict(again)[0]["config"]["model"]["hidden_size"] == 4
    first, second = (
        batch("--json", "--load-model", str(model), "--steps", "20")[1] for _ in range(2)
    )
    assert losses(first) == losses(second)
    assert losses(first)[0] < losses(out)[0]


def test_training_on_never_loses_a_better_model(batch, tmp_path):
    model, other = tmp_path / "m.safetensors", tmp_path / "worse.safetensors"
    batch("--json", "--save-model", str(model), *SMALL)
    code, out, _ = batch(
        *("--json", "--load-model", str(model), "--save-model", str(other)),
        *("--lr", "1e6", "--steps", "5"),
    )
    assert code == 1
    assert strict(out)[-1]["best_step"] == 0
    before, after = load_model(model), load_model(other)
    assert all((after.parameters[k] == v).all() for k, v in before.parameters.items())


def test_another_network_than_the_model_holds(batch, tmp_path):
    model = tmp_path / "m.safetensors"
    batch("--save-model", str(model), *SMALL)
    code, out, err = batch("--load-model", str(model), "--hidden", "5")
    assert (code, out) == (2, "")
    assert "hidden_size = 4, but the run asks for 5" in err


def test_a_disk_too_full_for_the_model_loses_neither_summary_nor_weights(tmp_path):
    model = tmp_path / "m.safetensors"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))  # noqa: E731
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = run("--save-model", str(model), *SMALL, preexec_fn=limit, env=environment)
    assert done.returncode == 1
    assert f"rnn-tui: failed: took all 30 steps, but --save-model {model}: cannot" in done.stderr
    assert "The temporary folder cannot take the weights either (File too large)" in done.stderr
    assert "  LSTM " in done.stdout
    assert "saved" not in done.stdout
    assert not list(tmp_path.rglob("*.safetensors"))
    assert not list(tmp_path.glob(".rnn-tui*"))


def test_a_folder_that_goes_while_training_loses_nothing(batch, tmp_path, monkeypatch):
    folder, rescue = tmp_path / "gone", tmp_path / "rescue"
    folder.mkdir()
    rescue.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(rescue))
    monkeypatch.setattr("rnn_tui.training.session.check_writable", lambda _: folder.rmdir())
    code, out, err = batch("--save-model", str(folder / "m.safetensors"), *SMALL)
    assert code == 1
    [kept] = rescue.rglob("model.safetensors")
    assert f"The weights are in {kept} instead." in err
    assert "  LSTM " in out
    assert load_model(kept).step > 0


@pytest.mark.parametrize(
    "data",
    [
        b"year,v\r\n" + b"".join(b"%d,%d.5\r\n" % (i, i * i % 17) for i in range(90)),
        b"\xef\xbb\xbfv\n" + b"".join(b"%d\n" % (i * i % 17) for i in range(90)),
        b"jahr;wert\n" + b"".join(b"%d;%d,5\n" % (i, i * i % 17) for i in range(90)),
    ],
    ids=["windows line ends", "byte-order mark", "decimal comma"],
)
def test_a_csv_of_ones_own(batch, tmp_path, data):
    path = tmp_path / "mine.csv"
    path.write_bytes(data)
    code, out, _ = batch("--data", str(path), *SMALL)
    assert code == 0
    assert out.startswith(f"LSTM 4 on {path}: completed after 30 steps")


@pytest.mark.parametrize("dataset", ["sine", "mackey-glass"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_series_and_cell_with_plots(batch, dataset, cell):
    code, out, _ = batch("--plots", "--dataset", dataset, "--cell", cell, *SMALL)
    assert code == 0
    assert f"{cell.upper()} 4 on {dataset}: completed after 30 steps" in out
    assert "Loss over steps" in out
    assert "one step ahead" in out
    assert "Total gradient at every timestep" in out
    assert "\x1b" not in out
    assert max(len(line) for line in out.splitlines()) <= 120


@pytest.fixture
def table(tmp_path):
    """Write 120 days with two columns, a covariate and a gap; return the path."""
    path = tmp_path / "days.csv"
    lines = ["day;v;w;c"]
    for row in range(120):
        v = "" if row == 30 else f"{10 + math.sin(row / 3):.4f}".replace(".", ",")
        day = dt.date(2020, 2, 1) + dt.timedelta(row)
        w, c = (f"{value:.4f}".replace(".", ",") for value in (math.cos(row / 4), row % 7))
        lines.append(f"{day:%d.%m.%Y};{v};{w};{c}")
    path.write_text("\n".join(lines))
    return path


def test_a_table_of_several_columns_from_end_to_end(batch, table, tmp_path):
    output, model = tmp_path / "out.csv", tmp_path / "m.safetensors"
    task = (
        *("--column", "v", "--column", "w", "--covariate", "c", "--missing", "interpolate"),
        *("--horizon", "3", "--transform", "diff", "--scaling", "min-max"),
        *("--validation-size", "2020-05-01", "--test-size", "2020-05-15"),
    )
    code, out, err = batch(
        *("--json", "--data", str(table), *task, *SMALL),
        *("--output", str(output), "--save-model", str(model)),
    )
    records = strict(out)
    start, end = records[0], records[-1]
    assert (code, err) == (0, "")
    assert "1 gap" in start["notes"][0]
    assert start["windows"]["test"] == 16 - 2
    assert end["test_metrics"]["count"] == 3 * 14
    assert end["more_targets"]["w"]["test_metrics"]["count"] == 3 * 14
    rows = [row.split(",") for row in output.read_text().splitlines()]
    ends = ["lower", "upper"]
    assert rows[0] == ["time", "column", "step", "actual", "predicted", *ends, "split"]
    assert rows[-1][:4] + rows[-1][7:] == ["2020-06-02", "w", "3", "", "future"]
    for column, scores in (("v", end), ("w", end["more_targets"]["w"])):
        chosen = [row for row in rows[1:] if row[1] == column and row[7] == "test"]
        errors = [float(row[4]) - float(row[3]) for row in chosen]
        rmse = math.sqrt(sum(error**2 for error in errors) / len(errors))
        assert scores["test_metrics"]["rmse"] == pytest.approx(rmse, rel=1e-12)
        inside = [float(row[5]) <= float(row[3]) <= float(row[6]) for row in chosen]
        assert scores["intervals"]["coverage"] == pytest.approx(sum(inside) / len(inside))
        assert scores["intervals"]["level"] == 0.9
    _, again, _ = batch("--json", "--load-model", str(model), "--steps", "0")
    assert strict(again)[-1]["test_metrics"] == end["test_metrics"]
    assert strict(again)[-1]["more_targets"] == end["more_targets"]
    code, out, err = batch("--load-model", str(model), "--column", "v", "--steps", "0")
    assert (code, out) == (2, "")
    assert "the model was trained on 3 columns, and the data have 2" in err


def test_the_table_is_written_in_words(batch, table, tmp_path):
    output = tmp_path / "out.json"
    code, out, _ = batch(*("--data", str(table), "--column", "w", "--output", str(output)), *SMALL)
    assert code == 0
    assert out.endswith(f"Forecasts written to {output}.\n")
    rows = json.loads(output.read_text())
    assert rows[-1].keys() == {"time", "actual", "predicted", "lower", "upper", "split"}
    assert rows[-1]["lower"] < rows[-1]["predicted"] < rows[-1]["upper"]
    assert (rows[-1]["time"], rows[-1]["actual"]) == ("2020-05-31", None)


def test_a_grid_of_cells_and_seeds_from_one_standard_input(batch, table):
    arguments = (
        "--data",
        "-",
        "--column",
        "w",
        "--cell",
        "rnn",
        "--cell",
        "lstm",
        "--seed",
        "0..1",
    )
    done = run(*arguments, *SMALL, input=table.read_text())
    assert done.returncode == 0
    assert done.stdout.startswith("RNN 4, LSTM 4 on standard input: 4 of 4 runs in ")
    [rnn] = [line.split() for line in done.stdout.splitlines() if line.startswith("  RNN ")]
    assert (rnn[1], rnn[3]) == ("2", "±")
    same = ("--json", "--data", str(table), "--column", "w", "--cell", "rnn", *SMALL)
    alone = [batch(*same, "--seed", seed)[1] for seed in "01"]
    errors = [strict(one)[-1]["test_metrics"]["rmse"] for one in alone]
    assert float(rnn[2]) == pytest.approx(sum(errors) / 2, rel=1e-3)


def test_a_forecast_beyond_the_end_with_intervals(batch, table, tmp_path):
    output = tmp_path / "out.csv"
    task = ("--data", str(table), "--column", "w", "--forecast", "10", "--coverage", "0.8")
    code, out, _ = batch(*task, "--output", str(output), *SMALL)
    assert code == 0
    assert "  80 % prediction intervals held " in out
    assert "Beyond the end, 10 rows:" in out
    rows = [row.split(",") for row in output.read_text().splitlines()]
    assert rows[0] == ["time", "step", "actual", "predicted", "lower", "upper", "split"]
    future = [row for row in rows if row[-1] == "future"]
    days = [dt.date(2020, 5, 31) + dt.timedelta(step) for step in range(10)]
    assert [row[0] for row in future] == [str(day) for day in days]
    assert all(float(row[4]) < float(row[3]) < float(row[5]) for row in future)
    _, out, _ = batch("--json", *task, *SMALL)
    told = strict(out)[-1]["future"]
    assert [f"{record['predicted']:.9g}" for record in told] == [
        f"{float(row[3]):.9g}" for row in future
    ]


def test_a_report_of_a_real_run_with_a_wicked_column(table, tmp_path):
    wicked = "<script>alert(1)</script>"
    table.write_text(table.read_text().replace("day;v;w;c", f"day;v;{wicked};c"))
    path = tmp_path / "r.html"
    task = ("--data", str(table), "--column", wicked, "--forecast", "5", "--report", str(path))
    done = run(*task, *SMALL)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"Report written to {path}.")
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; over day, test part" in text
    assert text.count("<svg") == 4
    assert "LSTM" in run("-q", *task, *SMALL).stdout.splitlines()[0]


def test_without_intervals(batch, table, tmp_path):
    output = tmp_path / "out.csv"
    task = ("--data", str(table), "--column", "w", "--intervals", "none")
    _, out, _ = batch("--json", *task, "--output", str(output), *SMALL)
    end = strict(out)[-1]
    assert end["intervals"] is None
    assert [record["lower"] for record in end["future"]] == [None]
    assert output.read_text().splitlines()[0] == "time,actual,predicted,split"


def test_a_validation_part_too_short_for_intervals_is_said(batch):
    code, out, err = batch("--coverage", "0.99", *SMALL)
    assert code == 0
    assert "note: no prediction intervals: at --coverage 0.99 they need 99 forecasts" in err
    assert "prediction intervals" not in out


def test_covariates_cannot_be_foreseen_and_nothing_is_trained(batch, table):
    arguments = ("--data", str(table), "--column", "w", "--covariate", "c", "--forecast", "2")
    code, out, err = batch(*arguments, *SMALL)
    assert (code, out) == (2, "")
    assert "needs the covariates (c) after its origin" in err


def test_a_backtest_tests_the_rows_of_one_run_once_each(batch):
    code, out, _ = batch("--json", "--backtest", "3", *SMALL)
    records = strict(out)
    ends = [record for record in records if record["event"] == "run_ended"]
    last = records[-1]
    assert code == 0
    assert (last["event"], len(ends), len(last["folds"])) == ("backtest_ended", 3, 3)
    _, alone, _ = batch("--json", *SMALL)
    one = strict(alone)[-1]
    assert last["test_metrics"]["count"] == one["test_metrics"]["count"] == 67
    naive, whole = last["baselines"]["naive"], one["baselines"]["naive"]
    assert naive["rmse"] == pytest.approx(whole["rmse"], rel=1e-12)
    assert (last["folds"][0]["first"], last["folds"][-1]["last"]) == ("1921", "1987")
    windows = [r["windows"]["train"] for r in records if r["event"] == "run_started"]
    assert windows == sorted(set(windows))  # ever more of the series


def test_a_backtest_in_words_and_in_one_line(batch):
    done = run("--backtest", "2", *SMALL)
    assert done.returncode == 0
    assert done.stdout.startswith("LSTM 4 on sunspots: backtest of 2 folds in ")
    assert "all folds together:" in done.stdout
    _, quiet, err = batch("-q", "--backtest", "2", *SMALL)
    assert (quiet.splitlines(), err) == ([done.stdout.splitlines()[-1]], "")


def test_differencing_beats_seasonal_naive_on_a_series_like_the_airline(batch, tmp_path):
    path = tmp_path / "air.csv"
    rows = zip(
        np.arange("1949-01", "1961-01", dtype="datetime64[M]"), passengers(seed=1), strict=True
    )
    path.write_text("\n".join(["month,passengers", *(f"{month},{value}" for month, value in rows)]))
    task = ("--data", str(path), "--test-size", "1957-01", "--input-chunk-length", "12")
    transform = ("--transform", "log,diff,seasonal-diff")
    _, out, _ = batch("--json", *task, *transform, "--steps", "300", "--hidden", "8")
    end = strict(out)[-1]
    ours, theirs = (end[key] for key in ("test_metrics", "baselines"))
    assert ours["rmse"] < 0.7 * theirs["seasonal naive"]["rmse"]
    assert ours["rmse"] < 0.7 * theirs["naive"]["rmse"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_model_table_and_report_complete(number, code, tmp_path):
    model, output, report = (tmp_path / name for name in ("m.safetensors", "o.csv", "r.html"))
    files = ("--save-model", model, "--output", output, "--report", report)
    small = ("--hidden", "4", "--input-chunk-length", "8", "--time-limit", "10m")
    command = [*COMMAND, *map(str, files), *small]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **streams)
    while "steps/s" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code
    assert "Traceback" not in err
    for what, path in (("Model saved", model), ("Forecasts written", output), ("Report", report)):
        assert any(line.startswith(what) and str(path) in line for line in out.splitlines())
    assert load_model(model).step > 0
    assert output.read_text().splitlines()[-1].endswith(",future")
    assert report.read_text("utf-8").endswith("</html>\n")
    assert "interrupted after" in report.read_text("utf-8")


def test_patience_a_forecast_and_its_intervals_in_a_process_of_their_own():
    small = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "100000")
    task = ("--patience", "2", "--forecast", "4", "--coverage", "0.8")
    done = run("--json", "-q", *task, *small)
    start, end = strict(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert start["config"]["training"]["patience"] == 2
    assert "--patience 2" in end["reason"]
    assert end["intervals"]["level"] == 0.8
    assert [record["time"] for record in end["future"]] == [1988.0, 1989.0, 1990.0, 1991.0]
    assert all(record["lower"] < record["predicted"] < record["upper"] for record in end["future"])


def test_a_signal_ends_a_grid_with_the_table_of_what_there_is():
    command = [*COMMAND, "--seed", "0..99", *SMALL]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, **streams)
    while "seed 1: completed" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    done = int(out.partition(" of 100 runs")[0].rpartition(" ")[2])
    assert 2 <= done < 100
    assert "  LSTM " in out


def test_patience_and_until_loss_end_a_run_that_would_be_long(batch):
    long = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "1000000", "--json")
    for option, value in (("--patience", "2"), ("--until-loss", "0.5"), ("--time-limit", "0.2s")):
        code, out, _ = batch(option, value, *long)
        end = strict(out)[-1]
        assert (code, end["status"]) == (0, "completed")
        assert option in end["reason"]
        assert end["steps"] < 1_000_000
        assert end["test_metrics"] is not None


def test_standard_input_is_read(table):
    done = run("--data", "-", "--column", "w", *SMALL, input=table.read_text())
    assert done.returncode == 0
    assert done.stdout.startswith("LSTM 4 on standard input: completed")


def test_a_table_that_cannot_be_written_is_a_failure_and_the_scores_are_told(
    batch, tmp_path, monkeypatch
):
    folder = tmp_path / "gone"
    monkeypatch.setattr("rnn_tui.training.session.check_output", lambda _: None)
    monkeypatch.setattr("rnn_tui.training.files.check_output", lambda _: None)
    code, out, err = batch("--output", str(folder / "out.csv"), *SMALL)
    assert code == 1
    assert f"rnn-tui: failed: took all 30 steps, but --output {folder}" in err
    assert "  naive " in out
    assert "Forecasts written" not in out
