"""The backward pass in blocks of a few timesteps, as it goes where dz is larger than the cache."""

import numpy as np
import pytest

from rnn_kernels.layout import BLOCK_BYTES, Layer, block_timesteps
from tests.kernels import ragged, tokens
from tests.kernels.courses import Training, random_course
from tests.kernels.support import (
    CELLS,
    DTYPES,
    assert_close,
    expected,
    random_problem,
    rounding_slack,
    solve,
)

RTOL = {np.float64: 1e-12, np.float32: 1e-5}


@pytest.mark.parametrize("together", [1, 2, 3, 6])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_blocks_agree_with_the_oracle(cell, dtype, together, in_blocks_of):
    in_blocks_of(together, 5)
    problem = random_problem(cell, T=7, B=5, D=2, H=17, O=2, first=1, scale=0.1, dtype=dtype)
    assert Layer(*problem.workspace().plan[0]).together == together
    assert_close(solve(problem), expected(problem), rtol=RTOL[dtype])


@pytest.mark.threads
@pytest.mark.parametrize("together", [2, 4])
@pytest.mark.parametrize("cell", CELLS)
def test_blocks_of_several_layers_agree_with_the_oracle(cell, together, in_blocks_of):
    in_blocks_of(together, 9)
    problem = random_problem(cell, layers=3, T=7, B=9, D=3, H=17, O=1, scale=0.1)
    wanted = expected(problem)
    for threads in (1, 2):
        assert_close(solve(problem, threads), wanted, rtol=1e-12)


@pytest.mark.threads
@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(cell, threads, in_blocks_of):
    in_blocks_of(3, 13)
    problem = random_problem(cell, T=8, B=13, D=3, H=19, O=2, layers=2, dtype=np.float32)
    assert_close(solve(problem, threads=threads), solve(problem), rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_blocks_of_samples_that_end_early_agree_with_the_oracle(cell, in_blocks_of):
    in_blocks_of(3, 9)
    problem = random_problem(cell, T=8, B=9, D=2, H=17, O=1, layers=2, scale=0.1)
    lengths = np.array([8, 7, 6, 6, 5, 3, 3, 2, 1])
    slack = rounding_slack(problem, expected(problem))
    found = ragged.solve(problem, lengths)
    assert_close(found, ragged.expected(problem, lengths), rtol=1e-11, slack=slack)


def test_tokens_agree_with_the_oracle(in_blocks_of):
    in_blocks_of(2, 4)
    drawn = tokens.random_tokens("lstm", T=7, B=4, D=3, H=17, O=1, scale=0.1)
    assert_close(tokens.solve(*drawn), tokens.expected(*drawn), rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"layers": 2}], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_training_in_blocks_takes_the_same_course(cell, options, in_blocks_of):
    course = random_course(cell, steps=4, N=30, H=17, B=5, dtype=np.float64, **options)
    whole = Training(course)
    in_blocks_of(2, 5)
    blocks = Training(course)
    assert Layer(*blocks.workspace.plan[0]).together < Layer(*whole.workspace.plan[0]).together
    whole.take(course.starts)
    blocks.take(course.starts)
    np.testing.assert_allclose(blocks.losses, whole.losses, rtol=1e-10)
    np.testing.assert_allclose(blocks.norms, whole.norms, rtol=1e-8)


def test_a_block_is_as_long_as_the_cache_allows():
    assert block_timesteps(10_000, 1, BLOCK_BYTES // 1000) == 1000
    assert block_timesteps(10_000, 8, BLOCK_BYTES // 1000) == 125
    assert block_timesteps(5, 8, 1024) == 5  # there are no more
    assert block_timesteps(100, 10**6, 1024) == 1
    assert block_timesteps(100, 32, 10**6) == 8  # 256 samples are worth a gradient
