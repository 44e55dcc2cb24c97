"""Saving the model where one says, and what is there already."""

from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Left, Saved
from tests.tui.fake_session import COMPILING, FakeSession, ended, make_snapshot
from tests.tui.hands import has_ended_app, paste, stops, until, write


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
