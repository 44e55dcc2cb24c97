"""Several runs in turn: the table of all, JSON Lines, signals and losses on the way."""

import json
import math
import os
import signal
import sys

import numpy as np
import pytest
from rich.console import Console

from rnn_tui.batch.grid import run_grid
from rnn_tui.batch.gridsummary import cell_results, grid_json, grid_summary
from rnn_tui.batch.many import Outcome, Plan
from rnn_tui.batch.run import resolve
from rnn_tui.batch.task import Task
from rnn_tui.config import build_config
from rnn_tui.data.series import Channel, Series
from rnn_tui.errors import DataError
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import RunEnded, Status
from tests.batch.fake_session import FakeSession
from tests.batch.test_json_lines import strict

ROWS = np.arange(20.0)
SERIES = Series("s", "m", "row", ROWS, ROWS, "test")
TWO = Series("s", "m", "row", ROWS, ROWS, "test", more_targets=(Channel("w", ROWS),))
NAIVE = {"naive": Scores(20.0, 10.0, 9, mase=1.0, smape=5.0, r2=0.5)}


def config(cell="lstm", seed=0):
    return resolve(build_config({"model": {"cell": cell}, "training": {"seed": seed, "steps": 20}}))


def outcome(cell, seed, rmse=None, status=Status.COMPLETED, more=None):
    scores = dict(NAIVE)
    if rmse is not None:
        scores["model"] = Scores(rmse, rmse / 2, 9, mase=0.5, smape=3.0, r2=0.9)
    return Outcome(Plan(config(cell, seed)), RunEnded(status, "", 20, 5, 0.5, scores, more or {}))


OUTCOMES = [
    outcome("rnn", 0, 21.0),
    outcome("rnn", 1, None, Status.DIVERGED),
    outcome("lstm", 0, 10.0),
    outcome("lstm", 1, 12.0),
]


def test_mean_and_deviation_of_each_cell():
    rnn, lstm = cell_results(OUTCOMES)
    assert (rnn.cell, rnn.runs, rnn.completed, rnn.scored) == ("rnn", 2, 1, 1)
    assert rnn.spread["rmse"].mean == 21.0
    assert math.isnan(rnn.spread["rmse"].deviation)
    assert (lstm.runs, lstm.scored) == (2, 2)
    found = lstm.spread["rmse"]
    assert (found.mean, found.lowest, found.highest) == (11.0, 10.0, 12.0)
    assert found.deviation == pytest.approx(math.sqrt(2))
    assert lstm.scores.mae == 5.5


