"""How parallel kernels share Numba's one pool of threads."""

import os
from collections.abc import Iterator
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
