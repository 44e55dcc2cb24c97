import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.plots.words import duration, percent, rate, significant


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0123, "0.0123"), (18.2, "18.2"), (1832.0, "1,832"), (3.1e-12, "3.10e-12"), (0, "0"),
        (-0.5, "−0.500"), (1e7, "1.00e7"), (math.inf, "overflow"), (-math.inf, "−overflow"),
        (math.nan, "not a number"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value, expected):
    assert significant(value) == expected


@given(st.floats())
def test_any_number_has_a_short_form(value):
    assert 1 <= len(significant(value)) <= 12


def test_rates_shares_and_durations():
    assert [rate(v) for v in (0.003, 0.00375, 1.0)] == ["3.00e-3", "3.75e-3", "1.00e0"]
    assert [percent(v) for v in (0.346, 0, 2)] == ["35 %", "0 %", "200 %"]
    assert [duration(v) for v in (6.74, 725, 3723)] == ["6.7 s", "12:05", "1:02:03"]
