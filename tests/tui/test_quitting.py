"""Leaving: what is asked, and what is lost only on request."""

from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Saved
from tests.tui.fake_session import make_snapshot
from tests.tui.hands import has_ended_app, paste, stops, until

UNLEARNED = make_snapshot(4000, best_step=0)


async def test_q_offers_save_discard_and_cancel(show):
    async with show() as shown:
        await shown.press("q")
        assert "This run is not saved." in shown.text
        assert "s save   d discard and quit   Esc cancel" in shown.text
        await shown.press("q", "x", "escape")
        assert "not saved" not in shown.text
        assert not has_ended_app(shown)
        await shown.pilot.press("q", "d")
        assert has_ended_app(shown)
        assert stops(shown.first) == [Status.STOPPED]


async def test_q_saves_then_leaves(show, tmp_path):
    async with show() as shown:
        await shown.press("q", "s")
        await paste(shown, str(tmp_path / "m"))
        await shown.pilot.press("enter")
        await until(shown, lambda: has_ended_app(shown))
        names = [name for name, _ in shown.first.calls]
        assert names.index("save") < names.index("stop")


@pytest.mark.parametrize("change", ["saved", "saves itself", "nothing learned"])
async def test_q_leaves_at_once_where_nothing_is_lost(show, change):
    snapshot = UNLEARNED if change == "nothing learned" else make_snapshot(4000)
    if change == "saved":
        snapshot = replace(snapshot, saved=Saved(Path("m"), snapshot.best_step))
    async with show(snapshot) as shown:
        shown.first.saves_itself = change == "saves itself"
        await shown.pilot.press("q")
        assert has_ended_app(shown)


async def test_better_weights_than_the_saved_ones_are_unsaved_again(show):
    snapshot = make_snapshot(4000)
    async with show(replace(snapshot, saved=Saved(Path("m"), snapshot.best_step - 1))) as shown:
        await shown.press("q")
        assert "This run is not saved." in shown.text
