"""One thread or several: what is faster, found out at little cost."""

import pytest

from rnn_kernels.threads import ThreadChoice


class Machine:
    """Takes as long for a step as it is told, by number of threads."""

    def __init__(self, **seconds):
        self.seconds = {1: seconds["one"], 2: seconds["two"]}
        self.now = 0.0
        self.steps = {1: 0, 2: 0}
        self.spent = {1: 0.0, 2: 0.0}
        self.choice = ThreadChoice(2, clock=lambda: self.now)

    def train(self, bursts, steps=50):
        for _ in range(bursts):
            left = steps
            while left:
                threads, count = self.choice.next(left)
                assert 1 <= count <= left
                seconds = count * self.seconds[threads]
                self.now += seconds
                self.steps[threads] += count
                self.spent[threads] += seconds
                self.choice.record(threads, count, seconds)
                left -= count


@pytest.mark.parametrize(("one", "two", "best"), [(1e-4, 3e-3, 1), (2e-2, 1.2e-2, 2)])
def test_the_faster_one_does_nearly_all_the_work(one, two, best):
    machine = Machine(one=one, two=two)
    machine.train(400)
    slower = 3 - best
    first_steps = 2 * machine.seconds[slower]
    assert machine.spent[slower] - first_steps < 0.025 * sum(machine.spent.values())
    assert machine.steps[best] > 0.97 * 400 * 50


def test_it_changes_its_mind_when_a_core_is_taken_and_when_it_is_free_again():
    machine = Machine(one=2e-2, two=1.2e-2)
    machine.train(50)
    machine.seconds[2] = 5e-2
    machine.train(50)
    before = dict(machine.steps)
    machine.train(50)
    assert machine.steps[1] - before[1] > 0.9 * 50 * 50
    machine.seconds[2] = 1.2e-2
    machine.train(200)
    before = dict(machine.steps)
    machine.train(50)
    assert machine.steps[2] - before[2] > 0.9 * 50 * 50


def test_a_first_step_that_compiles_does_not_count():
    machine = Machine(one=1e-2, two=5e-3)
    for threads in (1, 2):
        machine.choice.record(threads, 1, 20.0)
    machine.train(20)
    assert machine.steps[2] > 0.9 * 20 * 50


def test_with_one_thread_there_is_nothing_to_choose():
    choice = ThreadChoice(1)
    for _ in range(3):
        threads, _ = choice.next(7)
        assert threads == 1
        choice.record(1, 1, 0.1)
    assert choice.next(7) == (1, 7)
