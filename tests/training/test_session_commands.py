"""The commands, obeyed by a run in its thread."""

import time

import numpy as np
import pytest

from rnn_tui.config import build_config
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.commands import Adjust
from rnn_tui.training.events import Status
from rnn_tui.training.goals import parse_goal
from rnn_tui.training.run import Run
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Happening, State
from tests.training.waiting import wait_for


def paused_at(session, step):
    return lambda: (session.snapshot.state, session.snapshot.step) == (State.PAUSED, step)


def reason_of(session):
    wait_for(lambda: session.snapshot.reason and session.held)
    assert session.snapshot.state is State.PAUSED
    return session.snapshot.reason


def test_ten_steps_then_to_the_end_of_the_epoch_and_of_the_next(running):
    session = running(paused=True)
    session.step(10)
    wait_for(paused_at(session, 10))
    per_epoch = Run(session.config).trainer.left_in_epoch
    session.finish_epoch()
    wait_for(paused_at(session, per_epoch))
    assert session.snapshot.epoch == 1
    session.finish_epoch()
    wait_for(paused_at(session, 2 * per_epoch))
    assert session.snapshot.epoch == 2


def test_until_a_step_holds_exactly_there_and_goes_on_after(running):
    session = running(paused=True)
    session.run_until(parse_goal("123"))
    assert not session.held
    assert reason_of(session) == "Reached step 123."
    assert session.snapshot.step == 123
    assert session.snapshot.goal == ""
    wait_for(lambda: session.snapshot.history.happened)
    [reached] = session.snapshot.history.happened
    assert (reached.kind, reached.step, reached.text) == (Happening.GOAL, 123, "Reached step 123.")
    session.resume()
    wait_for(lambda: session.snapshot.step > 123)
    assert session.snapshot.reason == ""


def test_until_a_loss_holds_below_it(running):
    session = running()
    session.run_until(parse_goal("loss 0.5"))
    assert "below 0.5" in reason_of(session)
    assert session.snapshot.history.loss.low.min() < 0.5


def test_until_a_validation_loss_holds_at_the_evaluation_that_shows_it(running):
    session = running()
    session.run_until(parse_goal("validation 0.5"))
    reason = reason_of(session)
    assert f"at step {session.snapshot.step:,}, below 0.5" in reason
    assert session.snapshot.validation_loss < 0.5


def test_until_divergence_holds_there_and_the_next_one_ends_the_run(running):
    session = running(paused=True, training={"learning_rate": 1e6})
    session.run_until(parse_goal("divergence"))
    assert "Diverged, as awaited: the" in reason_of(session)
    wait_for(lambda: session.snapshot.gradient is not None)
    assert session.snapshot.ended is None
    session.resume()
    wait_for(lambda: session.snapshot.ended)
    assert session.snapshot.ended.status is Status.DIVERGED


def test_the_goal_is_in_the_snapshot_until_it_is_given_up(running):
    session = running()
    session.run_until(parse_goal("loss 1e-30"))
    wait_for(lambda: session.snapshot.goal == "loss < 1e-30")
    session.run_until(None)
    wait_for(lambda: session.snapshot.goal == "")


def test_a_speed_limit_is_kept_and_lifted_and_a_key_does_not_wait_for_it(running):
    session = running(paused=True)
    session.limit_speed(50.0)
    session.resume()
    wait_for(lambda: session.snapshot.step > 0)
    first, began = session.snapshot.step, time.perf_counter()
    time.sleep(0.5)
    taken, took = session.snapshot.step - first, time.perf_counter() - began
    assert 1 <= taken <= 50 * took + 6  # a frame's worth more may have been shown at the end
    assert session.snapshot.speed_limit == 50.0
    session.limit_speed(0.001)
    wait_for(lambda: session.snapshot.speed_limit == 0.001)
    began = time.perf_counter()
    session.pause()
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    assert time.perf_counter() - began < 10
    session.resume()
    session.limit_speed(None)
    at = session.snapshot.step
    wait_for(lambda: session.snapshot.step > at + 200)


def test_rate_clipping_batch_size_and_optimizer_change_while_it_trains(running):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)
    assert (session.snapshot.batch_size, session.snapshot.optimizer) == (8, "adam")
    session.adjust(Adjust(learning_rate=0.5, clip=0.25, batch_size=16, optimizer="sgd"))
    wait_for(lambda: session.snapshot.optimizer == "sgd")
    shot = session.snapshot
    assert (shot.learning_rate, shot.clip, shot.batch_size) == (0.5, 0.25, 16)
    wait_for(lambda: session.snapshot.step > shot.step)
    session.adjust(Adjust(batch_size=4))
    wait_for(lambda: session.snapshot.batch_size == 4)
    assert session.snapshot.optimizer == "sgd"
    at = session.snapshot.step
    wait_for(lambda: session.snapshot.step > at + 100)
    assert np.isfinite(session.snapshot.loss)
    happened = session.snapshot.history.happened
    assert [(one.kind, one.text) for one in happened] == [
        (Happening.CLIP, "1 → 0.25"),
        (Happening.BATCH, "8 → 16"),
        (Happening.OPTIMIZER, "adam → sgd"),
        (Happening.BATCH, "16 → 4"),
    ]
    first, *_, last = (one.step for one in happened)
    assert 0 < first <= shot.step < last <= at


