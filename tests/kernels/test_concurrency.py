import threading
import time

import numpy as np
import pytest

from tests.kernels.courses import Training, random_course
from tests.kernels.support import CELLS, ONE_AND_TWO_THREADS


@ONE_AND_TWO_THREADS
def test_python_goes_on_while_the_kernels_work(threads):
    course = random_course(
        "lstm", steps=240, T=60, B=16, H=64, N=200, dtype=np.float32, threads=threads
    )
    training = Training(course)
    training.take(course.starts[:1])
    worker = threading.Thread(target=training.take, args=(course.starts,))
    ticks = 0
    begin = time.perf_counter()
    worker.start()
    while worker.is_alive():
        time.sleep(0.001)
        ticks += 1
    seconds = time.perf_counter() - begin
    worker.join()
    assert seconds > 0.05, "too short a burst to tell"
    assert ticks > 10


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("cell", CELLS)
def test_runs_side_by_side_do_not_disturb_each_other(cell, threads):
    courses = [
        random_course(cell, steps=60, T=20, B=9, H=19, threads=threads, dtype=np.float32, seed=seed)
        for seed in range(4)
    ]
    alone = [Training(course) for course in courses]
    for training in alone:
        training.take(training.course.starts)
    together = [Training(course) for course in courses]
    workers = [
        threading.Thread(target=training.take, args=(training.course.starts,))
        for training in together
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for one, other in zip(alone, together, strict=True):
        assert other.losses.tolist() == one.losses.tolist()
        assert other.state() == one.state()
