import io
import math

import numpy as np
from rich.console import Console

from rnn_tui.batch.run import resolve
from rnn_tui.batch.summary import subject, summary
from rnn_tui.config import build_config
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.future import Future
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Forecast
from tests.batch.fake_session import SCORES


def scores(**rmse):
    return {name: Scores(rmse=value, mae=value / 2, count=67) for name, value in rmse.items()}


def make_forecast(unit):
    years, values = np.arange(3.0), np.ones(3)
    return Forecast("outflow", unit, "year", years, values, values, 1, 2)


def printed(ended, *, width=80, unit="sunspots", **sections):
    text = io.StringIO()
    console = Console(file=text, width=width, highlight=False)
    forecast = make_forecast(unit)
    for part in summary(resolve(build_config(sections)), ended, forecast, width):
        console.print(part)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_the_summary_ranks_the_model_among_the_baselines():
    ended = RunEnded(Status.COMPLETED, "", 1234, 580, 1.5, SCORES)
    assert printed(ended) == [
        "LSTM 32 on sunspots: completed after 1,234 steps in 1.50 s; best step 580.",
        "",
        "One step ahead on the test part (67 points, in sunspots):",
        "",
        "  forecast         RMSE    MAE   MASE  sMAPE     R2   skill",
        "  AR(9)           17.48  13.10  0.590   28.7  0.874  +0.423",
        "  LSTM            19.81  14.50  0.650   31.2  0.838  +0.346",
        "  naive           30.30  23.00   1.07   49.9  0.621  +0.000",
        "  seasonal naive  34.20  25.00      -   48.0  0.517  -0.129",
        "  skill = 1 - RMSE / RMSE of naive",
        "  against AR(9), the best baseline: -0.133",
        "",
        "LSTM 19.8 does not beat AR(9) 17.5 on this series.",
    ]


def test_the_table_keeps_its_shape_at_40_columns():
    lines = printed(RunEnded(Status.COMPLETED, "", 1, 1, 1.0, SCORES), width=40)
    assert "  seasonal naive  34.20  25.00  -0.129" in lines
    assert max(len(line) for line in lines) <= 40


def test_several_steps_and_columns_are_said():
    ended = RunEnded(Status.COMPLETED, "", 9, 9, 1.0, SCORES, {"inflow": scores(model=1, naive=2)})
    lines = printed(ended, data={"horizon": 12})
    assert "1 to 12 steps ahead on the test part (67 points, in sunspots):" in lines
    assert lines[2] == "Column outflow."
    assert lines[lines.index("Column inflow.") + 2].startswith("1 to 12 steps ahead")
    assert lines[-1] == "LSTM 1.00 beats every baseline on this series; the best is naive 2.00."


def test_intervals_and_what_comes_next():
    years, ends = np.array([1988.0, 1989.0]), np.array([[10.0], [np.nan]])
    future = Future(("v",), years, np.array([[20.0], [21.5]]), ends, ends + 20)
    held = {"v": Coverage(0.9, 0.8657, 44.9, 67)}
    ended = RunEnded(Status.COMPLETED, "", 9, 9, 1.0, SCORES, {}, held, future)
    lines = printed(ended, forecast={"ahead": 2})
    assert "  90 % prediction intervals held 86.6 % of the test part; mean width 44.90" in lines
    assert lines[-5:] == [
        "Beyond the end, 2 rows:",
        "",
        "  year  forecast  lower  upper",
        "  1988     20.00  10.00  30.00",
        "  1989     21.50      -      -",
    ]
    assert "Beyond" not in "\n".join(printed(ended))  # unless it is asked for


def test_a_long_future_is_cut_and_a_name_cannot_steer_the_terminal():
    days = np.datetime64("2020-01-01") + np.arange(30)
    values = np.ones((30, 2))
    future = Future(("[b]v", "\x1b[2J"), days, values, values, values)
    ended = RunEnded(Status.COMPLETED, "", 9, 9, 1.0, SCORES, {}, {}, future)
    lines = printed(ended, forecast={"ahead": 30})
    assert "Beyond the end, 30 rows, of which 24 are shown (--output has all):" in lines
    assert lines[-1].split()[0] == "2020-01-24"
    assert lines[-25].split()[:4] == ["year", "[b]v", "lower", "upper"]
    assert "?[2J" in lines[-25]


def test_without_scores_there_is_only_how_it_ended():
    lines = printed(RunEnded(Status.INTERRUPTED, "", 0, None, 0.0, {}))
    assert lines == ["LSTM 32 on sunspots: interrupted after 0 steps in 0.00 s."]


def test_scores_that_are_not_finite_come_last():
    ended = RunEnded(Status.DIVERGED, "", 1, None, 0.0, scores(model=math.nan, naive=3.0))
    lines = printed(ended, unit="")
    assert lines[2] == "One step ahead on the test part (67 points):"
    assert [line.split()[0] for line in lines[5:7]] == ["naive", "LSTM"]


def test_a_file_name_cannot_steer_the_terminal():
    config = build_config({"data": {"file": "\x1b[2Jprices.csv"}})
    assert subject(config) == "LSTM 32 on ?[2Jprices.csv"


def test_standard_input_has_a_name():
    assert subject(build_config({"data": {"file": "-"}})) == "LSTM 32 on standard input"


def test_one_is_no_plural():
    lines = printed(RunEnded(Status.STOPPED, "", 1, None, 1.0, {"naive": Scores(1.0, 1.0, 1)}))
    assert lines[0] == "LSTM 32 on sunspots: stopped after 1 step in 1.00 s."
    assert lines[2] == "One step ahead on the test part (1 point, in sunspots):"