def lines(outcomes, series=SERIES, width=80, planned=4):
    console = Console(width=width, highlight=False, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    for part in grid_summary(outcomes, planned, series, width):
        console.print(part)
    console.file.close()
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_table_ranks_cells_among_the_baselines():
    assert lines(OUTCOMES, width=100) == [
        "RNN 32, LSTM 32 on sunspots: 4 of 4 runs in 2.00 s.",
        "",
        "One step ahead on the test part (9 points, in m), mean ± deviation:",
        "",
        "  forecast    runs          RMSE            MAE  lowest  highest   skill",
        "  LSTM           2  11.00 ± 1.41  5.500 ± 0.707   10.00    12.00  +0.450",
        "  naive          -         20.00          10.00       -        -  +0.000",
        "  RNN       1 of 2         21.00          10.50   21.00    21.00  -0.050",
        "  skill = 1 - RMSE / RMSE of naive",
        "",
        "RNN 21.0 does not beat naive 20.0 on this series.",
        "LSTM (mean of 2) 11.0 beats every baseline on this series; the best is naive 20.0.",
    ]


def test_the_table_fits_into_40_columns():
    assert max(len(line) for line in lines(OUTCOMES, width=40) if line.startswith("  ")) <= 40


def test_further_columns_have_a_table_each():
    more = {"w": {"model": Scores(1.0, 1.0, 9), "naive": Scores(2.0, 1.0, 9)}}
    text = lines([outcome("rnn", 0, 5.0, more=more)], TWO)
    assert "Column s." in text
    assert text[text.index("Column w.") + 2].startswith("One step ahead")
    assert text[-1] == "RNN 1.00 beats every baseline on this series; the best is naive 2.00."


def test_cells_without_a_score_come_last_and_nothing_is_said_of_them():
    text = lines([outcome("rnn", 0, None, Status.DIVERGED)])
    assert [line.split()[0] for line in text if line.startswith("  ")][1:3] == ["naive", "RNN"]
    assert "0 of 1" in "\n".join(text)
    assert not any("on this series" in line for line in text)


def test_the_json_of_all():
    record = grid_json(OUTCOMES, 5, SERIES)
    assert (record["event"], record["planned"], record["runs"]) == ("grid_ended", 5, 4)
    assert record["seeds"] == [0, 1]
    assert [cell["cell"] for cell in record["cells"]] == ["rnn", "lstm"]
    assert record["cells"][1]["test_metrics"]["rmse"] == {
        "mean": 11.0, "deviation": pytest.approx(math.sqrt(2)), "lowest": 10.0, "highest": 12.0,
    }  # fmt: skip
    assert record["baselines"]["naive"]["rmse"] == 20.0
    assert record["verdicts"][1].startswith("LSTM (mean of 2) 11.0 beats every baseline")
    assert record["more_targets"] == {}


@pytest.fixture
def grid(tmp_path, monkeypatch):
    """Run a grid over sessions of which each behaves as told; return code, stdout, stderr."""

    def start(*behaviours, as_json=False, signals=None, quiet=False):
        started = []

        def session(*arguments, **options):
            made = FakeSession(*arguments, **options)
            made.behaviour = behaviours[len(started)]
            if signals == len(started):
                events = made.events

                def interrupted():
                    for event in events():
                        yield event
                        os.kill(os.getpid(), signal.SIGTERM)

                made.events = interrupted
            started.append(made)
            return made

        monkeypatch.setattr("rnn_tui.batch.many.Session", session)
        configs = [config("lstm", seed) for seed in range(len(behaviours))]
        out, err = tmp_path / "out", tmp_path / "err"
        with out.open("w") as stdout, err.open("w") as stderr, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stdout)
            patch.setattr(sys, "stderr", stderr)
            code = run_grid(configs, Task(as_json=as_json, quiet=quiet))
        assert len({id(made.series) for made in started}) == 1  # read once
        assert started[0].baselines is None  # and the baselines are made once
        others = {"naive", "seasonal naive", "AR(9)"}
        for made in started[1:]:
            assert made.baselines is None or made.baselines[0].keys() == others
        assert behaviours[0] != "done" or all(made.baselines for made in started[1:])
        return code, out.read_text(), err.read_text(), len(started)

    return start


def test_runs_in_turn_and_then_the_table(grid):
    code, out, err, _ = grid("done", "done")
    assert code == 0
    assert out.startswith("LSTM 32 on sunspots: 2 of 2 runs in 0.50 s.\n")
    assert "  LSTM               2  19.81 ± 0.00" in out
    for seed in (0, 1):
        assert f"LSTM 32 on sunspots, seed {seed}: completed after 20 steps in 0.25 s" in err


def test_json_lines_of_every_run_and_of_all(grid):
    code, out, err, _ = grid("done", "done", as_json=True)
    events = [record["event"] for record in strict(out)]
    one = ["run_started", *["step"] * 20, "run_ended"]
    assert (code, err) == (0, "")
    assert events == [*one, *one, "grid_ended"]
    last = strict(out)[-1]
    assert last["baselines"]["seasonal naive"]["mase"] is None
    assert last["runs"] == 2


def test_quiet_prints_the_verdicts_alone(grid):
    code, out, err, _ = grid("done", "done", quiet=True)
    sentence = "LSTM (mean of 2) 19.8 does not beat AR(9) 17.5 on this series.\n"
    assert (code, out, err) == (0, sentence, "")


def test_one_that_diverges_does_not_keep_the_others_from_running(grid):
    code, out, err, started = grid("diverges", "done")
    assert (code, started) == (1, 2)
    assert "1 of 2" in out
    assert "rnn-tui: diverged: " in err


def test_a_signal_ends_the_run_under_way_and_begins_no_other(grid):
    code, out, _, started = grid("done", "deaf", "done", signals=1)
    assert (code, started) == (143, 2)
    assert "2 of 3 runs" in out


def test_data_bad_for_the_first_run_leave_nothing_to_tell(grid, tmp_path):
    with pytest.raises(DataError):
        grid("bad-data", "done")
    assert (tmp_path / "out").read_text() == ""


def test_bad_data_is_left_to_the_command_and_what_was_done_is_told(grid, tmp_path):
    with pytest.raises(DataError):
        grid("done", "bad-data", as_json=True)
    last = json.loads((tmp_path / "out").read_text().splitlines()[-1])
    assert (last["event"], last["planned"], last["runs"]) == ("grid_ended", 2, 1)
