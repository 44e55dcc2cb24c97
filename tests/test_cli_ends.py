"""How runs of the command end: well, by a rule, by a signal, or because something is lost."""

import os
import resource
import signal
import subprocess

import pytest

from rnn_tui.training.checkpoint import load_model
from tests.batch.test_json_lines import strict
from tests.command import COMMAND, SMALL, run


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
    monkeypatch.setattr(
        "rnn_tui.training.leaving.check_writable", lambda _: folder.exists() and folder.rmdir()
    )
    code, out, err = batch("--save-model", str(folder / "m.safetensors"), *SMALL)
    assert code == 1
    [kept] = rescue.rglob("model.safetensors")
    assert f"The weights are in {kept} instead." in err
    assert "  LSTM " in out
    assert load_model(kept).step > 0


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


def test_a_table_that_cannot_be_written_is_a_failure_and_the_scores_are_told(
    batch, tmp_path, monkeypatch
):
    folder = tmp_path / "gone"
    monkeypatch.setattr("rnn_tui.training.leaving.check_output", lambda _: None)
    monkeypatch.setattr("rnn_tui.training.files.check_output", lambda _: None)
    code, out, err = batch("--output", str(folder / "out.csv"), *SMALL)
    assert code == 1
    assert f"rnn-tui: failed: took all 30 steps, but --output {folder}" in err
    assert "  naive " in out
    assert "Forecasts written" not in out
