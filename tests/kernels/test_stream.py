import tracemalloc

import numpy as np
import pytest
from hypothesis import given

from rnn_kernels import Network, Stream, forward, initialise
from tests import oracle
from tests.kernels.support import CELLS, DTYPES, by_layer, random_problem, random_sizes

SIZES = [
    {"T": 5, "B": 3, "D": 2, "H": 6, "O": 2},
    {"T": 4, "B": 9, "D": 1, "H": 17, "O": 1},
    {"T": 3, "B": 13, "D": 5, "H": 32, "O": 3, "layers": 2},
    {"T": 6, "B": 1, "D": 3, "H": 33, "O": 1, "layers": 4},
]


def stream_of(problem, parameters=None):
    """A stream from the initial states of a problem."""
    parameters = problem.flat if parameters is None else parameters
    stream = Stream(problem.network, parameters, batch_size=problem.x.shape[1])
    start(stream, problem)
    return stream


def start(stream, problem):
    for states, first in ((stream.h, problem.h0), (stream.c, problem.c0)):
        for state, values in zip(states, by_layer(first), strict=bool(states)):
            state[:] = values


def outputs_by_steps(stream, x):
    outputs = []
    for x_t in x:
        stream.x[:] = x_t
        outputs.append(stream.step().copy())
    return np.array(outputs)


def outputs_in_a_run(stream, x):
    y = np.full((*x.shape[:2], stream.y.shape[1]), np.nan, x.dtype)
    stream.run(x, y)
    return y


WAYS = [outputs_by_steps, outputs_in_a_run]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_stream_agrees_with_the_oracle(cell, dtype, size, way):
    problem = random_problem(cell, **size, scale=0.2, dtype=dtype)
    stream = stream_of(problem)
    y = way(stream, problem.cast(problem.x))
    h0, c0 = by_layer(problem.h0), by_layer(problem.c0)
    traces = oracle.forward_layers(cell, problem.parameters, problem.x, h0, c0)
    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(y, traces[-1].y, rtol=0, atol=tolerance)
    for n, trace in enumerate(traces):
        np.testing.assert_allclose(stream.h[n], trace.h[-1], rtol=0, atol=tolerance)
        if stream.c:
            np.testing.assert_allclose(stream.c[n], trace.c[-1], rtol=0, atol=tolerance)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", DTYPES)
@given(sizes=random_sizes())
def test_a_stream_has_the_bits_of_the_forward_pass(dtype, way, sizes):
    problem = random_problem(**sizes, dtype=dtype)
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace)
    stream = stream_of(problem)
    np.testing.assert_array_equal(way(stream, problem.cast(problem.x)), workspace.y)
    for n, layer in enumerate(workspace.layers):
        np.testing.assert_array_equal(stream.h[n], layer.h[-1])
        if layer.c is not None:
            np.testing.assert_array_equal(stream.c[n], layer.c[-1])


@pytest.mark.parametrize("cell", CELLS)
def test_a_run_in_pieces_is_one_run(cell):
    problem = random_problem(cell, T=11, B=5, H=9, layers=2)
    whole, pieces = stream_of(problem), stream_of(problem)
    y = outputs_in_a_run(whole, problem.x)
    parts = [outputs_in_a_run(pieces, problem.x[some]) for some in (slice(4), slice(4, 11))]
    np.testing.assert_array_equal(np.concatenate(parts), y)


def test_a_new_stream_and_one_that_was_reset_start_from_zero():
    problem = random_problem("lstm", H=9, layers=2)
    fresh = Stream(problem.network, problem.flat, batch_size=3)
    used = stream_of(problem)
    outputs_in_a_run(used, problem.x)
    used.reset()
    np.testing.assert_array_equal(
        outputs_in_a_run(used, problem.x), outputs_in_a_run(fresh, problem.x)
    )
    for state in (*used.h, *used.c):
        assert state.any()


def test_a_stream_takes_the_parameters_as_they_are_by_then():
    problem = random_problem("rnn", B=1)
    parameters = problem.flat.copy()
    stream = stream_of(problem, parameters)
    parameters[:] = 0
    stream.x[:] = 1
    assert stream.step().tolist() == [[0.0, 0.0]]


def test_no_timesteps_are_no_change():
    problem = random_problem("lstm")
    stream = stream_of(problem)
    stream.run(np.empty((0, 3, 2)), np.empty((0, 3, 2)))
    np.testing.assert_array_equal(stream.h[0], problem.h0)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_stream_stays_within_its_arrays(cell, dtype, size, guards):
    problem = random_problem(cell, **size, dtype=dtype)
    stream = stream_of(problem, guards.copy(problem.flat))
    x = guards.copy(problem.cast(problem.x))
    y = guards.zeros((size["T"], size["B"], size["O"]), np.dtype(dtype))
    stream.run(x, y)
    guards.assert_untouched()
    assert len(guards.wholes) == 9  # x and y of stream and workspace, and the workspace's others
    again = stream_of(problem)
    np.testing.assert_array_equal(outputs_by_steps(again, problem.cast(problem.x)), y)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_run_allocates_nothing_for_a_timestep(cell, layers, allocations):
    network = Network(cell, 2, 20, 1, layers)
    stream = Stream(network, initialise(network, np.random.default_rng(0), np.float32))
    x, y = np.ones((500, 1, 2), np.float32), np.empty((500, 1, 1), np.float32)
    stream.run(x, y)
    few = allocations(lambda: stream.run(x[:1], y[:1]))
    many = allocations(lambda: stream.run(x, y))
    assert many == few


def test_steps_leave_nothing_behind():
    network = Network("lstm", 2, 20, 1)
    stream = Stream(network, initialise(network, np.random.default_rng(0), np.float32))
    stream.step()
    tracemalloc.start()
    try:
        stream.step()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(1000):
            stream.step()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1000  # a single byte a step


def complaint(call, *arguments, **options):
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        call(*arguments, **options)
    return str(raised.value)


def test_bad_arguments_of_a_stream():
    problem = random_problem("lstm", dtype=np.float32)
    network, flat = problem.network, problem.flat
    assert complaint(Stream, network, flat[:-1]) == (
        f"parameters: got shape ({flat.size - 1},), expected ({flat.size})"
    )
    assert complaint(Stream, network, flat.tolist()) == (
        "parameters: got list, expected a NumPy array"
    )
    assert complaint(Stream, network, flat.astype(np.int32)) == (
        "parameters: got dtype int32, expected float32 or float64"
    )
    assert complaint(Stream, network, flat, batch_size=0) == (
        "batch_size: got 0, expected a whole number of at least 1"
    )


def test_bad_arguments_of_a_run():
    problem = random_problem("lstm", dtype=np.float32)
    run = stream_of(problem).run
    x, y = np.zeros((7, 3, 2), np.float32), np.zeros((7, 3, 2), np.float32)
    assert complaint(run, x[0], y) == "x: got shape (3, 2), expected (any, 3, 2)"
    assert complaint(run, x.astype(float), y) == "x: got dtype float64, expected float32"
    assert complaint(run, x, y[1:]) == "y: got shape (6, 3, 2), expected (7, 3, 2)"
    assert complaint(run, x[::2], y[::2]).startswith("x: got strides ")
    y.flags.writeable = False
    assert complaint(run, x, y) == "y: got a read-only array, expected one that can be filled"
