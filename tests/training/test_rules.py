"""Losses, optimizers, schedules and initial weights of a run, as the configuration names them."""

import numpy as np
import pytest

from rnn_kernels import Optimizer, Schedule
from rnn_tui.config import TrainingConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.errors import UsageError
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.rules import loss_of, new_optimizer, schedule_of
from rnn_tui.training.sampling import BatchSampler
from rnn_tui.training.trainer import Trainer
from tests import oracle, oracle_rules
from tests.kernels.support import named

T = 8


@pytest.fixture
def trainer(configure):
    """Build a trainer on a noisy sine, and its series."""

    def build(data=None, model=None, **training):
        config = configure(
            data={"noise": 0.2} | (data or {}),
            model={"dtype": "float64"} | (model or {}),
            training=training,
        )
        prepared = prepare(config.data, config.model.dtype)
        weights, order = random_streams(config.training.seed)
        new = Model.create(
            config.model,
            weights,
            output_size=prepared.targets.shape[1],
            quantiles=config.training.forecast_quantiles,
        )
        return Trainer(config, prepared, new, order), prepared

    return build


COURSES = {
    "sgd": (
        {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"settings": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}},
    ),
    "rmsprop": (
        {"optimizer": "rmsprop", "smoothing": 0.8, "epsilon": 1e-4},
        {"settings": {"smoothing": 0.8, "epsilon": 1e-4}},
    ),
    "adamw": (
        {"optimizer": "adamw", "betas": (0.8, 0.9)},
        {"settings": {"beta1": 0.8, "beta2": 0.9, "weight_decay": 0.01}},
    ),
    "huber": ({"loss": "huber", "huber_delta": 0.2}, {"loss_settings": {"delta": 0.2}}),
    "mae": ({"loss": "mae", "clip_value": 0.05, "clip": 0.0}, {"limit": 0.05, "threshold": 0.0}),
    "quantile": (
        {"loss": "quantile", "quantiles": (0.1, 0.5, 0.8)},
        {"loss_settings": {"quantiles": (0.1, 0.5, 0.8)}},
    ),
    "cosine": (
        {"schedule": "cosine", "warm_up": 3, "steps": 8, "lr_floor": 0.1},
        {"schedule": {"name": "cosine", "warm_up": 3, "steps": 5, "floor": 0.1}},
    ),
    "step": (
        {"schedule": "step", "schedule_steps": 2, "lr_decay": 0.5},
        {"schedule": {"name": "step", "steps": 2, "decay": 0.5}},
    ),
}


@pytest.mark.parametrize(("training", "told"), COURSES.values(), ids=COURSES)
def test_training_is_that_of_the_oracle_with_the_same_settings(trainer, training, told):
    one, prepared = trainer(seed=5, **training)
    before = named(one.model.network, one.model.parameters)
    starts = BatchSampler(prepared.starts["train"], 8, random_streams(5)[1]).take(8)
    parameters, losses, norms = oracle.train(
        "lstm", before, training.get("optimizer", "adam"), prepared.inputs, prepared.targets,
        starts, T=T, first=T - 1, learning_rate=0.01, loss=training.get("loss", "mse"),
        **{"threshold": 1.0} | told,
    )  # fmt: skip
    burst = one.train(8)
    np.testing.assert_allclose(burst.loss, losses, rtol=1e-10)
    np.testing.assert_allclose(burst.gradient_norm, norms, rtol=1e-9)
    for name, value in named(one.model.network, one.model.parameters).items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-7, atol=1e-11)


def test_the_rate_now_is_that_of_the_next_step(trainer):
    one, _ = trainer(schedule="step", schedule_steps=3, lr_decay=0.5, warm_up=2)
    rates = []
    while one.step < 10:
        before, burst = one.rate_now, one.train(3)
        assert before == burst.learning_rate[0]
        rates += burst.learning_rate.tolist()
    np.testing.assert_allclose(rates[:9], 0.01 * np.array([0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]))
    one.learning_rate *= 2
    assert one.step == 12
    assert one.rate_now == pytest.approx(2 * 0.01 * 0.125)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "quantile"])
