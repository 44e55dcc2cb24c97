import io
import math

import pytest
from rich.console import Console

from rnn_tui.batch.run import resolve
from rnn_tui.batch.summary import figure, subject, summary, verdict
from rnn_tui.config import build_config
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import RunEnded, Status
from tests.batch.fake_session import SCORES


def scores(**rmse):
    return {name: Scores(rmse=value, mae=value / 2, count=67) for name, value in rmse.items()}


def printed(ended, *, width=80, unit="sunspots", **sections):
    text = io.StringIO()
    console = Console(file=text, width=width, highlight=False)
    for part in summary(resolve(build_config(sections)), ended, unit):
        console.print(part)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_the_summary_ranks_the_model_among_the_baselines():
    ended = RunEnded(Status.COMPLETED, "", 1234, 580, 1.5, SCORES)
    assert printed(ended) == [
        "LSTM 32 on sunspots: completed after 1,234 steps in 1.50 s; best step 580.",
        "",
        "One step ahead on the test part (67 points, in sunspots):",
        "",
        "  forecast         RMSE    MAE   skill",
        "  AR(9)           17.48  13.10  +0.423",
        "  LSTM            19.81  14.50  +0.346",
        "  naive           30.30  23.00  +0.000",
        "  seasonal naive  34.20  25.00  -0.129",
        "  skill = 1 - RMSE / RMSE of naive",
        "",
        "LSTM 19.81 does not beat AR(9) 17.48 on this series.",
    ]


def test_the_table_keeps_its_shape_at_40_columns():
    lines = printed(RunEnded(Status.COMPLETED, "", 1, 1, 1.0, SCORES), width=40)
    assert "  seasonal naive  34.20  25.00  -0.129" in lines
    assert max(len(line) for line in lines) <= 40


def test_without_scores_there_is_only_how_it_ended():
    lines = printed(RunEnded(Status.INTERRUPTED, "", 0, None, 0.0, {}))
    assert lines == ["LSTM 32 on sunspots: interrupted after 0 steps in 0.00 s."]


def test_scores_that_are_not_finite_come_last():
    ended = RunEnded(Status.DIVERGED, "", 1, None, 0.0, scores(model=math.nan, naive=3.0))
    lines = printed(ended, unit="")
    assert lines[2] == "One step ahead on the test part (67 points):"
    assert [line.split()[0] for line in lines[5:7]] == ["naive", "LSTM"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({}, None),
        (scores(naive=3.0), None),
        (scores(model=3.0), None),
        (scores(model=2, naive=3, drift=4), ("LSTM 2.000 beats every baseline on this series; "
         "the best of them is naive 3.000.")),
        (scores(model=3, naive=3), "LSTM 3.000 does not beat naive 3.000 on this series."),
        (scores(model=4, naive=3), "LSTM 4.000 does not beat naive 3.000 on this series."),
        (scores(model=4, naive=3, ar=2), ("LSTM 4.000 does not beat ar 2.000 on this series, "
         "nor even naive 3.000.")),
        (scores(model=math.inf, naive=3), ("LSTM has no finite test error: "
         "its forecast cannot be used.")),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence_that_hides_nothing(found, sentence):
    assert verdict("LSTM", found) == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (19.8123, "19.81"), (0.00123456, "0.001235"), (123456.7, "123,457"),
        (1.5e-7, "1.500e-07"), (1.5e9, "1.500e+09"), (-3.14159, "-3.142"), (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)  # fmt: skip
def test_figures_have_four_digits(value, text):
    assert figure(value) == text


def test_a_file_name_cannot_steer_the_terminal():
    config = build_config({"data": {"file": "\x1b[2Jprices.csv"}})
    assert subject(config) == "LSTM 32 on ?[2Jprices.csv"


def test_one_is_no_plural():
    lines = printed(RunEnded(Status.STOPPED, "", 1, None, 1.0, {"naive": Scores(1.0, 1.0, 1)}))
    assert lines[0] == "LSTM 32 on sunspots: stopped after 1 step in 1.00 s."
    assert lines[2] == "One step ahead on the test part (1 point, in sunspots):"
