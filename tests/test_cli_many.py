"""Several runs of one command: grids and backtests."""

import pytest

from tests.batch.test_json_lines import strict
from tests.command import SMALL, run


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
