"""Two programs that save to one path: neither writes over what the other has left."""

import json

import pytest

from rnn_tui.errors import SaveError
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.claim import beside
from rnn_tui.training.files import files_of_nets, stamp_of
from rnn_tui.training.leaving import Leaving
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import State
from tests.training.test_session import wait_for


def run_to_the_end(session, meanwhile):
    """Run, and do something once it trains."""
    for number, _ in enumerate(session.events()):
        if number == 3:
            meanwhile()
    return session.snapshot.left


@pytest.fixture
def model(tmp_path):
    return tmp_path / "model.safetensors"


def test_a_file_is_known_by_what_it_is_like(tmp_path):
    file = tmp_path / "file"
    assert stamp_of(file) == (0, 0, 0)
    file.write_text("a")
    first = stamp_of(file)
    assert stamp_of(file) == first
    other = tmp_path / "other"
    other.write_text("b")
    other.replace(file)
    assert stamp_of(file) != first


def test_names_of_files(tmp_path):
    path = tmp_path / "m.st"
    assert files_of_nets(path, ["LSTM 32"]) == (path,)
    names = [file.name for file in files_of_nets(path, ["LSTM-PEEPHOLE 32", "RNN 8"])]
    assert names == ["m-lstm-peephole-32.st", "m-rnn-8.st"]
    path.with_name("m-2.st").touch()
    assert beside(path).name == "m-3.st"


def test_what_was_there_before_is_replaced_and_nothing_is_said(configure, model):
    model.write_text("old")
    left = run_to_the_end(Session(configure(), save_to=model), lambda: None)
    assert left.models == (model,)
    assert left.notes == ()
    assert load_model(model).step > 0


@pytest.mark.parametrize("was_there", [False, True])
def test_what_another_program_has_written_meanwhile_stays(configure, model, was_there):
    if was_there:
        model.write_text("old")
    session = Session(configure(), save_to=model)
    left = run_to_the_end(session, lambda: model.write_text("theirs, longer"))
    assert model.read_text() == "theirs, longer"
    (own,) = left.models
    assert own.name == "model-2.safetensors"
    assert load_model(own).step == session.snapshot.ended.best_step
    (note,) = left.notes
    assert note.startswith(f"{model} was written by another program meanwhile")
    assert note.endswith(f"this run's is {own}.")


def test_what_was_removed_meanwhile_is_written_where_it_was_to_be(configure, model):
    model.write_text("old")
    left = run_to_the_end(Session(configure(), save_to=model), model.unlink)
    assert (left.models, left.notes) == ((model,), ())


def test_two_runs_with_one_path_leave_two_models(configure, model):
    first, second = (Session(configure(training={"seed": seed}), save_to=model) for seed in (1, 2))
    left = run_to_the_end(first, lambda: list(second.events()))
    assert second.snapshot.left.models == (model,)
    assert left.models == (beside(model).with_name("model-2.safetensors"),)
    seeds = [load_model(file).config.training.seed for file in (model, *left.models)]
    assert seeds == [2, 1]


def test_a_table_stays_too(configure, tmp_path):
    table = tmp_path / "f.json"
    left = run_to_the_end(Session(configure(), output_to=table), lambda: table.write_text("theirs"))
    assert table.read_text() == "theirs"
    assert left.forecasts.name == "f-2.json"
    assert json.loads(left.forecasts.read_text())
    assert "f-2.json" in left.notes[0]


def test_a_run_that_breaks_is_rescued_elsewhere(configure, model, tmp_path):
    session = Session(configure(), save_to=model)
    list(session.events())
    leaving, otherwise = Leaving(model, None), tmp_path / "rescued"
    leaving.look(session.run)
    assert leaving.place_for_rescue(session.run, otherwise) == model
    model.write_text("theirs")
    assert leaving.place_for_rescue(session.run, otherwise) == otherwise
    assert Leaving(None, None).place_for_rescue(session.run, otherwise) == otherwise


def test_a_model_that_cannot_be_saved_is_the_error_of_its_file(configure, model):
    session = Session(configure())
    list(session.events())
    model.mkdir()
    with pytest.raises(SaveError, match=r"model\.safetensors: cannot be written"):
        Leaving(model, None).save(session.run)


def test_saving_on_request_leaves_alone_what_has_changed_since_it_was_seen(configure, model):
    session = Session(configure(training={"steps": 20}))
    session.start()
    try:
        wait_for(lambda: session.snapshot.state is State.ENDED)
        seen = {model: stamp_of(model)}
        model.write_text("theirs")
        session.save(model, seen)
        wait_for(lambda: session.snapshot.saved)
        saved = session.snapshot.saved
        assert (saved.changed, saved.files) == (model, ())
        assert saved.fault == f"{model} was written by another program meanwhile."
        assert model.read_text() == "theirs"
        session.save(model, {model: stamp_of(model)})
        wait_for(lambda: session.snapshot.saved is not saved)
        assert session.snapshot.saved.files == (model,)
        assert load_model(model).step == session.snapshot.best_step
    finally:
        session.stop()
        assert session.join(60)
