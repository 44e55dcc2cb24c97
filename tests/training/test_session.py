import itertools
import threading
import time

import numpy as np
import pytest

from rnn_tui.config import build_config
from rnn_tui.errors import DataError, ModelFileError
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.events import KernelsReady, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.run import Run
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import State
from tests.training.waiting import wait_for


def losses(events):
    return np.concatenate([event.loss for event in events if isinstance(event, StepsDone)])


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_run_tells_its_story_in_order(configure, cell):
    events = list(Session(configure(model={"cell": cell})).events())
    started, ready, *bursts, ended = events
    assert isinstance(started, RunStarted)
    assert isinstance(ready, KernelsReady)
    assert isinstance(ended, RunEnded)
    steps = [s for burst in bursts for s in range(burst.first_step, burst.last_step + 1)]
    assert steps == list(range(1, 41))
    assert ended.status is Status.COMPLETED
    assert ended.steps == 40
    assert bursts[-1].validation_loss is not None
    beside = {"naive", "seasonal naive", "drift", "mean", "AR(2)"}
    assert {"model", *beside} == {name for name in ended.scores if not name.startswith("ETS")}
    assert losses(events)[-5:].mean() < losses(events)[:5].mean()


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(configure):
    first, again, other = (
        losses(Session(configure(training={"seed": seed})).events()) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_float64_trains_on_the_same_path(configure):
    single = losses(Session(configure()).events())
    double = losses(Session(configure(model={"dtype": "float64"})).events())
    np.testing.assert_allclose(single[:5], double[:5], rtol=1e-4)


def test_a_huge_learning_rate_ends_as_diverged_and_says_where(configure):
    *_, ended = Session(configure(training={"learning_rate": 1e6})).events()
    assert ended.status is Status.DIVERGED
    assert f"at step {ended.steps}" in ended.reason
    assert "learning rate" in ended.reason


def test_zero_steps_only_score_the_model(configure):
    events = list(Session(configure(training={"steps": 0})).events())
    assert [type(event) for event in events] == [RunStarted, KernelsReady, RunEnded]
    assert events[-1].scores["model"].rmse > 0


def test_stop_from_outside_ends_with_scores(configure):
    session = Session(configure(training={"steps": 1_000_000}))
    events = session.events()
    for event in events:
        if isinstance(event, StepsDone):
            break
    session.stop(Status.INTERRUPTED)
    rest = list(events)
    assert rest[-1].status is Status.INTERRUPTED
    assert "model" in rest[-1].scores


def test_pause_step_and_resume(running):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)
    session.pause()
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    held = session.snapshot.step
    time.sleep(0.05)
    assert session.snapshot.step == held
    session.step()
    wait_for(lambda: session.snapshot.step == held + 1)
    session.step(3)
    wait_for(lambda: session.snapshot.step == held + 4)
    assert session.snapshot.state is State.PAUSED
    session.resume()
    wait_for(lambda: session.snapshot.step > held + 4)
    assert session.snapshot.state is State.TRAINING


def test_the_learning_rate_changes_while_paused_and_while_training(running):
    session = running(training={"learning_rate": 0.01})
    wait_for(lambda: session.snapshot.step > 0)
    session.scale_learning_rate(2)
    wait_for(lambda: session.snapshot.learning_rate == pytest.approx(0.02))
    session.pause()
    session.scale_learning_rate(0.5)
    wait_for(lambda: session.snapshot.learning_rate == pytest.approx(0.01))


def test_snapshots_are_read_only_and_complete(running):
    session = running()
    wait_for(lambda: session.snapshot.gradient is not None)
    shot = session.snapshot
    arrays = [
        shot.forecast.time, shot.forecast.actual, shot.forecast.predicted,
        shot.gradient.hidden, shot.gradient.cell, *shot.trace.gates.values(),
        shot.history.loss.value, shot.history.recent_loss.step,
    ]  # fmt: skip
    assert not any(array.flags.writeable for array in arrays)
    assert set(shot.trace.gates) == {"i", "f", "g", "o", "c", "h"}
    assert shot.trace.gates["f"].shape == (8, 4)
    assert shot.gradient.hidden.shape == (8,)
    assert np.isnan(shot.forecast.predicted[:8]).all()
    assert np.isfinite(shot.forecast.predicted[8:]).all()
    assert shot.title == "LSTM 4 · sine"
    assert "naive" in shot.baselines


