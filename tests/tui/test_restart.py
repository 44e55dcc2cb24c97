"""Editing, beginning anew, saving and leaving: what is asked, and what is lost only on request."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste

from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import DataError
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Left, Saved, State
from rnn_tui.tui.form.fields import texts_of
from rnn_tui.tui.screens.dialogs import _series_faults
from rnn_tui.tui.screens.main import MainScreen
from tests.tui.fake_session import (
    COMPILING,
    LOADING,
    FakeSession,
    ended,
    make_snapshot,
    make_targets,
)
from tests.tui.test_steering import write

LONG = make_snapshot(400_000)
UNLEARNED = make_snapshot(4000, best_step=0)


def stops(session):
    return [value for name, value in session.calls if name in {"stop", "give_up"}]


def has_ended_app(shown):
    return shown.app._exit


async def paste(shown, text):
    await shown.press("ctrl+u")
    shown.app.screen.query_one("FormView").post_message(Paste(text))
    await shown.settle()


async def until(shown, condition, seconds=30.0):
    """Wait for what takes a thread of its own, such as reading a series for the first time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        await shown.pilot.pause(0.01)


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


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 40), (40, 8), (20, 5), (20, 4)])
async def test_the_edit_form_fits_and_follows_the_focus(show, size):
    async with show(size=size) as shown:
        await shown.press("e")
        wide = size[0] > 20
        assert ("→  cell" if wide else "→ cell") in shown.text
        assert "lstm" in shown.text
        await shown.press("up")
        assert wide or "  val size the data…" in shown.text
        assert ("→  test size" if wide else "→ tes size the datas") in shown.text
        assert "cell" not in shown.text or size[1] > 30
        assert all(len(line) == size[0] for line in shown.lines)
        await shown.press("escape")
        assert shown.session is shown.first
        assert stops(shown.first) == []


async def test_a_setting_is_changed_on_twenty_by_five(show):
    async with show(size=(20, 5)) as shown:
        await shown.press("e", "down")
        await write(shown, "none")
        assert "→✗hid size none" in shown.text
        assert "✗ must be an" in shown.text
        await write(shown, "16")
        assert "→•hid size 16" in shown.text
        assert "✗" not in shown.text
        await shown.press("enter")
        await until(shown, lambda: shown.session is not shown.first)
        assert shown.session.config.model.hidden_size == 16


async def test_edit_begins_anew_with_what_was_filled_in(show):
    async with show() as shown:
        await shown.press("e", "left", "down")
        await write(shown, "16")
        await shown.press("enter")
        await until(shown, lambda: shown.session is not shown.first)
        assert shown.session.config.model.cell != shown.first.config.model.cell
        assert shown.session.config.model.hidden_size == 16
        assert ("give_up", None) in shown.first.calls
        await shown.settle()
        assert "Begun anew, as edited." in shown.reading


async def test_edit_holds_what_was_changed_while_it_trained_and_the_display(show):
    config = build_config({"display": {"fps": 3}, "data": {"test_size": 0.2}})
    async with show() as shown:
        shown.first.config = config
        await shown.press("plus", "e", "enter")
        await until(shown, lambda: shown.session is not shown.first)
        begun = shown.session.config
        assert begun.training.learning_rate == pytest.approx(3.75e-3)
        training = config.training.model_copy(
            update={"learning_rate": begun.training.learning_rate}
        )
        assert begun == config.model_copy(update={"training": training})


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("model.hidden_size", "many", "✗ must be an integer, not 'many'"),
        ("data.input_chunk_length", "0", "✗ must be greater than or equal to 1, not 0"),
        ("data.dataset", "sunspot", "✗ no such series. Did you mean 'sunspots'?"),
        ("training.learning_rate", "-1", "✗ must be greater than 0, not -1.0"),
    ],
)
async def test_a_fault_is_said_beside_its_field_while_one_types(show, key, typed, said):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key(key)
        await write(shown, typed)
        label = key.partition(".")[2].replace("_", " ")
        assert any(label in line and said in line for line in shown.lines)
        await shown.press("enter")
        assert shown.session is shown.first
        await write(shown, "")
        assert "✗" not in shown.text


