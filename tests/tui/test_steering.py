"""The keys that steer a run, by what is asked of the session and what the screen says."""

from dataclasses import replace

import pytest

from rnn_tui.training.commands import Adjust
from rnn_tui.training.goals import Goal, Target
from rnn_tui.training.snapshot import State
from rnn_tui.tui.pace import faster, limit_words, slower
from tests.tui.fake_session import COMPILING, make_snapshot
from tests.tui.hands import write


def asked(shown):
    return [call for call in shown.session.calls if call[0] != "start"]


async def test_ten_steps_and_the_next_epoch(show):
    async with show() as shown:
        await shown.press(">")
        assert "step 4,010" in shown.header
        assert "‖ paused" in shown.header
        await shown.press("n")
        assert "step 4,011" in shown.header
        assert asked(shown) == [("step", 10), ("finish_epoch", None)]


async def test_the_speed_limit_is_halved_doubled_and_lifted(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("]")
        assert "There is no speed limit" in shown.reading
        await shown.press("[")
        assert "limit 64 steps/s" in shown.header
        assert "At most 64 steps/s; 0 lifts the limit." in shown.reading
        await shown.press("[", "[", "]")
        assert "limit 32 steps/s" in shown.header
        await shown.press("0")
        assert "limit" not in shown.header
        assert [value for _, value in asked(shown)] == [64.0, 32.0, 16.0, 32.0, None]


async def test_80_columns_show_the_limit_in_place_of_the_speed(show):
    async with show() as shown:
        await shown.press("[")
        assert "limit 64 steps/s" in shown.header
        assert "lr 3.00e-3" in shown.header


def test_limits_are_powers_of_two_within_reach():
    assert slower(None, 1832.0) == 64
    assert slower(None, 30.0) == 8
    assert slower(None, 0.0) == 64
    assert slower(64.0, 1832.0) == 32
    assert slower(1 / 16, 1832.0) == 1 / 16
    assert faster(0.5) == 1
    assert faster(None) is None
    assert [limit_words(limit) for limit in (64.0, 1.0, 0.25)] == [
        "64 steps/s",
        "1 step/s",
        "1 step in 4 s",
    ]


@pytest.mark.parametrize(
    ("typed", "goal", "said"),
    [
        ("5000", Goal(Target.STEP, 5000), "until step 5,000"),
        ("loss 0.01", Goal(Target.LOSS, 0.01), "until loss < 0.01"),
        ("val .5", Goal(Target.VALIDATION, 0.5), "until validation loss < 0.5"),
        ("divergence", Goal(Target.DIVERGENCE), "until divergence"),
    ],
)
async def test_run_until_takes_a_goal_and_shows_it(show, typed, goal, said):
    async with show(size=(120, 40)) as shown:
        await shown.press("u")
        assert "Run until" in shown.text
        await write(shown, typed)
        await shown.press("enter")
        assert asked(shown) == [("run_until", goal)]
        assert said in shown.header
        assert f"Runs {said}." in shown.reading


async def test_a_goal_that_cannot_be_is_said_while_one_types_and_not_taken(show):
    async with show() as shown:
        await shown.press("u")
        await write(shown, "loss -1")
        assert "✗ a loss to fall below is a number above 0, not -1" in shown.text
        await shown.press("enter")
        assert asked(shown) == []
        await write(shown, "300")
        assert "✗ the run is at step 4,000 already" in shown.text
        await write(shown, "5000")
        assert "✗" not in shown.text
        await shown.press("escape")
        assert asked(shown) == []
        assert "Run until" not in shown.text


async def test_an_earlier_goal_stands_there_and_is_given_up_by_emptying_the_field(show):
    async with show(make_snapshot(4000, goal="loss < 0.01"), size=(120, 40)) as shown:
        await shown.press("u")
        assert "loss < 0.01" in shown.lines[-4]
        await shown.press("backspace", "enter")
        assert asked(shown) == [("run_until", None)]
        assert "until" not in shown.header


async def test_why_it_holds_is_the_first_thing_said(show):
    held = make_snapshot(5000, state=State.PAUSED, reason="Reached step 5,000.")
    async with show(held) as shown:
        assert "Reading: Reached step 5,000. Paused. space goes on" in shown.reading


async def test_adjust_changes_what_was_changed_and_nothing_else(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("a")
        assert "Change while it trains" in shown.text
        for label, value in (("learning rate", "0.003"), ("batch size", "32"), ("clip", "1")):
            assert any(label in line and value in line for line in shown.lines), label
        await write(shown, "0.001")
        await shown.press("down")
        await write(shown, "0.5")
        await shown.press("down", "down", "s", "enter")
        change = Adjust(learning_rate=0.001, clip=0.5, optimizer="sgd")
        assert asked(shown) == [("adjust", change)]
        assert "lr 1.00e-3" in shown.header


@pytest.mark.parametrize(
    ("down", "typed", "said"),
    [
        (0, "0", "✗ must be greater than 0, not 0.0"),
        (1, "-1", "✗ must be greater than or equal to 0, not -1.0"),
        (2, "2.5", "✗ must be an integer, not '2.5'"),
    ],
)
async def test_a_setting_that_cannot_be_is_said_beside_it_and_not_taken(show, down, typed, said):
    async with show() as shown:
        await shown.press("a", *["down"] * down)
        await write(shown, typed)
        assert said in shown.text
        await shown.press("enter")
        assert "Change while it trains" in shown.text
        await shown.press("escape")
        assert asked(shown) == []


async def test_adjusting_nothing_asks_for_nothing(show):
    async with show() as shown:
        await shown.press("a", "enter")
        assert asked(shown) == []
        assert "Change while" not in shown.text


async def test_a_change_that_was_refused_is_said(show):
    text = "There is not enough memory for batches of 60,000."
    async with show(make_snapshot(4000, refused=text)) as shown:
        assert text in shown.reading


async def test_before_training_everything_can_be_asked_for_already(show):
    async with show(COMPILING) as shown:
        await shown.press(">", "n", "[", "u", "9", "enter")
        names = [name for name, _ in asked(shown)]
        assert names == ["step", "finish_epoch", "limit_speed", "run_until"]


async def test_panels_move_on_behind_a_small_form(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("u")
        await shown.show(replace(make_snapshot(8000)))
        assert "step 8,000" in shown.header