def test_a_batch_that_does_not_fit_in_memory_is_refused_in_words(running, monkeypatch):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)

    def no_room(*_):
        raise MemoryError

    monkeypatch.setattr("rnn_tui.training.trainer.Trainer.set_batch_size", no_room)
    session.adjust(Adjust(batch_size=9999, clip=0.5))
    wait_for(lambda: session.snapshot.refused)
    assert session.snapshot.refused == "There is not enough memory for batches of 9,999."
    at = session.snapshot.step
    wait_for(lambda: session.snapshot.step > at)
    assert session.snapshot.clip == 1.0
    session.adjust(Adjust(clip=0.5))
    wait_for(lambda: session.snapshot.clip == 0.5)
    assert session.snapshot.refused == ""


def test_the_model_is_saved_while_it_trains_and_after_the_end(running, tmp_path):
    session = running(training={"steps": 30})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    path = tmp_path / "model.safetensors"
    session.save(path)
    wait_for(lambda: session.snapshot.saved)
    assert session.snapshot.saved.fault == ""
    assert session.snapshot.saved.step == session.snapshot.best_step == load_model(path).step
    [saved] = session.snapshot.history.happened
    assert (saved.kind, saved.step) == (Happening.SAVED, 30)
    assert not session.join(0.05)
    session.stop()
    assert session.join(10)

    other = running(paused=True)
    other.save(tmp_path / "early.safetensors")
    wait_for(lambda: other.snapshot.saved)
    assert load_model(tmp_path / "early.safetensors").step == 0


def test_a_file_that_cannot_be_written_is_said_and_the_run_goes_on(running, tmp_path):
    session = running()
    wait_for(lambda: session.snapshot.step > 0)
    session.save(tmp_path / "nowhere" / "model.safetensors")
    wait_for(lambda: session.snapshot.saved)
    assert session.snapshot.history.happened == ()
    fault = session.snapshot.saved.fault
    assert fault.startswith(f"save as {tmp_path}/nowhere/model.safetensors: cannot be written: No ")
    at = session.snapshot.step
    wait_for(lambda: session.snapshot.step > at)


def test_a_session_begins_once_the_one_before_has_ended(running, configure):
    first = running()
    wait_for(lambda: first.snapshot.step > 0)
    second = Session(configure(training={"steps": 5}))
    second.start(after=first)
    time.sleep(0.05)
    assert second.snapshot.state is State.LOADING
    first.stop()
    wait_for(lambda: second.snapshot.state is State.ENDED)
    assert first.snapshot.ended.status is Status.STOPPED
    assert second.snapshot.ended.status is Status.COMPLETED
    second.stop()
    assert second.join(10)


@pytest.mark.parametrize("saves", [False, True])
def test_a_run_that_is_given_up_is_scored_only_where_it_leaves_a_file(configure, tmp_path, saves):
    path = tmp_path / "model.safetensors" if saves else None
    session = Session(configure(training={"steps": 10**9}), save_to=path)
    session.start()
    wait_for(lambda: session.snapshot.step > 0)
    session.give_up()
    assert session.join(60)
    ended = session.snapshot.ended
    assert ended.status is Status.STOPPED
    assert ("model" in ended.scores) is saves
    assert not saves or path.exists()


@pytest.mark.parametrize("changes", [{"batch_size": 16}, {"optimizer": "sgd"}])
def test_what_a_change_does_to_training_depends_on_the_seed_alone(changes):
    def losses():
        run = Run(build_config({"data": {"dataset": "sine"}, "model": {"hidden_size": 4}}))
        first = run.trainer.train(7).loss
        run.adjust(Adjust(**changes))
        return np.concatenate([first, run.trainer.train(60).loss])

    np.testing.assert_array_equal(losses(), losses())


def test_validation_is_due_at_ends_of_epochs_after_the_batch_size_has_changed():
    config = {"data": {"dataset": "sine"}, "model": {"hidden_size": 4}}
    trainer = Run(build_config(config)).trainer
    trainer.train(3)
    trainer.set_batch_size(64)
    trainer.train(trainer.steps_to_evaluation)
    assert trainer.left_in_epoch == trainer._sampler.batches_per_epoch
    assert trainer.steps_to_evaluation >= 10


def test_the_gradient_shown_is_of_the_last_step_taken_whatever_the_batch_size():
    trainer = Run(build_config({"data": {"dataset": "sine"}, "model": {"hidden_size": 4}})).trainer
    trainer.train(3)
    before = trainer.gradient_flow().hidden
    trainer.set_batch_size(64)
    np.testing.assert_array_equal(trainer.gradient_flow().hidden, before)
    trainer.train(1)
    assert not np.array_equal(trainer.gradient_flow().hidden, before)


