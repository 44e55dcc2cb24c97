"""What the kernels take and touch: no new memory in a step, and none beyond their arguments."""

import gc
import tracemalloc

import numba
import numpy as np
import pytest

from rnn_kernels import backward, forward, step
from rnn_kernels.jit import jit
from tests.kernels.calls import INPUTS, LOSSES, sound_calls
from tests.kernels.courses import COURSES, Training, random_course
from tests.kernels.support import CELLS, ONE_AND_TWO_THREADS, blank, random_problem


def allocating(size):
    return np.empty(size).size


def test_the_count_of_allocations_sees_one(allocations):
    """Of code that may allocate, other than the kernels."""
    compiled = numba.njit(allocating)
    compiled(3)
    assert sum(allocations(lambda: compiled(3))) > 0


def test_a_kernel_that_would_allocate_does_not_compile():
    with pytest.raises(numba.core.errors.TypingError, match="built-in function empty"):
        jit(allocating)(3)


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_hundred_steps_allocate_no_more_than_one(cell, optimizer, threads, allocations):
    course = random_course(
        cell, steps=100, optimizer=optimizer, threads=threads, H=20, B=9, dtype=np.float32
    )
    training = Training(course)
    training.take(course.starts[:2])  # compiled, and everything warm
    one = allocations(lambda: training.take(course.starts[:1]))
    hundred = allocations(lambda: training.take(course.starts))
    assert hundred == one


@pytest.mark.parametrize("options", COURSES.values(), ids=COURSES)
def test_no_loss_and_no_rule_allocates_in_a_step(options, allocations):
    course = random_course("rnn", steps=100, H=20, B=9, dtype=np.float32, **options)
    training = Training(course)
    training.take(course.starts[:2])
    one = allocations(lambda: training.take(course.starts[:1]))
    assert allocations(lambda: training.take(course.starts)) == one


def held_after(count, training, burst):
    """Bytes that Python and NumPy hold after as many bursts more."""
    for _ in range(count):
        training.take(*burst)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("cell", CELLS)
def test_a_burst_leaves_nothing_behind_and_needs_no_more_with_more_steps(cell):
    course = random_course(cell, steps=100, H=20, B=9, dtype=np.float32)
    training = Training(course)
    bursts = {n: (course.starts[:n].copy(), np.zeros((3, n))) for n in (1, 100)}
    needed = {}
    tracemalloc.start()
    try:
        for steps in (1, 100) * 3:  # the first of them fill Python's own free lists
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            training.take(*bursts[steps])
            _, peak = tracemalloc.get_traced_memory()
            needed[steps] = peak - before
        held = [held_after(300, training, bursts[1]) for _ in range(3)]
    finally:
        tracemalloc.stop()
    assert abs(needed[100] - needed[1]) < 500  # one (B, H) array of float32 alone would be 720
    assert held[2] - held[1] < 300 * 100  # the smallest array that a burst could keep takes 112


@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_backward_allocate_nothing_for_a_timestep(cell, allocations):
    counts = set()
    for T in (2, 2, 60):
        problem = random_problem(cell, T=T, B=5, H=20, dtype=np.float32)
        workspace, gradient = problem.workspace(), blank(problem.network, np.float32)
        workspace.dy[...] = 1

        def sweep(problem=problem, workspace=workspace, gradient=gradient):
            forward(problem.network, problem.flat, workspace)
            backward(problem.network, problem.flat, workspace, gradient)

        sweep()
        counts.add(allocations(sweep))
    assert len(counts) == 1


MARGIN = 64


def embed(array):
    """Return the array as a part of a larger one, and the margins around it, full of NaN."""
    whole = np.full(array.size + 2 * MARGIN, np.nan, array.dtype)
    inner = whole[MARGIN:-MARGIN].reshape(array.shape)
    inner[...] = array
    return inner, (whole[:MARGIN], whole[-MARGIN:])


@pytest.mark.parametrize(
    "function",
    ["backward", "step", *LOSSES, "clip_by_global_norm", "clip_by_value", "update", "train_steps"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cell", CELLS)
def test_nothing_is_read_or_written_beyond_an_argument(cell, dtype, function):
    call, plain = sound_calls(dtype, cell)[function]
    call(**plain)
    call, spoiled = sound_calls(dtype, cell)[function]
    embedded = {
        name: embed(value)
        for name, value in spoiled.items()
        if isinstance(value, np.ndarray) and value.dtype != np.int64
    }
    call(**spoiled | {name: inner for name, (inner, _) in embedded.items()})
    for name, (inner, margins) in embedded.items():
        np.testing.assert_array_equal(inner, plain[name], err_msg=name)
        assert all(np.isnan(margin).all() for margin in margins), name


def test_a_step_reads_its_own_samples_only():
    problem = random_problem("lstm", T=1, B=4, H=9)
    h, c = problem.h0.copy(), problem.c0.copy()
    h[1:], c[1:] = np.nan, np.nan
    y = np.zeros((4, 2))
    step(problem.network, problem.flat, problem.x[0], h, c, h, c, y)
    assert np.isfinite(y[0]).all()
    assert np.isnan(y[1:]).all()


@pytest.mark.parametrize("function", [*LOSSES, "step", "update", "predict"])
def test_what_is_only_read_may_be_read_only(function):
    call, plain = sound_calls()[function]
    call(**plain)
    call, frozen = sound_calls()[function]
    for name in INPUTS[function]:
        frozen[name].flags.writeable = False
    call(**frozen)
    for name, value in plain.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(frozen[name], value, err_msg=name)
