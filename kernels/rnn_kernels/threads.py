"""Whether a step takes one thread or several."""

import os
import time
from collections.abc import Callable


def processors() -> int:
    """Return on how many processors this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
