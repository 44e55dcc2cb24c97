"""Training that goes on from a model file, with what the optimizer remembered."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.data.prepared import prepare
from rnn_tui.training.checkpoint import load_model, save_model
from rnn_tui.training.run import Run
from rnn_tui.training.session import Session

RULES = {
    "sgd": {"optimizer": "sgd", "momentum": 0.9},
    "rmsprop": {"optimizer": "rmsprop", "momentum": 0.5},
    "adam": {"optimizer": "adam"},
    "adamw": {"optimizer": "adamw"},
}


def trained(config, steps):
    run = Run(config)
    run.compile()
    run.burst(steps, final=True)
    run._best.take()
    return run


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_going_on_from_a_file_is_never_having_stopped(configure, tmp_path, rule, dtype):
    path = tmp_path / "m.safetensors"
    config = configure(training=RULES[rule], model={"cell": "gru", "layers": 2, "dtype": dtype})
    run = trained(config, 25)
    run.save(path)
    again = Run(config, path)
    prepared = prepare(config.data, dtype)
    batches = np.random.default_rng(3).integers(0, 400, (15, 8))

    for each in (run, again):
        each.trainer.learn(prepared.inputs, prepared.targets, batches)
    np.testing.assert_array_equal(again.trainer.model.parameters, run.trainer.model.parameters)
    assert again.trainer.moments.step_count == run.trainer.moments.step_count == 40
    assert not any("optimizer" in note for note in again.notes)


def test_the_moments_in_the_file_are_those_of_the_best_step(configure, tmp_path):
    path = tmp_path / "m.safetensors"
    session = Session(configure(training={"steps": 400, "learning_rate": 0.3}), save_to=path)
    ended = list(session.events())[-1]
    saved = load_model(path)
    assert 0 < ended.best_step < 400
    assert saved.step == saved.moments.step_count == ended.best_step


def rewritten(path, **changes):
    saved = load_model(path)
    save_model(path, replace(saved, **changes))


@pytest.fixture
def model(configure, tmp_path):
    path = tmp_path / "m.safetensors"
    trained(configure(), 10).save(path)
    return path


def test_a_file_without_moments_begins_anew_and_says_so(configure, model):
    rewritten(model, moments=None)
    run = Run(configure(), model)
    assert "the optimizer begins anew: the model file has no state of it." in run.notes
    assert run.trainer.moments.step_count == 0


def test_where_nothing_is_trained_nothing_is_said(configure, model):
    rewritten(model, moments=None)
    run = Run(configure(training={"steps": 0}), model)
    assert not any("optimizer" in note for note in run.notes)


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        ({"optimizer": "adamw"}, "the file has that of adam"),
        ({"optimizer": "sgd"}, "the file has that of adam"),
    ],
)
def test_another_rule_begins_anew_and_says_so(configure, model, training, reason):
    run = Run(configure(training=training), model)
    assert f"the optimizer begins anew: {reason}." in run.notes
    assert not run.trainer.moments.m.any()


def without(tensors):
    return {name: array for name, array in tensors.items() if name != "m.W_hy"}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (without, "m in the file is not that of this network and its settings"),
        (lambda t: t | {"m.x": t["m.W_hy"]}, "m in the file is not that of this network"),
        (lambda t: t | {"v.b_y": np.ones((3, 3))}, "v in the file is not that of this network"),
        (lambda t: t | {"v.b_y": -t["v.b_y"] - 1}, "v in the file is below 0"),
        (lambda t: t | {"m.b_y": t["m.b_y"] * np.nan}, "m in the file is not finite"),
    ],
)
def test_moments_that_do_not_fit_are_left_alone(configure, model, spoil, reason):
    moments = load_model(model).moments
    rewritten(model, moments=replace(moments, tensors=spoil(dict(moments.tensors))))
    run = Run(configure(), model)
    assert any(note.startswith(f"the optimizer begins anew: {reason}") for note in run.notes)
    assert not run.trainer.moments.m.any()
    assert run.trainer.moments.step_count == 0


def test_a_momentum_that_the_file_has_not_begins_anew(configure, tmp_path):
    path = tmp_path / "m.safetensors"
    trained(configure(training={"optimizer": "sgd"}), 10).save(path)
    run = Run(configure(training=RULES["sgd"]), path)
    assert any("begins anew: m in the file is not that" in note for note in run.notes)
