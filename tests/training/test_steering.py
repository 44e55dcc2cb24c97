"""What the commands come to, without a network."""

import numpy as np
import pytest

from rnn_tui.training.commands import (
    FinishEpoch,
    LimitSpeed,
    Pause,
    Resume,
    RunUntil,
    Step,
    Stop,
)
from rnn_tui.training.events import Status, StepsDone
from rnn_tui.training.goals import parse_goal
from rnn_tui.training.steering import Steering


def steered(*commands, step=0, left_in_epoch=6):
    steering = Steering()
    for command in commands:
        steering.obey(command, step=step, left_in_epoch=left_in_epoch)
    return steering


def steps(*loss, first_step=1, validation_loss=None):
    loss = np.array(loss, np.float64)
    return StepsDone(first_step, 1, loss, np.ones_like(loss), 0.1, 1.0, 9.0, 1.0, validation_loss)


def until(text, **where):
    return steered(RunUntil(parse_goal(text)), **where)


def test_a_new_run_goes_on_without_end():
    steering = steered()
    assert not steering.is_holding
    assert steering.room(3) is None


def test_steps_are_counted_and_add_up():
    steering = steered(Step(1), Step(10))
    assert steering.room(0) == 11
    steering.took(steps(*[1.0] * 8))
    assert steering.room(8) == 3
    assert not steering.is_holding
    steering.took(steps(*[1.0] * 3))
    assert steering.is_holding
    assert steering.reason == ""


def test_an_epoch_is_finished_not_added_to():
    steering = steered(Step(3), FinishEpoch(), FinishEpoch())
    assert steering.room(0) == 6


def test_pause_and_resume_forget_single_steps():
    assert steered(Step(5), Pause()).is_holding
    assert steered(Step(5), Resume()).room(0) is None


def test_a_stop_ends_a_hold():
    steering = steered(Pause(), Stop(Status.STOPPED))
    assert not steering.is_holding
    assert steering.stop.status is Status.STOPPED


def test_until_a_step_goes_on_and_holds_right_there():
    steering = until("20", step=5)
    assert not steering.paused
    assert steering.room(5) == 15
    steering.took(steps(*[1.0] * 15, first_step=6))
    assert steering.is_holding
    assert steering.reason == "Reached step 20."
    assert steering.goal is None


def test_until_a_step_that_is_past_holds_and_says_so():
    steering = until("20", step=20)
    assert steering.is_holding
    assert steering.reason == "Step 20 has been taken already."


@pytest.mark.parametrize(
    ("goal", "event", "expected"),
    [
        (
            "loss 0.5",
            steps(0.9, 0.45, 0.3, first_step=7),
            "The loss of step 8 was 0.45, below 0.5.",
        ),
        (
            "val 0.5",
            steps(0.9, 0.1, first_step=7, validation_loss=0.0),
            "The validation loss was 0 at step 8, below 0.5.",
        ),
    ],
)
def test_until_a_loss_holds_when_it_has_fallen_below(goal, event, expected):
    steering = until(goal)
    steering.took(steps(0.8, 0.5, validation_loss=0.5))
    steering.took(steps(np.nan, 0.9))
    assert not steering.is_holding
    steering.took(event)
    assert steering.is_holding
    assert steering.reason == expected


def test_a_goal_outlives_a_pause_and_is_given_up_on_request():
    steering = until("loss 0.5")
    for command in (Pause(), Resume()):
        steering.obey(command, step=1, left_in_epoch=5)
    assert str(steering.goal) == "loss < 0.5"
    steering.obey(RunUntil(None), step=1, left_in_epoch=5)
    assert steering.goal is None
    assert not steering.paused


def test_only_a_divergence_that_is_awaited_is_survived():
    assert not steered().survives("the loss was not finite at step 3")
    assert not until("loss 0.5").survives("the loss was not finite at step 3")
    steering = until("divergence")
    assert steering.survives("the loss was not finite at step 3")
    assert steering.is_holding
    assert "the loss was not finite at step 3" in steering.reason
    assert not steering.survives("the loss was not finite at step 4")


def test_going_on_forgets_why_it_held():
    steering = until("20", step=20)
    steering.obey(Step(1), step=20, left_in_epoch=5)
    assert steering.reason == ""


def test_the_speed_limit_can_be_lifted():
    assert steered(LimitSpeed(4.0)).limit == 4.0
    assert steered(LimitSpeed(4.0), LimitSpeed(None)).limit is None