def test_weights_are_chosen_by_the_loss_that_is_trained(trainer, loss):
    one, prepared = trainer(loss=loss)
    one.train(5)
    starts = prepared.starts["validation"]
    network, parameters = one.model.network, one.model.parameters
    outputs = oracle.predict("lstm", named(network, parameters), prepared.inputs, starts, T)
    settings = {"huber": {"delta": 1.0}, "quantile": {"quantiles": (0.05, 0.5, 0.95)}}
    targets = prepared.targets[starts + T - 1]
    wanted, _ = oracle_rules.LOSSES[loss](
        outputs[np.newaxis], targets[np.newaxis], 0, **settings.get(loss, {})
    )
    assert one.errors("validation").loss == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize(("loss", "limit"), [("mse", 1e6), ("mae", 1e3), ("quantile", 1e3)])
def test_errors_of_a_thousand_standard_deviations_are_a_fault(trainer, loss, limit):
    one, _ = trainer(loss=loss, optimizer="sgd", learning_rate=1e7, clip=0.0)
    burst = one.train(3)
    while burst.fault is None:
        burst = one.train(3)
    assert not burst.loss[-1] <= limit
    assert (burst.loss[:-1] <= limit).all()


def test_an_optimizer_has_those_of_the_settings_that_are_its_own():
    training = TrainingConfig(optimizer="sgd", momentum=0.5, weight_decay=0.2)
    own = new_optimizer(training, "sgd", 3, "float32")
    wanted = Optimizer("sgd", size=3, dtype=np.float32, momentum=0.5, weight_decay=0.2)
    assert own.settings.tolist() == wanted.settings.tolist()
    other = new_optimizer(training, "adam", 3, "float32")
    wanted = Optimizer("adam", size=3, dtype=np.float32, weight_decay=0.2)
    assert other.settings.tolist() == wanted.settings.tolist()


def test_the_default_rules_are_those_that_there_were():
    training = TrainingConfig()
    assert loss_of(training).name == "mse"
    assert schedule_of(training) == Schedule()
    adam = Optimizer("adam", size=2, dtype=np.float32)
    own = new_optimizer(training, training.optimizer, 2, "float32")
    assert (own.name, own.settings.tolist()) == ("adam", adam.settings.tolist())


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"schedule": "cosine", "steps": 100}, 100),
        ({"schedule": "cosine", "steps": 100, "warm_up": 20}, 80),
        ({"schedule": "exponential", "steps": 100}, 100),
        ({"schedule": "step", "steps": 100}, 33),
        ({"schedule": "step", "steps": 100, "schedule_steps": 7}, 7),
        ({"schedule": "cosine", "schedule_steps": 7}, 7),
        ({"schedule": "cosine", "steps": 5, "warm_up": 20}, 1),
    ],
)
def test_a_schedule_falls_in_the_steps_of_the_run_unless_told(settings, steps):
    assert schedule_of(TrainingConfig(**settings)).steps == steps


def test_a_schedule_without_an_end_is_a_usage_error():
    with pytest.raises(UsageError, match="--schedule cosine: the run has no last step by which"):
        schedule_of(TrainingConfig(schedule="cosine"))


@pytest.mark.parametrize("scheme", ["glorot", "orthogonal"])
def test_weights_begin_as_they_are_asked_to(configure, scheme):
    config = configure(model={"init": scheme, "spectral_radius": 2.0, "dtype": "float64"}).model
    weights = Model.create(config, np.random.default_rng(0)).named_parameters()
    other = Model.create(config, np.random.default_rng(1)).named_parameters()
    assert not np.array_equal(weights["W_hh"], other["W_hh"])
    for gate in np.split(weights["W_hh"], 4):
        assert np.abs(np.linalg.eigvals(gate)).max() == pytest.approx(2.0)
    assert not np.delete(weights["b_ih"], slice(4, 8)).any()


def test_an_irnn_begins_with_the_identity(configure):
    config = configure(model={"cell": "rnn", "init": "identity"}).model
    weights = Model.create(config, np.random.default_rng(0)).named_parameters()
    np.testing.assert_array_equal(weights["W_hh"], np.eye(4))
