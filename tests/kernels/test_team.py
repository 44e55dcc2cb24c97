import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rnn_kernels.jit import jit
from rnn_kernels.team import Team, meet

pytestmark = pytest.mark.threads

ROUNDS = 500


@jit
def pass_on(numbers, out, barrier, part, threads):
    """Each round every thread adds up what all have written in the round before."""
    for k in range(out.shape[0]):
        numbers[part * 8] = k * threads + part
        meet(barrier, threads)
        for other in range(threads):
            out[k, part] += numbers[other * 8]
        meet(barrier, threads)


@jit
def parts_met(counts, barrier, part, threads):
    counts[part] += 1
    meet(barrier, threads)


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_all_read_after_a_meeting_what_each_has_written_before_it(threads):
    out = np.zeros((ROUNDS, threads), np.int64)
    Team(threads).run(pass_on, (np.zeros(threads * 8, np.int64), out), threads)
    k = np.arange(ROUNDS)[:, np.newaxis]
    wanted = threads * threads * k + threads * (threads - 1) // 2
    assert (out == wanted).all()


def test_a_team_works_in_one_thread_and_in_all_in_turn():
    team, counts = Team(3), np.zeros(3, np.int64)
    for _ in range(50):
        team.run(parts_met, (counts,), 3)
        team.run(parts_met, (counts,), 1)
    assert counts.tolist() == [100, 50, 50]


def test_a_thread_that_comes_late_is_waited_for():
    team, counts = Team(2), np.zeros(2, np.int64)

    def late(counts, barrier, part, threads):
        time.sleep(0.05 * part)
        parts_met(counts, barrier, part, threads)

    team.run(late, (counts,), 2)
    assert counts.tolist() == [1, 1]


def test_nobody_waits_for_a_thread_that_has_failed():
    def failing(counts, barrier, part, threads):
        if part:
            raise MemoryError("no room for a second thread")
        parts_met(counts, barrier, part, threads)

    with pytest.raises(MemoryError, match="second thread"):
        Team(2).run(failing, (np.zeros(2, np.int64),), 2)


def test_nobody_waits_for_a_caller_that_was_interrupted_before_its_part(monkeypatch):
    team, counts = Team(2), np.zeros(2, np.int64)
    submit = ThreadPoolExecutor.submit

    def interrupted(pool, *task):
        submit(pool, *task)
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        team.run(parts_met, (counts,), 2)
    monkeypatch.undo()
    team.run(parts_met, (counts,), 2)
    assert counts.tolist() == [1, 2]


def test_nobody_waits_for_a_caller_that_was_interrupted():
    team, counts = Team(2), np.zeros(2, np.int64)

    def interrupted(counts, barrier, part, threads):
        if part == 0:
            raise KeyboardInterrupt
        parts_met(counts, barrier, part, threads)

    with pytest.raises(KeyboardInterrupt):
        team.run(interrupted, (counts,), 2)
    assert counts.tolist() == [0, 1]
    team.run(parts_met, (counts,), 2)  # it can go on
    assert counts.tolist() == [1, 2]
