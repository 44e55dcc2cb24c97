import numpy as np
import pytest

from rnn_kernels import step
from tests import oracle
from tests.kernels.support import CELLS, DTYPES, LSTMS, expected, random_problem

TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}


def states(problem):
    h = problem.cast(problem.h0)
    return h, problem.cast(problem.c0) if problem.cell in LSTMS else None


def one_step(problem, t, h, c, h_out, c_out):
    y = np.full(problem.target.shape[1:], np.nan, problem.dtype)
    step(problem.network, problem.flat, problem.cast(problem.x[t]), h, c, h_out, c_out, y)
    return y


@pytest.mark.parametrize("H", [1, 6, 16, 33])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_one_timestep_agrees_with_the_oracle(cell, dtype, H):
    problem = random_problem(cell, T=1, B=5, D=3, H=H, O=2, scale=0.5 / H**0.5, dtype=dtype)
    h, c = states(problem)
    h_out = np.full_like(h, np.nan)
    c_out = None if c is None else np.full_like(c, np.nan)
    y = one_step(problem, 0, h, c, h_out, c_out)
    trace = oracle.forward(cell, problem.parameters, problem.x, problem.h0, problem.c0)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    np.testing.assert_allclose(h_out, trace.h[1], **tolerance)
    np.testing.assert_allclose(y, trace.y[0], **tolerance)
    np.testing.assert_array_equal(h, problem.h0)
    if c is not None:
        np.testing.assert_allclose(c_out, trace.c[1], **tolerance)
        np.testing.assert_array_equal(c, problem.c0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_steps_in_place_follow_the_whole_forward_pass(cell, dtype):
    problem = random_problem(cell, T=9, B=2, H=7, scale=0.3, dtype=dtype)
    h, c = states(problem)
    wanted = expected(problem)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    for t in range(len(problem.x)):
        y = one_step(problem, t, h, c, h, c)
        np.testing.assert_allclose(y, wanted["y"][t], **tolerance)
        np.testing.assert_allclose(h, wanted["h"][t], **tolerance)
        if c is not None:
            np.testing.assert_allclose(c, wanted["c"][t], **tolerance)


@pytest.mark.parametrize("cell", CELLS)
def test_samples_do_not_see_each_other(cell):
    problem = random_problem(cell, T=1, B=4, H=9)
    h, c = states(problem)
    together = one_step(problem, 0, h, c, h, c)
    for b in range(4):
        h, c = states(problem)
        alone_h, alone_c = h[b : b + 1], None if c is None else c[b : b + 1]
        y = np.empty((1, 2))
        x = problem.x[0, b : b + 1]
        step(problem.network, problem.flat, x, alone_h, alone_c, alone_h, alone_c, y)
        np.testing.assert_allclose(y[0], together[b], rtol=1e-12)


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_one_timestep_through_several_layers_agrees_with_the_oracle(cell, dtype, layers):
    problem = random_problem(cell, T=1, B=5, D=3, H=18, layers=layers, scale=0.1, dtype=dtype)
    h, c = states(problem)
    y = one_step(problem, 0, h, c, h, c)
    traces = oracle.forward_layers(cell, problem.parameters, problem.x, problem.h0, problem.c0)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    np.testing.assert_allclose(y, traces[-1].y[0], **tolerance)
    for n, trace in enumerate(traces):
        np.testing.assert_allclose(h[n], trace.h[1], **tolerance)
        if c is not None:
            np.testing.assert_allclose(c[n], trace.c[1], **tolerance)