def test_a_diverged_run_in_a_thread_leaves_its_last_picture(running):
    session = running(training={"learning_rate": 1e6})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    assert session.snapshot.ended.status is Status.DIVERGED
    assert session.snapshot.history is not None
    assert session.error is None


@pytest.mark.parametrize(("rate", "status"), [(1e6, Status.DIVERGED), (0.01, Status.COMPLETED)])
def test_how_a_run_ended_is_told_before_it_is_scored(configure, monkeypatch, rate, status):
    may_score, told, end = threading.Event(), [], Run.end

    def score_later(run, *how, **more):
        assert may_score.wait(60)
        return end(run, *how, **more)

    monkeypatch.setattr(Run, "end", score_later)
    session = Session(configure(training={"learning_rate": rate, "steps": 40}))
    session.watch(lambda: told.append(session.snapshot))
    session.start()
    wait_for(lambda: told and told[-1].state is State.SCORING)
    assert session.snapshot.ended.status is status
    assert session.snapshot.message == session.snapshot.ended.reason != ""
    assert session.snapshot.ended.scores == {}
    assert session.snapshot.history is not None
    may_score.set()
    wait_for(lambda: session.snapshot.state is State.ENDED)
    assert session.snapshot.ended.scores.keys() == {"model", "naive"}
    session.stop()
    assert session.join(60)


def test_bad_data_in_a_thread_becomes_an_ended_snapshot():
    session = Session(build_config({"data": {"dataset": "sunspot"}}))
    session.start()
    assert session.join(60)
    assert isinstance(session.error, DataError)
    assert session.snapshot.state is State.ENDED
    assert "sunspots" in session.snapshot.message


def test_bad_data_raises_before_the_first_event():
    with pytest.raises(DataError, match="sunspots"):
        next(Session(build_config({"data": {"dataset": "sunspot"}})).events())


def test_a_saved_model_predicts_what_it_predicted(configure, tmp_path):
    path = tmp_path / "model.safetensors"
    *_, ended = Session(configure(), save_to=path).events()
    config = configure(training={"steps": 0})
    *_, again = Session(config, load_from=path).events()
    assert again.scores == ended.scores
    assert load_model(path).step == ended.best_step


def test_a_run_that_is_given_up_is_saved(configure, tmp_path):
    path = tmp_path / "model.safetensors"
    events = Session(configure(training={"steps": 1_000_000}), save_to=path).events()
    list(itertools.islice(events, 4))
    events.close()
    assert load_model(path).parameters.keys() >= {"W_ih", "W_hh"}


def test_another_network_than_the_file_holds_is_refused(configure, tmp_path):
    path = tmp_path / "model.safetensors"
    list(Session(configure(), save_to=path).events())
    with pytest.raises(ModelFileError, match="hidden_size = 4"):
        list(Session(configure(model={"hidden_size": 5}), load_from=path).events())


def test_a_model_of_several_layers_is_saved_and_trained_on(configure, tmp_path):
    path = tmp_path / "model.safetensors"
    model = {"layers": 2, "dropout": 0.2}
    ended = list(Session(configure(model=model), save_to=path).events())[-1]
    assert load_model(path).parameters.keys() >= {"W_hh", "W_hh_1"}
    again = configure(model=model | {"dropout": 0.0}, training={"steps": 0})
    scored = list(Session(again, load_from=path).events())[-1]
    assert scored.scores == ended.scores
    with pytest.raises(ModelFileError, match="layers = 2"):
        list(Session(configure(), load_from=path).events())


