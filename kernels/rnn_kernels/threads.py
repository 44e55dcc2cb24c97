"""How parallel kernels share Numba's one pool of threads, and whether they use it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import numba

from rnn_kernels.jit import numba_config

_POOL = Lock()  # the pool belongs to the process: entered by two threads at once it aborts


@contextmanager
def numba_threads(threads: int) -> Iterator[None]:
    """Hold Numba's pool with a number of its threads, no more than the processor has.

    Unless NUMBA_THREADING_LAYER says otherwise the pool is Numba's own `workqueue`, whose idle
    threads sleep; those of OpenMP spin, which costs more than it gains on a busy processor.
    """
    with _POOL:
        if "NUMBA_THREADING_LAYER" not in os.environ:
            numba_config.THREADING_LAYER = "workqueue"
        before = numba.get_num_threads()
        numba.set_num_threads(min(threads, numba_config.NUMBA_NUM_THREADS))
        try:
            yield
        finally:
            numba.set_num_threads(before)


class ThreadChoice:
    """Chooses between one thread and several by what a step has taken with each of late.

    Several are slower where a step is short, or where another process keeps a core busy. Results
    do not depend on threads, so it may change its mind at any step: what was slower is tried again
    from time to time, for no more than a fiftieth of the time.

    Parameters
    ----------
    threads : int
        Threads to use where that is faster.
    clock : callable
        Monotonic seconds.
    """

    SHARE = 0.02
    """Most of the time that trials of what was slower may take."""

    def __init__(self, threads: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._options = tuple({1, threads})
        self._clock = clock
        self._warm: set[int] = set()
        """Which have taken a step: the first may have had to compile, and says nothing."""
        self._seconds: dict[int, float] = {}
        """Seconds of a step by number of threads; the latest counts half."""
        self._next_trial = 0.0

    def next(self, steps: int) -> tuple[int, int]:
        """Return with how many threads to go on, and for how many of the steps that are left."""
        for threads in self._options:
            if threads not in self._seconds:
                return threads, 1
        best = min(self._options, key=lambda threads: self._seconds[threads])
        others = [threads for threads in self._options if threads != best]
        if others and self._clock() >= self._next_trial:
            return others[0], 1
        return best, steps

    def record(self, threads: int, steps: int, seconds: float) -> None:
        """Take note of how long some steps have taken."""
        if threads not in self._warm:
            self._warm.add(threads)
            return
        latest = seconds / steps
        before = self._seconds.get(threads, latest)
        self._seconds[threads] = (before + latest) / 2
        if threads != min(self._seconds, key=lambda option: self._seconds[option]):
            self._next_trial = self._clock() + seconds / self.SHARE
