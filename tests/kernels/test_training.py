import numpy as np
import pytest

from rnn_kernels import Workspace, backward, clip_by_global_norm, forward, mse
from tests import oracle, oracle_rules
from tests.kernels.courses import COURSES, Training, random_course
from tests.kernels.support import CELLS, DTYPES, LSTMS, blank


def assert_same_arrays(actual, wanted, **tolerance):
    assert actual.keys() == wanted.keys()
    for name, value in wanted.items():
        np.testing.assert_allclose(actual[name], value, err_msg=name, **tolerance)


@pytest.mark.parametrize("clip", [0.0, 0.05])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_agrees_with_the_oracle(cell, optimizer, clip):
    course = random_course(cell, steps=12, first=2, optimizer=optimizer, clip=clip)
    training = Training(course)
    assert training.take(course.starts) == 12
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-12)
    assert_same_arrays(training.parameters, parameters, rtol=1e-9, atol=1e-12)
    assert training.optimizer.step_count == 12


BY_COURSE = pytest.mark.parametrize("options", COURSES.values(), ids=COURSES)


@BY_COURSE
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_loss_and_rule_agrees_with_the_oracle(cell, options):
    course = random_course(cell, steps=12, first=2, **options)
    training = Training(course)
    assert training.take(course.starts) == 12
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-10)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-9)
    assert_same_arrays(training.parameters, parameters, rtol=1e-8, atol=1e-11)


