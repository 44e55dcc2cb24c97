import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Schedule, train_steps
from tests import oracle_rules
from tests.kernels.courses import Training, random_course

NAMES = ("constant", "cosine", "step", "exponential")


def filled(schedule, learning_rate, step, count):
    rates = np.full(count, np.nan)
    schedule.fill(rates, learning_rate, step)
    return rates


@given(
    name=st.sampled_from(NAMES),
    step=st.integers(0, 500),
    settings=st.fixed_dictionaries(
        {
            "steps": st.integers(1, 200),
            "decay": st.floats(0.01, 1),
            "floor": st.floats(0, 1),
            "warm_up": st.integers(0, 100),
        }
    ),
)
def test_factors_agree_with_the_oracle(name, step, settings):
    factor = Schedule(name, **settings).factor(step)
    wanted = oracle_rules.rate_factor(name, step, **settings)
    assert factor == pytest.approx(wanted, rel=1e-12, abs=1e-300)
    assert 0 <= factor <= 1


def test_each_schedule_has_its_shape():
    def shape(name, **settings):
        schedule = Schedule(name, steps=4, **settings)
        return [round(schedule.factor(step), 3) for step in range(9)]

    assert shape("constant") == [1] * 9
    assert shape("constant", warm_up=4) == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1]
    assert shape("cosine") == [1, 0.854, 0.5, 0.146, 0, 0, 0, 0, 0]
    assert shape("cosine", floor=0.1, warm_up=2) == [0.5, 1, 1, 0.868, 0.55, 0.232, 0.1, 0.1, 0.1]
    assert shape("step", decay=0.5) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]
    assert shape("exponential", decay=0.25) == [
        1, 0.707, 0.5, 0.354, 0.25, 0.177, 0.125, 0.088, 0.062,
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_burst_has_the_rates_of_its_steps(name):
    schedule = Schedule(name, steps=7, decay=0.3, warm_up=3)
    burst = filled(schedule, 0.02, 2, 30)
    assert burst.tolist() == [0.02 * schedule.factor(2 + n) for n in range(30)]
    assert filled(schedule, 0.02, 12, 20).tolist() == burst[10:].tolist()


def test_nothing_comes_before_the_first_step():
    with pytest.raises(ValueError, match="step: got -1, expected a whole number of at least 0"):
        Schedule().factor(-1)


@pytest.mark.parametrize("name", NAMES)
def test_a_burst_crosses_the_changes_of_a_schedule(name):
    schedule = Schedule(name, steps=4, decay=0.3, floor=0.1, warm_up=3)
    course = random_course("rnn", steps=14, schedule=schedule, optimizer="sgd", learning_rate=0.1)
    training, single = Training(course), Training(course)
    assert training.take(course.starts) == 14
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-11)
    for key, value in training.parameters.items():
        np.testing.assert_allclose(value, parameters[key], rtol=1e-9, atol=1e-13, err_msg=key)
    rates = []
    for starts in course.starts:
        single.take(starts[np.newaxis])
        rates += single.rates.tolist()
    assert rates == training.rates.tolist()
    assert rates == pytest.approx([0.1 * schedule.factor(step) for step in range(14)])
    assert single.state() == training.state()


def test_a_rate_of_zero_moves_nothing():
    schedule = Schedule("cosine", steps=2)
    course = random_course("rnn", steps=5, schedule=schedule)
    training = Training(course)
    training.take(course.starts[:2])
    before = training.flat.tobytes()
    assert training.take(course.starts[2:]) == 3
    assert training.rates.tolist() == [0, 0, 0]
    assert training.flat.tobytes() == before


def test_one_rate_is_that_of_every_step():
    course = random_course("lstm", steps=4, learning_rate=0.05)
    training, single = Training(course), Training(course)
    training.take(course.starts)
    train_steps(
        course.network, single.flat, single.gradient, single.optimizer, single.workspace,
        single.series, single.targets, course.starts, first=0, learning_rate=0.05, clip=1.0,
        losses=np.zeros(4), norms=np.zeros(4),
    )  # fmt: skip
    assert single.state() == training.state()
