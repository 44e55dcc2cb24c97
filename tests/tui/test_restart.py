"""Beginning anew: what is asked, and what is lost only on request."""

from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import DataError
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Saved, State
from rnn_tui.tui.screens.main import MainScreen
from tests.tui.fake_session import LOADING, FakeSession, ended, make_snapshot, make_targets
from tests.tui.hands import has_ended_app, paste, until

LONG = make_snapshot(400_000)


async def test_r_begins_anew_with_the_same_configuration_at_once(show):
    async with show() as shown:
        shown.first.config = build_config({"training": {"seed": 7}})
        await shown.press("r")
        assert ("give_up", None) in shown.first.calls
        assert shown.session is not shown.first
        assert shown.session.calls == [("start", shown.first)]
        assert shown.session.config == shown.first.config
        assert "○ loading" in shown.header
        assert "Begun anew with the same seed, 7." in shown.reading
        assert "step 4,000" not in shown.text
        assert "waiting for the first step" in shown.text


async def test_the_forecasts_that_are_looked_at_are_those_of_the_new_run_too(show):
    async with show(make_targets(make_snapshot(4000))) as shown:
        shown.first.config = build_config(
            {"data": {"file": "two.csv", "column": ["sunspots", "groups"]}}
        )
        await shown.press("T", "f", "r", "R")
        looked = [("show_target", 1), ("show_free_running", True)]
        assert [call for call in shown.session.calls if call in looked] == looked
        await shown.show(make_targets(make_snapshot(4000), 1))
        await shown.press("T")
        assert shown.session.calls[-1] == ("show_target", 0)


async def test_a_column_that_the_new_run_does_not_forecast_gives_way_to_the_first(show):
    async with show(make_targets(make_snapshot(4000))) as shown:
        shown.first.config = build_config(
            {"data": {"file": "two.csv", "column": ["sunspots", "groups"]}}
        )
        await shown.press("T")
        other = build_config(
            {"data": {"file": "two.csv", "column": ["groups", "sunspots", "more"]}}
        )
        shown.app._main.post_message(MainScreen.Relaunch(other, ""))
        await shown.settle()
        assert all(name != "show_target" for name, _ in shown.session.calls)
        await shown.show(make_targets(make_snapshot(4000)))
        await shown.press("T")
        shown.app._main.post_message(MainScreen.Relaunch(build_config({}), ""))
        await shown.settle()
        assert all(name != "show_target" for name, _ in shown.session.calls)


async def test_the_new_run_is_watched_and_steered(show):
    async with show() as shown:
        await shown.press("r")
        shown.session.show(make_snapshot(12))
        await shown.pilot.pause()
        assert "step 12" in shown.header
        await shown.press("space")
        assert ("pause", None) in shown.session.calls
        assert ("pause", None) not in shown.first.calls


async def test_shift_r_takes_the_next_seed(show):
    async with show() as shown:
        await shown.press("R")
        assert shown.session.config.training.seed == 1
        assert "Begun anew with another seed, 1." in shown.reading


async def test_the_timestep_that_was_read_out_is_let_go(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("left", "r")
        await shown.show(make_snapshot(9))
        assert "─ t 50 " not in shown.text


@pytest.mark.parametrize(
    ("key", "begins", "leaves"), [("escape", False, False), ("d", True, False), ("s", True, True)]
)
async def test_a_long_run_that_is_not_saved_is_asked_about(
    show, tmp_path, monkeypatch, key, begins, leaves
):
    monkeypatch.chdir(tmp_path)
    async with show(LONG) as shown:
        await shown.press("r")
        assert "This run of 3:38 is not saved. Begin anew?" in shown.text
        assert shown.session is shown.first
        await shown.press(key)
        if leaves:
            assert "Save the model" in shown.text
            await shown.press("enter")
            await until(shown, lambda: shown.session is not shown.first)
            assert ("save", Path("lstm-32-sunspots.safetensors")) in shown.first.calls
        assert (shown.session is not shown.first) is begins


@pytest.mark.parametrize("change", ["saved", "saves itself", "failed", "short"])
async def test_nothing_is_asked_where_nothing_is_lost(show, change):
    snapshot = make_snapshot(4000) if change == "short" else LONG
    if change == "saved":
        snapshot = replace(LONG, saved=Saved(Path("m"), LONG.best_step))
    async with show(snapshot) as shown:
        shown.first.saves_itself = change == "saves itself"
        shown.first.error = RuntimeError() if change == "failed" else None
        await shown.press("r")
        assert shown.session is not shown.first


async def test_a_refused_run_stays_on_the_screen_where_it_was_begun_anew(show):
    async with show() as shown:
        await shown.press("r")
        shown.session.error = DataError("--data x.csv: no such file.")
        failed = ended(Status.FAILED, "--data x.csv: no such file", LOADING)
        await shown.show(failed)
        assert not has_ended_app(shown)
        assert "no such file" in shown.reading
        await shown.press("e")
        assert "Edit and begin anew" in shown.text


async def test_after_the_end_a_run_is_edited_restarted_and_saved(show, tmp_path):
    async with show(ended(Status.COMPLETED, "took all steps", make_snapshot(4000))) as shown:
        await shown.press("w")
        await paste(shown, str(tmp_path / "m"))
        await shown.press("enter")
        await until(shown, lambda: ("save", tmp_path / "m") in shown.first.calls)
        await shown.press("r")
        assert shown.session is not shown.first
        assert shown.session.snapshot.state is State.LOADING


def test_a_fake_session_has_what_the_app_asks_of_one():
    assert FakeSession().config == RunConfig()
