"""Saving that goes wrong: no room, no memory, no permission, a process that is killed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_tui.errors import OUT_OF_MEMORY
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.events import Status
from rnn_tui.training.run import Run
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import State
from tests.training.waiting import wait_for

FOREVER_SAVING = """
import itertools, sys
from pathlib import Path
import numpy as np
from rnn_tui.config import RunConfig
from rnn_tui.data.scaling import Scaler
from rnn_tui.training.checkpoint import SavedModel, save_model
for step in itertools.count(1):
    weights = {"W_hh": np.full(300_000, step, np.float32)}
    save_model(Path(sys.argv[1]), SavedModel(RunConfig(), (Scaler(0.0, 1.0),), step, weights))
    print(step, flush=True)
"""


def out_of_memory(*_, **_more):
    raise MemoryError


def saved_as(session, path):
    """Save and return what came of it."""
    before = session.snapshot.saved
    session.save(path)
    wait_for(lambda: session.snapshot.saved is not before)
    return session.snapshot.saved


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.006])
def test_a_file_is_whole_however_often_who_writes_it_is_killed(tmp_path, wait):
    path = tmp_path / "m.safetensors"
    command = [sys.executable, "-c", FOREVER_SAVING, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        told = [1, *(int(line) for line in process.stdout if line.endswith("\n"))]
    model = load_model(path)
    assert told[-1] <= model.step <= told[-1] + 1
    assert (model.parameters["W_hh"] == model.step).all()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody may write to")
def test_a_folder_that_cannot_be_written_to_costs_nothing(running):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)
    fault = saved_as(session, Path("/proc/self/m.safetensors")).fault
    assert fault.startswith("save as /proc/self/m.safetensors: cannot be written: ")
    kept = Path(fault.partition("The weights are in ")[2].removesuffix(" instead."))
    assert load_model(kept).step >= 0
    step = session.snapshot.step
    wait_for(lambda: session.snapshot.step > step)


def test_no_memory_for_a_copy_of_the_weights_costs_nothing(running, tmp_path, monkeypatch):
    session, path = running(), tmp_path / "m.safetensors"
    wait_for(lambda: session.snapshot.step > 0)
    with monkeypatch.context() as patch:
        patch.setattr("rnn_tui.training.checkpoint._serialise", out_of_memory)
        assert "too little memory to gather the weights" in saved_as(session, path).fault
    assert list(tmp_path.iterdir()) == []
    assert saved_as(session, path).fault == ""
    assert load_model(path).step > 0


def test_a_run_that_cannot_save_itself_at_its_end_can_still_be_saved(
    configure, tmp_path, monkeypatch
):
    session = Session(configure(), save_to=tmp_path / "m.safetensors")
    with monkeypatch.context() as patch:
        patch.setattr("rnn_tui.training.checkpoint._serialise", out_of_memory)
        session.start()
        wait_for(lambda: session.snapshot.state is State.ENDED)
    assert session.snapshot.ended.status is Status.FAILED
    assert "but --save-model" in session.snapshot.ended.reason
    assert "model" in session.snapshot.ended.scores
    assert (
        "too little memory to gather the weights, which are kept: free some"
        in session.snapshot.saved.fault
    )
    assert saved_as(session, tmp_path / "other.safetensors").fault == ""
    session.stop()
    assert session.join(60)


def test_no_memory_to_train_with_is_no_bug_of_ours(configure, tmp_path, monkeypatch):
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [tmp_path])
    monkeypatch.setattr(Run, "burst", out_of_memory)
    session = Session(configure())
    session.start()
    assert session.join(60)
    assert session.snapshot.ended.status is Status.FAILED
    assert session.snapshot.message.startswith(OUT_OF_MEMORY)
    (kept,) = tmp_path.iterdir()
    assert f"The weights of step 0 are in {kept}." in session.snapshot.message
    assert load_model(kept).step == 0