@pytest.mark.threads
@pytest.mark.parametrize("dtype", DTYPES)
@BY_COURSE
def test_every_loss_and_rule_takes_the_same_bits_in_any_burst_with_any_threads(options, dtype):
    course = random_course("lstm", steps=9, B=13, H=19, dtype=dtype, **options)
    burst, single, together = (
        Training(course), Training(course), Training(course.but(threads=2)),
    )  # fmt: skip
    burst.take(course.starts)
    together.take(course.starts)
    for starts in course.starts:
        assert single.take(starts[np.newaxis]) == 1
    assert single.state() == burst.state() == together.state()
    assert together.losses.tolist() == burst.losses.tolist()


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_training_of_several_layers_agrees_with_the_oracle(cell, layers):
    course = random_course(cell, steps=8, first=1, H=9, layers=layers, clip=0.5)
    training = Training(course)
    assert training.take(course.starts) == 8
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-12)
    assert_same_arrays(training.parameters, parameters, rtol=1e-9, atol=1e-12)
    starts = np.arange(20)
    wanted = oracle.predict(cell, course.parameters, course.series, starts, course.T)
    np.testing.assert_allclose(course.predictions(starts), wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_training_in_float32_follows_the_oracle(cell):
    course = random_course(cell, steps=10, H=17, B=5, dtype=np.float32, optimizer="sgd", clip=0.0)
    training = Training(course)
    training.take(course.starts)
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-5)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-5)
    assert_same_arrays(training.parameters, parameters, rtol=0, atol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_burst_is_as_many_bursts_of_one(cell, optimizer, dtype):
    course = random_course(cell, steps=9, optimizer=optimizer, dtype=dtype)
    burst, single = Training(course), Training(course)
    burst.take(course.starts)
    losses, norms = [], []
    for starts in course.starts:
        assert single.take(starts[np.newaxis]) == 1
        losses += single.losses.tolist()
        norms += single.norms.tolist()
    assert losses == burst.losses.tolist()
    assert norms == burst.norms.tolist()
    assert single.state() == burst.state()


@pytest.mark.threads
@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(cell, dtype, threads):
    course = random_course(cell, steps=8, T=20, B=13, H=19, dtype=dtype)
    alone, together = Training(course), Training(course.but(threads=threads))
    alone.take(course.starts)
    together.take(course.starts)
    assert together.losses.tolist() == alone.losses.tolist()
    assert together.norms.tolist() == alone.norms.tolist()
    assert together.state() == alone.state()
    starts = np.arange(20)
    np.testing.assert_array_equal(
        course.but(threads=threads).predictions(starts), course.predictions(starts)
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_same_course_gives_the_same_bits(dtype):
    course = random_course("lstm", steps=20, H=19, dtype=dtype)
    once, again = Training(course), Training(course)
    once.take(course.starts)
    again.take(course.starts)
    assert once.losses.tolist() == again.losses.tolist()
    assert once.state() == again.state()


@pytest.mark.parametrize("clip", [0.0, 0.01])
@pytest.mark.parametrize("cell", CELLS)
def test_one_step_is_forward_loss_backward_clip_update(cell, clip):
    """The kernels that look into a network and those that train it are one and the same."""
    course = random_course(cell, steps=1, first=3, clip=clip)
    training, by_hand = Training(course), Training(course)
    training.take(course.starts)
    workspace = Workspace(course.network, timesteps=course.T, batch_size=3, dtype=np.float64)
    workspace.x[...] = oracle.windows(course.series, course.starts[0], course.T)
    target = oracle.windows(course.targets, course.starts[0], course.T)
    gradient = blank(course.network, np.float64)
    forward(course.network, by_hand.flat, workspace, first=3)
    loss = mse(workspace.y, target, workspace.dy, first=3)
    backward(course.network, by_hand.flat, workspace, gradient, first=3)
    norm = clip_by_global_norm(gradient, clip)
    by_hand.optimizer.update(by_hand.flat, gradient, course.learning_rate)
    assert loss == pytest.approx(training.losses[0], rel=1e-13)
    assert norm == pytest.approx(training.norms[0], rel=1e-13)
    np.testing.assert_allclose(training.gradient, gradient, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(training.workspace.dh_norm, workspace.dh_norm, rtol=1e-12)
    np.testing.assert_allclose(training.workspace.dc_norm, workspace.dc_norm, rtol=1e-12)
    assert_same_arrays(training.parameters, by_hand.parameters, rtol=1e-7)


@pytest.mark.parametrize("cell", CELLS)
def test_the_trace_and_the_norms_left_are_those_of_the_last_step(cell):
    course = random_course(cell, steps=4, first=2)
    training, before = Training(course), Training(course)
    training.take(course.starts)
    before.take(course.starts[:-1])
    zero = np.zeros((3, 6))
    x = oracle.windows(course.series, course.starts[-1], course.T)
    target = oracle.windows(course.targets, course.starts[-1], course.T)
    trace = oracle.forward(cell, before.parameters, x, zero, zero)
    _, dy = oracle_rules.mse(trace.y, target, 2)
    gradients = oracle.backward(cell, before.parameters, x, trace, dy, zero, zero)
    workspace = training.workspace
    np.testing.assert_allclose(workspace.dh_norm, gradients.dh_norm, rtol=1e-12)
    np.testing.assert_allclose(workspace.gate("h"), trace.h[1:], rtol=1e-11, atol=1e-14)
    if cell in LSTMS:
        np.testing.assert_allclose(workspace.dc_norm, gradients.dc_norm, rtol=1e-12)
        for name in "ifgo":
            np.testing.assert_allclose(workspace.gate(name), trace.gates[name], rtol=1e-12)


def test_every_step_starts_from_zero_states():
    course = random_course("lstm", steps=1)
    fresh, used = Training(course), Training(course)
    used.workspace.h[...], used.workspace.c[...] = 7.0, -7.0
    fresh.take(course.starts)
    used.take(course.starts)
    assert used.losses.tolist() == fresh.losses.tolist()


def test_the_gradient_left_is_the_clipped_one_of_the_last_step():
    training = Training(random_course("rnn", steps=3, clip=1e-3))
    training.take(training.course.starts)
    assert training.norms[-1] > 1e-3
    assert clip_by_global_norm(training.gradient, 0) == pytest.approx(1e-3)


def test_no_rows_are_no_steps():
    training = Training(random_course("lstm"))
    before = training.state()
    assert training.take(np.empty((0, 3), np.int64)) == 0
    assert training.state() == before


def test_windows_may_reach_to_the_ends_of_the_series():
    course = random_course("rnn", N=9, T=9, B=2, steps=2)
    training = Training(course)
    assert training.take(np.zeros((2, 2), np.int64)) == 2
    np.testing.assert_allclose(training.losses, course.expected()[1], rtol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_network_learns_a_sine(cell, optimizer):
    wave = np.sin(0.3 * np.arange(201))[:, np.newaxis]
    course = random_course(cell, steps=400, D=1, O=1, H=8, N=200, T=10, B=8, dtype=np.float32).but(
        series=wave[:-1],
        targets=wave[1:],
        optimizer=optimizer,
        learning_rate=0.01 if optimizer == "adam" else 0.1,
    )
    training = Training(course)
    training.take(course.starts)
    assert training.losses[-5:].mean() < 0.1 * training.losses[:5].mean()
