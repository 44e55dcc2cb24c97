"""Real runs of the command, small ones: what they print and save, and that they repeat."""

import json
import os
from itertools import takewhile

import numpy as np
import pytest

from benchmarks.airline import passengers
from rnn_tui.config import RunConfig
from rnn_tui.training.checkpoint import load_model
from tests.batch.test_json_lines import strict
from tests.command import SMALL, losses, run

BASELINES = {"naive", "seasonal naive", "drift", "mean", "AR(9)"}
"""Of the sunspots; ETS comes with statsmodels alone."""


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


@pytest.mark.threads
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_two_threads_give_the_bits_of_one(batch, cell):
    arguments = ("--json", "--cell", cell, "--hidden", "8", "--steps", "40")
    runs = [batch(*arguments, "--threads", threads) for threads in "12"]
    assert [code for code, _, _ in runs] == [0, 0]
    assert losses(runs[0][1]) == losses(runs[1][1]) != []


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


def test_standard_input_is_read(table):
    done = run("--data", "-", "--column", "w", *SMALL, input=table.read_text())
    assert done.returncode == 0
    assert done.stdout.startswith("LSTM 4 on standard input: completed")
