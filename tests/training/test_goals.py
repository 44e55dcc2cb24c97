import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.errors import UsageError
from rnn_tui.training.goals import Goal, Target, parse_goal


@pytest.mark.parametrize(
    ("typed", "goal", "words"),
    [
        ("5000", Goal(Target.STEP, 5000), "step 5,000"),
        (" 5,000 ", Goal(Target.STEP, 5000), "step 5,000"),
        ("step 1e4", Goal(Target.STEP, 10_000), "step 10,000"),
        ("loss 0.01", Goal(Target.LOSS, 0.01), "loss < 0.01"),
        ("Loss < .5", Goal(Target.LOSS, 0.5), "loss < 0.5"),
        ("loss<1e-3", Goal(Target.LOSS, 1e-3), "loss < 0.001"),
        ("validation below 0.02", Goal(Target.VALIDATION, 0.02), "validation loss < 0.02"),
        ("val 2", Goal(Target.VALIDATION, 2.0), "validation loss < 2"),
        ("divergence", Goal(Target.DIVERGENCE), "divergence"),
        ("d", Goal(Target.DIVERGENCE), "divergence"),
    ],
)
def test_what_is_typed_is_understood_and_said_back(typed, goal, words):
    assert parse_goal(typed) == goal
    assert str(goal) == words
    assert parse_goal(words) == goal


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "give a step"),
        ("loss", "give a step"),
        ("soon", "give a step"),
        ("divergence 3", "give a step"),
        ("0", "whole number from 1 on, not 0"),
        ("-5", "whole number from 1 on, not -5"),
        ("2.5", "whole number from 1 on, not 2.5"),
        ("1e999", "whole number from 1 on"),
        ("loss 0", "above 0, not 0"),
        ("val -1", "above 0, not -1"),
        ("loss 1.2.3", "above 0, not 1.2.3"),
    ],
)
def test_what_is_not_understood_is_answered_in_words(typed, expected):
    with pytest.raises(UsageError, match=expected):
        parse_goal(typed)


@given(st.text(max_size=20))
def test_nothing_that_is_typed_is_a_slip_of_ours(text):
    try:
        goal = parse_goal(text)
    except UsageError:
        return
    assert parse_goal(str(goal)).target is goal.target