def test_the_free_running_forecast_is_shown_where_it_is_asked_for(running):
    session = running()
    wait_for(lambda: session.snapshot.forecast is not None)
    assert session.snapshot.forecast.free is None
    session.show_free_running(on=True)
    wait_for(lambda: session.snapshot.forecast.free is not None)
    session.show_free_running(on=False)
    wait_for(lambda: session.snapshot.forecast.free is None)


def test_a_run_that_has_ended_still_runs_free_and_is_walked_through(running):
    session = running(training={"steps": 30})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    ended = session.snapshot.ended
    session.show_free_running(on=True)
    wait_for(lambda: session.snapshot.forecast.free is not None)
    session.take_walk()
    wait_for(lambda: session.snapshot.walk is not None)
    assert (session.snapshot.walk.T, session.snapshot.state) == (8, State.ENDED)
    session.show_free_running(on=False)
    wait_for(lambda: session.snapshot.forecast.free is None)
    assert session.snapshot.ended == ended
    assert session.snapshot.step == 30
    assert session.run.step == 30


def test_the_walk_after_the_end_is_that_of_the_weights_that_are_kept(running):
    session = running(training={"steps": 300, "learning_rate": 0.1, "seed": 3})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    assert session.snapshot.best_step < 300
    assert session.snapshot.walk is None
    session.take_walk()
    wait_for(lambda: session.snapshot.walk is not None)
    kept = session.run.trainer.walk()
    np.testing.assert_array_equal(session.snapshot.walk.activations["h"], kept.activations["h"])


@pytest.fixture
def pair(tmp_path):
    """A file of two columns, and the settings that forecast both."""
    wave = np.sin(np.arange(160) / 5)
    lines = [f"{a!r},{b!r}" for a, b in zip(wave.tolist(), (3 - 2 * wave**2).tolist(), strict=True)]
    path = tmp_path / "pair.csv"
    path.write_text("\n".join(["one,two", *lines]), encoding="utf-8")
    return {"dataset": None, "file": str(path), "column": ("one", "two")}


def test_another_column_is_shown_with_its_own_scores_and_forecast(running, pair):
    session = running(data=pair)
    wait_for(lambda: session.snapshot.forecast is not None)
    first = session.snapshot
    assert first.forecast.targets == ("one", "two")
    assert (first.forecast.target, first.forecast.name) == (0, "one")
    session.show_target(1)
    session.show_free_running(on=True)
    wait_for(lambda: session.snapshot.forecast.free is not None)
    told = []
    session.watch(lambda: told.append(session.snapshot))
    session.pause()  # the numbers are told at once, and then the pictures
    wait_for(lambda: sum(shot.state is State.PAUSED for shot in told) >= 2)
    shot, trainer = told[-1], session.run.trainer
    assert (shot.forecast.target, shot.forecast.name) == (1, "two")
    np.testing.assert_array_equal(shot.forecast.actual, session.run.prepared.series.target(1))
    assert shot.validation_rmse != first.validation_rmse
    assert shot.baselines["naive"].rmse != first.baselines["naive"].rmse
    test = shot.forecast.test_start
    assert shot.forecast.free[test] == pytest.approx(shot.forecast.predicted[test], rel=1e-4)
    whole = trainer.forecast_rows(2_000)[:, 1]
    np.testing.assert_array_equal(shot.forecast.predicted, whole)


def test_another_column_is_shown_after_the_end_with_its_test_scores(running, pair):
    session = running(data=pair, training={"steps": 30})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    ended = session.snapshot.ended
    assert session.snapshot.final_scores == ended.scores
    session.show_target(1)
    wait_for(lambda: session.snapshot.forecast.target == 1)
    assert session.snapshot.ended == ended
    assert session.snapshot.final_scores == ended.more_scores["two"]
    errors = session.snapshot.forecast.actual - session.snapshot.forecast.predicted
    rmse = np.sqrt(np.mean(errors[session.snapshot.forecast.test_start :] ** 2))
    assert session.snapshot.final_scores["model"].rmse == pytest.approx(rmse)


def test_how_many_of_the_last_thousand_steps_were_clipped_is_counted(running):
    session = running(training={"steps": 1500, "clip": 1e-9})
    wait_for(lambda: session.snapshot.state is State.ENDED)
    assert (session.snapshot.clipped_lately.clipped, session.snapshot.clipped_lately.steps) == (
        1000,
        1000,
    )
    other = running(training={"steps": 30, "clip": 0})
    wait_for(lambda: other.snapshot.state is State.ENDED)
    assert (other.snapshot.clipped_lately.clipped, other.snapshot.clipped_lately.steps) == (0, 30)
    assert other.snapshot.clipped_lately.share == 0.0


def test_steps_on_the_way_to_a_hold_are_told_to_who_watches(running):
    session, told = running(paused=True, display={"fps": 60}), []
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    session.watch(lambda: told.append(session.snapshot.step))
    session.limit_speed(2000)
    session.step(400)
    wait_for(lambda: told and told[-1] == 400)
    assert len(set(told) - {0, 400}) >= 3
