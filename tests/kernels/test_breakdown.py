"""Where training breaks down: found before the weights or the optimizer have changed."""

import numpy as np
import pytest

from tests.kernels.courses import COURSES, Training, random_course
from tests.kernels.support import CELLS, DTYPES, ONE_AND_TWO_THREADS


def poisoned(course, where, bad, step):
    """Return the course with a bad row that one window, in one of its steps, reaches."""
    starts = course.starts % 20
    starts[step, 1] = 30
    values = getattr(course, where).copy()
    values[33] = bad
    return course.but(starts=starts, **{where: values})


def broken_off(course, at):
    """Return a training that met its fault at step `at`, and a sound one that stopped before."""
    training, sound = Training(course), Training(course)
    assert training.take(course.starts) == at
    sound.series[...] = np.nan_to_num(sound.series, posinf=0, neginf=0)
    sound.targets[...] = np.nan_to_num(sound.targets, posinf=0, neginf=0)
    assert sound.take(course.starts[:at]) == at
    return training, sound


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize(
    ("where", "bad"), [("series", np.nan), ("targets", np.nan), ("targets", np.inf)]
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_loss_that_is_not_finite_leaves_weights_and_optimizer(
    cell, optimizer, where, bad, threads
):
    course = random_course(cell, steps=6, optimizer=optimizer, threads=threads, dtype=np.float32)
    training, sound = broken_off(poisoned(course, where, bad, step=3), at=3)
    assert training.state() == sound.state()
    assert training.losses[:3].tolist() == sound.losses.tolist()
    assert np.isfinite(training.losses[:3]).all()
    assert not np.isfinite(training.losses[3])
    assert training.optimizer.step_count == 3


@pytest.mark.parametrize("options", COURSES.values(), ids=COURSES)
def test_no_loss_and_no_rule_lets_a_fault_through(options):
    course = random_course("lstm", steps=6, dtype=np.float32, **options)
    training, sound = broken_off(poisoned(course, "series", np.nan, step=3), at=3)
    assert training.state() == sound.state()
    assert not np.isfinite(training.losses[3])
    assert training.optimizer.step_count == 3


@pytest.mark.parametrize("limits", [{"clip_value": 0.1}, {"clip_value": 0.1, "clip": 0.0}])
@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adamw"])
def test_a_gradient_that_is_not_finite_is_found_before_it_is_clipped_by_value(optimizer, limits):
    training = Training(exploding(optimizer=optimizer, **limits))
    before = training.state()
    assert training.take(training.course.starts) == 0
    assert training.losses[0] == 1
    assert not np.isfinite(training.norms[0])
    assert training.state() == before


@pytest.mark.parametrize("cell", CELLS)
def test_an_infinite_input_that_saturates_its_units_is_found_all_the_same(cell):
    course = poisoned(random_course(cell, steps=6, D=1), "series", np.inf, step=3)
    training, sound = broken_off(course, at=3)
    assert training.state() == sound.state()
    assert not np.isfinite(training.losses[3] + training.norms[3])


def exploding(**options):
    """At rest, h = 0 and 1 − h² = 1: the loss is 1, the gradient grows by 1e30 a timestep."""
    course = random_course("rnn", steps=2, B=2, H=3, D=1, O=1, dtype=np.float32, first=5, **options)
    parameters = {name: np.zeros_like(value) for name, value in course.parameters.items()}
    parameters["W_hh"][...] = 1e30
    parameters["W_hy"][...] = 1
    return course.but(
        parameters=parameters,
        series=np.zeros_like(course.series),
        targets=np.ones_like(course.targets),
    )


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("clip", [0.0, 1.0])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_gradient_that_is_not_finite_leaves_weights_and_optimizer(optimizer, clip, threads):
    course = exploding(optimizer=optimizer, clip=clip, threads=threads)
    training = Training(course)
    before = training.state()
    assert training.take(course.starts) == 0
    assert training.losses[0] == 1
    assert not np.isfinite(training.norms[0])
    assert training.state() == before
    assert training.optimizer.step_count == 0
    assert training.workspace.dh_norm[-1] == pytest.approx(6**0.5)  # dy = −1, 2 samples of 3 units


def test_steps_after_the_fault_are_not_reported():
    course = random_course("lstm", steps=5)
    training = Training(course.but(targets=np.full_like(course.targets, np.nan)))
    assert training.take(course.starts) == 0
    assert np.isnan(training.losses).all()
    assert np.isnan(training.norms[1:]).all()


def test_a_training_that_broke_down_can_go_on():
    course = random_course("lstm", steps=4)
    training, sound = Training(course), Training(course)
    sound.take(course.starts)
    training.take(course.starts[:2])
    good = training.series.copy()
    training.series[...] = np.nan
    assert training.take(course.starts[2:]) == 0
    training.series[...] = good
    training.take(course.starts[2:])
    assert training.state() == sound.state()


@pytest.mark.parametrize("clip", [0.0, 1.0])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_learning_rate_of_a_million_diverges_and_does_not_crash(cell, optimizer, dtype, clip):
    course = random_course(
        cell, steps=200, optimizer=optimizer, dtype=dtype, clip=clip, learning_rate=1e6
    )
    training = Training(course)
    done = training.take(course.starts)
    assert not np.nanmax(training.losses) <= 1e6
    assert np.isfinite(training.losses[:done]).all()
    assert np.isfinite(training.norms[:done]).all()
    assert training.optimizer.step_count == done
    if done < 200:
        assert not np.isfinite(training.losses[done] + training.norms[done])


def test_without_clipping_stochastic_descent_at_a_huge_rate_ends_in_a_fault():
    course = random_course(
        "rnn", steps=200, optimizer="sgd", dtype=np.float32, clip=0.0, learning_rate=1e6
    )
    training = Training(course)
    assert training.take(course.starts) < 200