async def test_settings_that_do_not_go_together_are_named_at_both(show):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key("data.dataset").typed("sine").to_key("data.file")
        await write(shown, "a.csv")
        assert shown.text.count("✗ dataset and file exclude each other") == 2


async def test_a_series_that_cannot_be_read_is_said_and_the_run_goes_on(show):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key("data.file")
        await write(shown, "nowhere.csv")
        await shown.press("enter")
        await until(shown, lambda: "✗" in shown.text)
        assert any(
            "file" in line and "nowhere.csv ✗" in " ".join(line.split()) for line in shown.lines
        )
        assert stops(shown.first) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"file": "no/such.csv"}, ("data.file", "no such file")),
        (
            {"dataset": "sunspots", "test_size": "1950-01-01"},
            ("data.test_size", "expected a share"),
        ),
        ({"test_size": "1950-01-01"}, ("data.test_size", "sunspots: --test-size")),
        ({"column": ("humidity",), "dataset": "macrodata"}, ("data.dataset", "no column humidity")),
        ({"length": 50}, ("data.dataset", "is a series of measurements")),
        ({"input_chunk_length": 5000}, ("data.input_chunk_length", "")),
    ],
)
def test_what_is_wrong_with_a_series_is_said_at_the_field_that_it_names(data, expected):
    texts = texts_of(build_config({"data": data}))
    [(key, fault)] = _series_faults(texts).items()
    assert key == expected[0]
    assert fault.startswith(expected[1])
    assert fault


def test_a_series_that_can_be_read_has_no_fault():
    assert _series_faults(texts_of(RunConfig())) == {}


async def test_w_saves_where_one_says(show, tmp_path):
    async with show() as shown:
        await shown.press("w")
        assert "lstm-32-sunspots.safetensors" in shown.text
        path = tmp_path / "m.safetensors"
        await paste(shown, str(path))
        await shown.press("enter")
        await until(shown, lambda: "Saved" in shown.text)
        assert ("save", path) in shown.first.calls
        assert f"Saved the weights of step {shown.session.snapshot.best_step:,}" in shown.reading
        assert not has_ended_app(shown)


@pytest.mark.parametrize(("key", "written"), [("escape", False), ("o", True)])
async def test_an_existing_file_is_overwritten_only_after_asking(show, tmp_path, key, written):
    path = tmp_path / "m.safetensors"
    path.write_text("old")
    async with show() as shown:
        await shown.press("w")
        await paste(shown, str(path))
        await shown.press("enter")
        await until(shown, lambda: "Overwrite it?" in shown.text)
        await shown.press("x", key)
        assert (("save", path) in shown.first.calls) is written
        assert ("Save the model" in shown.text) is not written


def said_by(shown):
    """The text of the screen as one line."""
    return " ".join(shown.text.split())


async def ask_to_save(shown, path):
    await shown.press("w")
    await paste(shown, str(path))
    await shown.press("enter")


async def test_a_file_that_was_saved_here_is_asked_about_in_other_words(show, tmp_path):
    path = tmp_path / "m"
    async with show(size=(120, 40)) as shown:
        await ask_to_save(shown, path)
        await until(shown, lambda: "Saved" in shown.text)
        await ask_to_save(shown, path)
        await until(shown, lambda: "m was saved here before. Overwrite it?" in said_by(shown))
        await shown.press("escape", "escape")
        path.write_text("of another program")
        await ask_to_save(shown, path)
        await until(shown, lambda: "Overwrite it?" in shown.text)
        assert "saved here, and another program has written it since." in said_by(shown)
        await shown.press("escape")
        assert "Save the model" in shown.text
        assert path.read_text() == "of another program"


