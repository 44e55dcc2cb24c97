"""Norms of ∂L/∂h_t and ∂L/∂c_t where they leave what float32 or its squares can hold."""

import numpy as np
import pytest

from rnn_kernels import backward, forward
from tests import oracle
from tests.kernels.support import CELLS, DTYPES, LSTMS, blank, random_problem


def norms(problem, dy):
    """Norms that the kernels find for a gradient at the outputs."""
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace)
    workspace.dy[...] = dy
    backward(problem.network, problem.flat, workspace, blank(problem.network, problem.dtype))
    return workspace.dh_norm.copy(), workspace.dc_norm.copy()


def oracle_norms(problem, dy):
    p, zero = problem.parameters, np.zeros_like(problem.h0)
    trace = oracle.forward(problem.cell, p, problem.x, problem.h0, problem.c0)
    dy = dy.astype(problem.dtype).astype(np.float64)
    gradients = oracle.backward(problem.cell, p, problem.x, trace, dy, zero, zero)
    return gradients.dh_norm, gradients.dc_norm


@pytest.mark.parametrize("size", [1e-36, 1e-30, 1e-20, 1e20, 1e30])
@pytest.mark.parametrize("cell", CELLS)
def test_norms_survive_where_the_squares_of_float32_do_not(cell, size):
    problem = random_problem(cell, T=4, B=3, H=17, scale=0.3, dtype=np.float32)
    dy = size * problem.target
    found, wanted = norms(problem, dy), oracle_norms(problem, dy)
    assert 0.1 * size < wanted[0].min() < wanted[0].max() < 100 * size
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-4)
    if cell in LSTMS:
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-4)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_no_gradient_has_a_norm_of_zero(cell, dtype):
    problem = random_problem(cell, H=17, dtype=dtype)
    for found in norms(problem, np.zeros_like(problem.target)):
        assert found.tolist() == [0.0] * 7


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_gradient_that_underflows_on_its_way_has_a_norm_of_zero(dtype):
    T = 100 if dtype is np.float32 else 600
    problem = random_problem("rnn", T=T, B=2, H=5, scale=0.03, dtype=dtype)
    dy = np.zeros_like(problem.target)
    dy[-1] = 1
    found, _ = norms(problem, dy)
    assert found[-1] > 0
    assert found[0] == 0.0
    assert (np.diff(found[found > 0]) > 0).all()


def at_rest(dtype, H=5, growth=1e10):
    """An RNN with h = 0 throughout, so that W_hh alone moves the gradient."""
    problem = random_problem("rnn", T=60, B=2, D=1, H=H, O=1, dtype=dtype)
    for name, value in problem.parameters.items():
        value[...] = {"W_hh": growth, "W_hy": 1.0}.get(name, 0.0)
    problem.x[...] = problem.h0[...] = 0
    return problem


@pytest.mark.parametrize("H", [1, 5, 16, 17])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_gradient_that_overflows_on_its_way_has_a_norm_of_infinity(dtype, H):
    problem = at_rest(dtype, H)
    dy = np.zeros_like(problem.target)
    dy[-1] = 1
    found, _ = norms(problem, dy)
    steps = np.arange(59, -1, -1)
    with np.errstate(over="ignore"):
        wanted = (2 * H) ** 0.5 * (1e10 * H) ** steps.astype(np.float64)
        held = wanted**2 < np.finfo(np.float64).max
    held &= wanted < float(np.finfo(dtype).max)
    assert held.any()
    np.testing.assert_allclose(found[held], wanted[held], rtol=1e-5)
    assert np.isinf(found[:5]).all()
    assert np.isinf(found[~held]).all()


def test_norms_are_over_batch_and_units_and_count_the_readout_of_their_own_timestep():
    problem = at_rest(np.float64, H=4, growth=0.0)
    dy = np.ones_like(problem.target)
    found, _ = norms(problem, dy)
    np.testing.assert_allclose(found, np.sqrt(2 * 4))
