"""Steps: by the oracle, the same bits whatever burst and threads, and where they break down."""

import numpy as np
import pytest

from rnn_kernels import processors
from rnn_tui.training.model import random_streams
from rnn_tui.training.sampling import BatchSampler
from tests import oracle
from tests.kernels.support import CELLS, set_parameters
from tests.training.wave import SCALED, VALIDATION_START, T, parameters_of, trained


def set_all(trainer, **values):
    """Set every parameter to a number, 0 where none is given."""
    network, parameters = trainer.model.network, trainer.model.parameters
    mapping = {
        name: np.full(shape, values.get(name, 0.0)) for name, shape in network.shapes.items()
    }
    parameters[:] = set_parameters(network, parameters.dtype, mapping)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_same_seed_gives_the_same_bits(trainer, cell, dtype):
    model = {"cell": cell, "dtype": dtype}
    first, again, other = (
        trained(trainer(model=model, seed=seed)) for seed in (3, 3, 4)
    )  # fmt: skip
    assert first == again
    assert other[0] != first[0]


@pytest.mark.threads
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(trainer, cell):
    model = {"cell": cell, "hidden_size": 19}
    assert trained(trainer(model=model)) == trained(trainer(model=model, threads=2))


def test_there_are_no_more_threads_than_processors(trainer):
    assert trainer(threads=256)._workspace.threads == processors()


@pytest.mark.parametrize("model", [{}, {"layers": 2, "dropout": 0.3}], ids=["plain", "dropout"])
def test_the_bits_do_not_depend_on_the_length_of_the_bursts(trainer, model):
    whole, single = trainer(model=model), trainer(model=model)
    wanted = trained(whole)
    losses = [single.train(1).loss[0] for _ in range(40)]
    assert losses == wanted[0]
    assert single.model.parameters.tobytes() == wanted[2]
    assert single.step == whole.step == 40


def test_layers_are_trained_with_dropout_and_looked_into_without(trainer):
    model = {"layers": 3, "dropout": 0.5}
    dropped, whole = trainer(model=model), trainer(model=model | {"dropout": 0.0})
    np.testing.assert_array_equal(dropped.forecast().predicted, whole.forecast().predicted)
    assert trained(dropped)[0] != trained(whole)[0]
    top = dropped.trace().gates["h"]
    dropped.model.parameters[:] = whole.model.parameters
    np.testing.assert_array_equal(dropped.forecast().predicted, whole.forecast().predicted)
    assert top.shape == whole.trace().gates["h"].shape
    np.testing.assert_array_equal(dropped.trace().gates["h"], whole.trace().gates["h"])
    assert dropped.errors("test").rmse == whole.errors("test").rmse


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_is_that_of_the_oracle_on_the_same_windows(trainer, cell, optimizer, loss_at):
    one = trainer(model={"cell": cell}, optimizer=optimizer, loss_at=loss_at, clip=0.5, seed=7)
    before = parameters_of(one)
    sampler = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1])
    starts = sampler.take(4)
    assert len(starts) == 4
    parameters, losses, norms = oracle.train(
        cell, before, optimizer, SCALED[:-1], SCALED[1:], starts,
        T=T, first=T - 1 if loss_at == "last" else 0, learning_rate=one.learning_rate,
        threshold=0.5,
    )  # fmt: skip
    burst = one.train(4)
    np.testing.assert_allclose(burst.loss, losses, rtol=1e-11)
    np.testing.assert_allclose(burst.gradient_norm, norms, rtol=1e-11)
    for name, value in parameters_of(one).items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-8, atol=1e-11)


def test_a_burst_crosses_epochs_and_says_where(trainer):
    one = trainer()  # 50 windows to train on: 6 batches of 8
    assert one.steps_to_evaluation == 12  # ten steps apart at least
    burst = one.train(8)
    assert (len(burst.loss), burst.epoch, burst.epoch_starts) == (8, 2, (6,))
    assert one.steps_to_evaluation == 4
    burst = one.train(17)
    assert (len(burst.loss), burst.epoch, burst.epoch_starts) == (17, 5, (4, 10, 16))
    assert one.train(2).epoch_starts == ()
    assert one.steps_to_evaluation == 9


def test_the_epoch_is_that_of_the_last_step_taken_where_training_breaks_down(trainer):
    one = trainer(optimizer="sgd", clip=0)
    one.train(5)
    one.learning_rate = 1e3
    burst = one.train(100)
    assert burst.fault is not None
    last = 5 + len(burst.loss)
    assert 6 < last < 94
    assert burst.epoch == (last - 1) // 6 + 1
    assert burst.epoch_starts == tuple(range(1, len(burst.loss), 6))


def test_bursts_of_any_length_train_alike(trainer):
    whole, parts = trainer(), trainer()
    together = whole.train(20).loss
    apart = np.concatenate([parts.train(count).loss for count in (1, 7, 12)])
    np.testing.assert_array_equal(together, apart)
    np.testing.assert_array_equal(whole.model.parameters, parts.model.parameters)


def test_the_learning_rate_can_change_between_bursts(trainer):
    one = trainer(optimizer="sgd")
    one.learning_rate = 1e-12
    before = one.model.parameters.copy()
    one.train(6)
    np.testing.assert_allclose(one.model.parameters, before, atol=1e-11)
    one.learning_rate = 0.5
    one.train(6)
    assert np.abs(one.model.parameters - before).max() > 1e-3


def test_a_burst_cannot_be_written(trainer):
    burst = trainer().train(3)
    assert not burst.loss.flags.writeable
    assert not burst.gradient_norm.flags.writeable


@pytest.mark.parametrize("cell", CELLS)
def test_a_loss_that_is_not_finite_is_a_fault_in_words(trainer, cell):
    one = trainer(model={"cell": cell})
    one.train(3)
    set_all(one, W_hy=np.nan)
    before = one.model.parameters.tobytes()
    burst = one.train(3)
    assert burst.fault == "the loss was not finite at step 4"
    assert len(burst.loss) == 1
    assert one.step == 4
    assert one.model.parameters.tobytes() == before
    assert one.errors("validation").rmse == np.inf
    assert one.errors("validation").loss == np.inf


def test_a_gradient_that_is_not_finite_is_a_fault_in_words(trainer):
    one = trainer(model={"cell": "rnn", "dtype": "float32"})
    set_all(one, W_hh=1e30, W_hy=1)  # at rest, so that the loss says nothing
    before = one.model.parameters.tobytes()
    burst = one.train(3)
    assert burst.fault == "the gradient was not finite at step 1"
    assert np.isfinite(burst.loss).all()
    assert one.model.parameters.tobytes() == before


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_learning_rate_of_a_million_is_a_fault_and_no_crash(trainer, cell, optimizer, dtype):
    one = trainer(
        model={"cell": cell, "dtype": dtype}, optimizer=optimizer, learning_rate=1e6, clip=1.0
    )
    faults = [one.train(1).fault for _ in range(30)]
    step = next(k for k, fault in enumerate(faults, 1) if fault is not None)
    assert faults[step - 1].startswith("the ")
    assert faults[step - 1].endswith(f" at step {step}")
    assert np.isfinite(one.model.parameters).all()
