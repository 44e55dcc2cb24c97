"""The yardstick of the benchmark computes what it is compared with."""

import numpy as np
import pytest

from benchmarks import plain_numpy
from tests import oracle, oracle_rules
from tests.kernels.support import random_problem


@pytest.mark.parametrize("cell", plain_numpy.GATES)
def test_plain_numpy_has_the_loss_and_gradient_of_the_oracle(cell):
    problem = random_problem(cell, T=9, B=4, D=1, H=7, O=1, dtype=np.float32)
    p = {name: value.astype(np.float32) for name, value in problem.parameters.items()}
    x, target = problem.cast(problem.x), problem.cast(problem.target)
    loss, d = getattr(plain_numpy, cell)(p, x, target)
    zero = np.zeros((4, 7))
    trace = oracle.forward(cell, problem.parameters, problem.x, zero, zero)
    wanted_loss, dy = oracle_rules.mse(trace.y, problem.target, 0)
    wanted = oracle.backward(cell, problem.parameters, problem.x, trace, dy, zero, zero)
    assert loss == pytest.approx(wanted_loss, rel=1e-5)
    for name, value in wanted.parameters.items():
        assert d[name].dtype == np.float32
        np.testing.assert_allclose(d[name], value, rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("cell", plain_numpy.GATES)
def test_plain_numpy_takes_steps(cell):
    plain_numpy.training(cell, 3, 5, 4, 1e-3, 1.0)(3)
