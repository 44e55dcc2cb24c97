"""The table and the record of a backtest; how real folds are trained is in test_cli_many.py."""

import io

import numpy as np
import pytest
from rich.console import Console

from rnn_tui.batch.backtestsummary import backtest_json, backtest_summary, backtest_verdicts
from rnn_tui.batch.many import Outcome, Plan
from rnn_tui.batch.run import resolve
from rnn_tui.config import RunConfig
from rnn_tui.data.series import Channel, Series
from rnn_tui.data.split import Split
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import RunEnded, Status

YEARS = 1900 + np.arange(40.0)
SERIES = Series("flow", "m", "year", YEARS, YEARS, "test")
TWO = Series("flow", "m", "year", YEARS, YEARS, "test", more_targets=(Channel("level", YEARS),))


def outcome(start, end, more=None, **rmse):
    scores = {name: Scores(value, value / 2, end - start) for name, value in rmse.items()}
    ended = RunEnded(Status.COMPLETED, "", 20, 5, 0.5, scores, more or {})
    return Outcome(Plan(resolve(RunConfig()), Split(start - 5, start, end)), ended)


FOLDS = [outcome(20, 25, model=1.0, naive=4.0, AR=2.0), outcome(25, 30, naive=6.0, AR=3.0)]


def lines(outcomes, series=SERIES, width=80, planned=2):
    text = io.StringIO()
    console = Console(file=text, width=width, highlight=False)
    for part in backtest_summary(outcomes, planned, series, width):
        console.print(part)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_fold_by_fold_and_together():
    assert lines([FOLDS[0], outcome(25, 30, model=2.0, naive=6.0, AR=3.0)]) == [
        "LSTM 32 on sunspots: backtest of 2 folds in 1.00 s.",
        "",
        "  fold  first  last  points   LSTM  naive  best baseline",
        "     1   1920  1924       5  1.000  4.000  AR 2.000",
        "     2   1925  1929       5  2.000  6.000  AR 3.000",
        "",
        "One step ahead on the test part (10 points, in m), all folds together:",
        "",
        "  forecast   RMSE     MAE  MASE  sMAPE  R2   skill",
        "  LSTM      1.581  0.7500     -      -   -  +0.690",
        "  AR        2.550   1.250     -      -   -  +0.500",
        "  naive     5.099   2.500     -      -   -  +0.000",
        "  skill = 1 - RMSE / RMSE of naive",
        "  against AR, the best baseline: +0.380",
        "",
        "LSTM 1.58 beats every baseline on this series; the best is AR 2.55.",
    ]


def test_a_fold_without_a_finite_forecast_leaves_no_score_of_the_whole():
    text = lines(FOLDS)
    assert "     2   1925  1929       5      -  6.000  AR 3.000" in text
    assert not any("on this series" in line for line in text)
    assert backtest_json(FOLDS, 2, SERIES)["test_metrics"] is None


def test_folds_that_were_not_run_are_said_and_40_columns_are_enough():
    text = lines(FOLDS[:1], width=40, planned=3)
    assert "1 of 3 folds" in " ".join(text)
    assert max(len(line) for line in text) <= 40


def test_further_columns_are_pooled_as_well():
    more = {"level": {"model": Scores(9.0, 1.0, 5), "naive": Scores(3.0, 1.0, 5)}}
    outcomes = [outcome(20, 25, more, model=1.0, naive=4.0)]
    assert "Column level." in lines(outcomes, TWO, planned=1)
    assert backtest_verdicts(outcomes, TWO) == [
        "flow: LSTM 1.00 beats every baseline on this series; the best is naive 4.00.",
        "level: LSTM 9.00 does not beat naive 3.00 on this series.",
    ]
    record = backtest_json(outcomes, 1, TWO)
    assert record["more_targets"]["level"]["baselines"]["naive"]["rmse"] == 3.0


def test_the_record():
    record = backtest_json(FOLDS, 4, SERIES)
    assert (record["event"], record["planned"], len(record["folds"])) == ("backtest_ended", 4, 2)
    first = record["folds"][0]
    assert (first["first"], first["last"], first["status"]) == ("1920", "1924", "completed")
    assert first["test_metrics"]["rmse"] == 1.0
    assert record["baselines"]["AR"]["rmse"] == pytest.approx(np.sqrt(6.5))
