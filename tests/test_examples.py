"""Every script in examples/ runs as its first lines say, with little training."""

import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SMALL = {"RNN_TimeSeries.py": ["--steps", "40"]}


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=EXAMPLES, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_every_example_is_run():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_an_example_runs_in_a_pipe(name):
    done = run(name, *SMALL[name])
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_the_time_series_compares_and_draws():
    out = run("RNN_TimeSeries.py", *SMALL["RNN_TimeSeries.py"]).stdout
    table = [line[:16].strip() for line in out.splitlines()[4:11]]
    beside = {"naive", "seasonal naive", "drift", "mean", "AR(9)"}
    assert set(table) - {"ETS(A,N,A)"} == {"LSTM", "RNN", *beside}
    errors = [float(line[16:].split()[0]) for line in out.splitlines()[4:11]]
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