def test_what_was_asked_for_is_known_before_it_is_obeyed(running):
    session = running()
    assert not session.held
    session.pause()
    assert session.held
    session.resume()
    assert not session.held
    session.step()
    assert session.held


def test_a_pause_before_training_holds_the_run_at_step_0(running):
    session = running(paused=True)
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    assert session.snapshot.step == 0
    wait_for(lambda: session.snapshot.trace is not None)  # told after the numbers


def test_who_watches_is_told_of_answers_but_not_of_every_frame(running):
    session = running(display={"fps": 60})
    told = []
    session.watch(lambda: told.append((session.snapshot.state, session.snapshot.step)))
    wait_for(lambda: session.snapshot.step > 100)
    states = [state for state, _ in told]
    assert states.count(State.TRAINING) <= 2
    session.pause()
    wait_for(lambda: told and told[-1][0] is State.PAUSED)
    held = session.snapshot.step
    before = len(told)
    session.scale_learning_rate(0.5)
    wait_for(lambda: len(told) > before)
    assert session.snapshot.learning_rate == pytest.approx(0.005)
    session.stop()
    wait_for(lambda: told[-1] == (State.ENDED, held))


def test_the_speed_is_that_of_the_wall_clock(running):
    session = running(display={"fps": 30})
    wait_for(lambda: session.snapshot.seconds > 1)
    first, began = session.snapshot, time.perf_counter()
    time.sleep(1.5)
    last, ended = session.snapshot, time.perf_counter()
    on_the_wall = (last.step - first.step) / (ended - began)
    assert (last.step - first.step) / (last.seconds - first.seconds) == pytest.approx(
        on_the_wall, rel=0.2
    )
    assert last.steps_per_second == pytest.approx(on_the_wall, rel=0.5)


def test_a_slip_of_ours_in_the_thread_ends_the_run_and_names_its_log(
    running, monkeypatch, tmp_path
):
    from rnn_tui.training.run import Run

    def slip(*_, **__):
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr(Run, "burst", slip)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    session = running()
    wait_for(lambda: session.snapshot.state is State.ENDED)
    assert isinstance(session.error, ZeroDivisionError)
    assert "a slip of ours" in session.snapshot.message
    (log,) = tmp_path.rglob("crash-*.log")
    assert str(log) in session.snapshot.message
    assert "Traceback" in log.read_text()


def test_the_title_says_how_many_columns_and_steps(configure):
    data = {"dataset": "macrodata", "column": ["realgdp", "infl"], "horizon": 4}
    session = Session(configure(data=data, training={"steps": 1}))
    *_, ended = session.events()
    assert session.snapshot.title == "LSTM 4 · realgdp and 1 more, 4 steps ahead"
    assert session.snapshot.forecast.name == "realgdp"
    assert list(ended.more_scores) == ["infl"]


def test_what_was_found_on_reading_is_an_event_and_in_the_snapshot(configure):
    session = Session(configure(data={"dataset": "co2"}, training={"steps": 1}))
    started, *_ = session.events()
    assert "5 months" in started.notes[0]
    assert session.snapshot.notes == started.notes


def test_a_walk_is_taken_with_the_present_weights_and_forgotten_with_the_next_step(running):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)
    session.take_walk()
    wait_for(lambda: session.snapshot.walk is not None)
    shot = session.snapshot
    assert shot.state is State.PAUSED
    assert shot.walk.T == 8
    np.testing.assert_allclose(shot.walk.activations["h"], shot.trace.gates["h"], atol=1e-5)
    session.take_walk()
    wait_for(lambda: session.snapshot.walk not in {None, shot.walk})
    assert session.snapshot.step == shot.step
    np.testing.assert_array_equal(session.snapshot.walk.dh, shot.walk.dh)
    session.step()
    wait_for(lambda: session.snapshot.step == shot.step + 1)
    assert session.snapshot.walk is None
