"""Every script in examples/ runs as its first lines say, with little training."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pexpect
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SMALL = {
    "RNN_TimeSeries.py": ["--steps", "40"],
    "forecast_csv.py": ["--steps", "20"],
    "stream.py": ["--steps", "20", "--rows", "500", "--steps-per-row", "1"],
}


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=EXAMPLES, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@cache
def small_run(name):
    return run(name, *SMALL[name])


def test_every_example_is_run():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_an_example_runs_in_a_pipe(name):
    done = small_run(name)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_the_csv_is_forecast_with_an_interval(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("day,sales\n" + "".join(f"{day},{day * 3 % 17}\n" for day in range(200)))
    done = run("forecast_csv.py", str(path), "--column", "sales", "--steps", "5", "--ahead", "3")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[-5:-2]]
    assert [row[0] for row in rows] == ["200.0", "201.0", "202.0"]
    assert all(float(low) < float(middle) < float(high) for _, middle, low, high in rows)
    assert path.with_suffix(".safetensors").stat().st_size > 1000


def test_the_stream_has_a_line_for_every_hundred_rows_that_came():
    lines = small_run("stream.py").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:3]] == [["301", "-", "400"], ["401", "-", "500"]]
    assert lines[3].startswith("LSTM")


def test_the_batch_script_leaves_its_results(tmp_path):
    done = subprocess.run(
        ["sh", "batch.sh", str(tmp_path), "20"],
        cwd=EXAMPLES, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "RNN_TUI": f"{sys.executable} -m rnn_tui"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    out = done.stdout.splitlines()
    assert out[0].startswith("LSTM ")
    assert out[3].startswith("1971")
    assert "RNN (mean of 3)" in done.stdout
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"run.jsonl", "nile.safetensors", "forecasts.csv", "progress.txt"}


def test_the_time_series_compares_and_draws():
    out = small_run("RNN_TimeSeries.py").stdout
    rows = out.splitlines()[4 : 12 if "ETS" in out else 11]  # ETS where statsmodels is installed
    table = [line[:16].strip() for line in rows]
    beside = {"naive", "seasonal naive", "drift", "mean", "AR(9)"}
    assert set(table) - {"ETS(A,N,A)"} == {"LSTM", "RNN", *beside}
    errors = [float(line[16:].split()[0]) for line in rows]
    assert errors == sorted(errors)
    assert "sunspots, test part: actual (line) and" in out
    assert "1921" in out.splitlines()[-1]
    assert "1987" in out.splitlines()[-1]
    assert sum("•" in line for line in out.splitlines()) > 5


def test_the_time_series_of_another_dataset():
    done = run("RNN_TimeSeries.py", "--dataset", "mackey-glass", "--steps", "20", "--seed", "3")
    assert done.returncode == 0
    assert "mackey-glass, test part" in done.stdout


def test_on_a_terminal_the_chart_has_colour_and_paints_no_background(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = pexpect.run(
        f"{sys.executable} RNN_TimeSeries.py --steps 20",
        cwd=str(EXAMPLES), encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert "\x1b[38;5;" in screen
    assert "\x1b[48;" not in screen
