"""Random shapes and weights: from nearly linear networks to saturated and chaotic ones."""

import numpy as np
import pytest
from hypothesis import given

from tests.kernels.support import (
    DTYPES,
    assert_close,
    expected,
    random_problem,
    random_sizes,
    rounding_slack,
    solve,
)

RTOL = {np.float64: 1e-11, np.float32: 1e-5}


@pytest.mark.parametrize("dtype", DTYPES)
@given(sizes=random_sizes())
def test_forward_and_backward_agree_with_the_oracle(dtype, sizes):
    problem = random_problem(**sizes, dtype=dtype)
    wanted = expected(problem)
    slack = rounding_slack(problem, wanted)
    assert_close(solve(problem), wanted, rtol=RTOL[dtype], slack=slack)


@pytest.mark.threads
@given(sizes=random_sizes())
def test_the_bits_do_not_depend_on_the_threads(sizes):
    problem = random_problem(**sizes)
    assert_close(solve(problem, threads=2), solve(problem), rtol=0)
