import math

import pytest

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.forecasting.verdict import figure, verdict


def scores(**rmse):
    return {name.replace("_", " "): Scores(value, 0, 67) for name, value in rmse.items()}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            {"model": 19.8, "naive": 30.3, "AR(9)": 17.5},
            "LSTM 19.8 does not beat AR(9) 17.5 on this series.",
        ),
        (
            {"model": 16.2, "naive": 30.3, "AR(9)": 17.5},
            "LSTM 16.2 beats every baseline on this series; the best is AR(9) 17.5.",
        ),
        (
            {"model": 31, "naive": 30.3, "AR(9)": 17.5},
            "LSTM 31.0 does not beat AR(9) 17.5 on this series, nor even naive 30.3.",
        ),
        ({"model": 31, "naive": 30.3}, "LSTM 31.0 does not beat naive 30.3 on this series."),
        ({"model": 5, "naive": 5}, "LSTM 5.00 does not beat naive 5.00 on this series."),
        (
            {"model": 17.5041, "AR(9)": 17.4962},
            "LSTM 17.504 does not beat AR(9) 17.496 on this series.",
        ),
        (
            {"model": 3, "mean": math.nan, "AR(1)": 4},
            "LSTM 3.00 beats every baseline on this series; the best is AR(1) 4.00.",
        ),
        (
            {"model": math.inf, "naive": 30.3},
            "LSTM has no finite test error: its forecast cannot be used.",
        ),
        ({"model": 3}, None),
        ({"naive": 3}, None),
    ],
)
def test_sentences(found, sentence):
    assert verdict("LSTM", scores(**found)) == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (19.84, "19.8"),
        (999.6, "1,000"),
        (123456, "123,456"),
        (1e9, "1.00e+09"),
        (0.00123, "0.00123"),
        (1.2e-7, "1.20e-07"),
        (math.inf, "inf"),
    ],
)
def test_figures(value, text):
    assert figure(value) == text