@pytest.mark.parametrize("was_there", [False, True])
async def test_a_file_that_another_program_writes_meanwhile_is_asked_about_once_more(
    show, tmp_path, monkeypatch, was_there
):
    path = tmp_path / "m"
    if was_there:
        path.write_text("old")
    save, interfering = FakeSession.save, [True]

    def save_late(self, path, seen=None):
        if interfering:
            interfering.clear()
            path.write_text("of another program")
        save(self, path, seen)

    monkeypatch.setattr(FakeSession, "save", save_late)
    async with show(size=(120, 40)) as shown:
        await ask_to_save(shown, path)
        if was_there:
            await until(shown, lambda: "m exists. Overwrite it?" in said_by(shown))
            await shown.press("o")
        await until(shown, lambda: "another program meanwhile." in said_by(shown))
        assert "Overwrite it?" in said_by(shown)
        assert path.read_text() == "of another program"
        await shown.press("o")
        await until(shown, lambda: "Saved the weights" in shown.text)
        assert path.read_text() == "a model"


async def test_what_a_run_left_elsewhere_is_said_for_long_and_noted(show):
    note = "m.st was written by another program meanwhile and stays as it is: this run's is m-2.st."
    done = ended(Status.COMPLETED, "took all steps", make_snapshot(4000))
    async with show(make_snapshot(4000), size=(120, 40)) as shown:
        await shown.show(replace(done, left=Left((Path("m-2.st"),), notes=(note,))))
        assert "this run's is m-2.st." in shown.reading
        await shown.wait(10)
        assert "this run's is m-2.st." in shown.reading
        await shown.press("5")
        assert "m-2.st" in shown.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "✗ give the name of a file"),
        ("/", "✗ is a folder; give the name of a file in it"),
        ("/nowhere/at/all", "✗ the folder /nowhere/at does not exist"),
    ],
)
async def test_a_path_that_cannot_be_is_said_while_one_types(show, name, said):
    async with show() as shown:
        await shown.press("w")
        await write(shown, name)
        assert said in shown.text
        await shown.press("enter")
        assert "Save the model" in shown.text
        assert not [call for call in shown.first.calls if call[0] == "save"]


async def test_home_and_names_are_completed(show, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    async with show() as shown:
        await shown.press("w")
        await write(shown, "~/mo")
        assert "~/models/" in shown.text
        await shown.press("tab")
        for character in "a.st":
            await shown.press({".": "full_stop"}.get(character, character))
        await shown.press("enter")
        await until(shown, lambda: "Saved" in shown.text)
        assert ("save", tmp_path / "models" / "a.st") in shown.first.calls


async def test_what_could_not_be_saved_is_said_and_nothing_is_left(show, tmp_path):
    async with show() as shown:
        path = f"/tmp/rnn-tui-{'x' * 20}/model.safetensors"
        fault = f"save as x: cannot be written: No space left on device. The weights are in {path}."
        shown.first.save = lambda path, _seen: shown.first.show(
            replace(shown.first.snapshot, saved=Saved(path, 3, fault))
        )
        await shown.press("q", "s")
        await paste(shown, str(tmp_path / "m"))
        await shown.press("enter")
        await until(shown, lambda: "Not saved" in shown.text)
        assert "No space left on device" in shown.text
        assert f"{path}." in shown.reading
        assert not has_ended_app(shown)
        assert stops(shown.first) == []
        await shown.show(ended(Status.COMPLETED, "took all steps", shown.first.snapshot), 10.0)
        assert f"{path}." in shown.reading, "the end of the run does not take it away"
        await shown.wait(11.0)
        assert "Completed" in shown.reading


@pytest.mark.parametrize(
    ("snapshot", "said"), [(COMPILING, "There is nothing to save yet."), (None, None)]
)
async def test_w_before_training_and_after_a_failure_says_so(show, snapshot, said):
    async with show(snapshot) as shown:
        if said is None:
            shown.first.error, said = RuntimeError(), "The run has failed"
        await shown.press("w")
        assert said in shown.reading


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
