"""The command that follows a source, in a process of its own."""

import json
import math
import re
import signal
import subprocess
import sys
import time

import pytest

import rnn_tui

COMMAND = [sys.executable, "-m", "rnn_tui", "--batch", "--follow"]
SMALL = ["--hidden", "4", "--input-chunk-length", "8", "--steps", "20"]
LINES = ["t,v\n", *(f"{i},{10 + math.sin(i / 5):.4f}\n" for i in range(140))]


def test_a_pipe_as_json_lines(tmp_path):
    model = tmp_path / "model.safetensors"
    done = subprocess.run(
        [*COMMAND, "--data", "-", "--json", "--first-rows", "120", *SMALL, "--save-model", model],
        input="".join([*LINES[:130], "129,x\n", *LINES[130:]]),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [record["event"] for record in records]
    assert [kinds[0], kinds[-1]] == ["run_started", "run_ended"]
    assert kinds.count("following") == 1
    assert kinds.count("row") == 20
    assert kinds.count("note") == 1
    assert records[0]["config"]["follow"]["enabled"]
    assert records[-1]["rows_followed"] == 20
    assert records[-1]["test_metrics"]["count"] == 20
    assert rnn_tui.load(model).model_.saved.step == records[-1]["steps"] == 40


def test_a_file_that_grows_until_interrupted(tmp_path):
    path, model, table = (tmp_path / name for name in ("v.csv", "m.safetensors", "rows.csv"))
    path.write_text("".join(LINES[:121]))
    process = subprocess.Popen(
        [*COMMAND, "--data", path, *SMALL, "--save-model", model, "--output", table],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline().split()[0] == "time"
    assert process.stdout.readline().split()[:2] == ["119", "-"]
    with path.open("a") as file:
        for line in LINES[121:124]:
            file.write(line)
            file.flush()
            row = process.stdout.readline().split()
            assert [float(cell) for cell in row[:2]] == pytest.approx(
                [float(cell) for cell in line.split(",")]
            )
    path.rename(tmp_path / "v.csv.1")
    path.write_text("t,v\n200,10.5\n201,bad\n")
    assert process.stdout.readline().split()[:2] == ["200", "10.500"]
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted after 24 steps" in out
    assert "One step ahead on the rows that came (4 points)" in out
    assert "was replaced; the new file is read from its start" in err
    assert "line 3, column 'v': 'bad' is not a number. The line was skipped." in err
    assert rnn_tui.load(model).model_.saved.step == 24
    assert len(table.read_text().splitlines()) == 1 + 124 + 1


def test_a_signal_while_it_waits_for_the_first_rows_ends_it(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("t,v\n0,1\n")
    process = subprocess.Popen(
        [*COMMAND, "--data", path, *SMALL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    told = process.stderr.readline()
    assert "waiting for 90 rows to learn from first; there are" in told
    assert "so far (--first-rows ROWS asks for fewer)" in told
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 143


def test_quiet_prints_the_verdict_alone_and_a_report_is_about_the_rows(tmp_path):
    report = tmp_path / "report.md"
    done = subprocess.run(
        [*COMMAND, "-q", "--data", "-", "--first-rows", "120", *SMALL, "--report", report],
        input="".join(LINES), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"LSTM .* on this series.*\n", done.stdout)
    text = report.read_text()
    assert "One step ahead on the rows that came (20 points):" in text
    assert "v over t, rows that came:" in text
