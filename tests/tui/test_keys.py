"""The keys that hold, step, steer and leave a run, by what the screen says afterwards."""

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from tests.tui.fake_session import COMPILING, LOADING, ended, make_snapshot


def calls(shown):
    return [name for name, _ in shown.session.calls if name != "start"]


async def test_space_pauses_and_resumes(show):
    async with show() as shown:
        assert "● training" in shown.header
        await shown.press("space")
        assert "‖ paused" in shown.header
        assert "Paused. space goes on" in shown.reading
        assert "space resume" in shown.hints
        assert "steps/s" not in shown.header
        await shown.press("space")
        assert "● training" in shown.header
        assert "space pause" in shown.hints
        assert calls(shown) == ["pause", "resume"]


async def test_a_pause_that_is_not_obeyed_yet_is_seen_at_once_and_can_be_taken_back(show):
    async with show() as shown:
        shown.session.pause = lambda: setattr(shown.session, "held", True)
        await shown.press("space")
        assert "‖ pausing" in shown.header
        assert "space resume" in shown.hints
        await shown.press("space")
        assert "● training" in shown.header
        assert calls(shown) == ["resume"]


async def test_full_stop_takes_one_step_and_holds(show):
    async with show() as shown:
        await shown.press("full_stop")
        assert "step 4,001" in shown.header
        assert "‖ paused" in shown.header
        await shown.press("full_stop", "full_stop")
        assert "step 4,003" in shown.header


@pytest.mark.parametrize(
    ("key", "expected"), [("plus", "3.75e-3"), ("equals_sign", "3.75e-3"), ("minus", "2.40e-3")]
)
async def test_plus_and_minus_change_the_learning_rate(show, key, expected):
    async with show() as shown:
        assert "lr 3.00e-3" in shown.header
        await shown.press(key)
        assert f"lr {expected}" in shown.header


async def test_q_stops_a_run_that_has_learned_nothing_and_leaves(show):
    async with show(make_snapshot(4000, best_step=0)) as shown:
        await shown.pilot.press("q")
        assert shown.session.calls[-1] == ("stop", Status.STOPPED)
        assert shown.app._exit
        assert shown.app.return_code == 0


async def test_ctrl_c_leaves_as_interrupted(show):
    async with show() as shown:
        await shown.pilot.press("ctrl+c")
        assert shown.session.calls[-1] == ("stop", Status.INTERRUPTED)
        assert shown.app.ended_by == 2
        assert shown.app._exit


@pytest.mark.parametrize(
    "key", ["space", "full_stop", "plus", "minus", "greater_than_sign", "n", "u", "a", "0"]
)
async def test_after_the_end_there_is_nothing_to_steer(show, key):
    async with show(ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))) as shown:
        assert "space" not in shown.hints
        await shown.press(key)
        assert "The run has ended" in shown.reading
        assert calls(shown) == []
        await shown.wait(4)
        assert "Completed: took all 4,000 steps." in shown.reading


@pytest.mark.parametrize("snapshot", [LOADING, COMPILING])
async def test_a_pause_before_training_is_announced_and_can_be_taken_back(show, snapshot):
    async with show(snapshot, size=(120, 40)) as shown:
        await shown.press("space")
        assert ", then paused" in shown.header
        await shown.press("space")
        assert ", then paused" not in shown.header
        await shown.press("full_stop", "plus")
        assert calls(shown) == ["pause", "resume", "step", "scale_learning_rate"]
        await shown.show(make_snapshot(1, state=State.PAUSED))
        assert "‖ paused" in shown.header
