"""Truncated backpropagation through time: chunks of a stream, with the states carried over."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Workspace, forward
from tests.kernels.courses import Training, random_course
from tests.kernels.support import CELLS, DTYPES

NO_CHANGE = 1e-300
"""A learning rate that moves no weight: it is lost beside each."""


def chunks_of(steps, B, T):
    """Starts of chunks that follow each other in B streams, and what carries their states over."""
    first = np.arange(B) * steps * T
    starts = first + T * np.arange(steps)[:, np.newaxis]
    return starts, np.arange(steps)[:, np.newaxis].repeat(B, axis=1) > 0


def chunked_course(cell, *, steps=4, B=3, T=5, **rest):
    starts, carry = chunks_of(steps, B, T)
    course = random_course(cell, steps=steps, B=B, T=T, N=B * steps * T, **rest)
    return course.but(starts=starts), carry


@st.composite
def sizes(draw):
    return {
        "cell": draw(st.sampled_from(CELLS)),
        "steps": draw(st.integers(2, 4)),
        "T": draw(st.integers(1, 5)),
        "B": draw(st.integers(1, 10)),
        "D": draw(st.integers(1, 3)),
        "H": draw(st.integers(1, 40)),
        "layers": draw(st.integers(1, 3)),
        "dtype": draw(st.sampled_from(DTYPES)),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def states_of(workspace):
    """Hidden and cell states of all layers over the timesteps of a pass."""
    arrays = [layer.h for layer in workspace.layers]
    arrays += [layer.c for layer in workspace.layers if layer.c is not None]
    return [array[1:].copy() for array in arrays] + [workspace.y.copy()]


@given(size=sizes())
def test_chunks_forward_have_the_bits_of_the_whole_forward_pass(size):
    course, carry = chunked_course(**size, optimizer="sgd")
    course = course.but(learning_rate=NO_CHANGE)
    steps, B = course.starts.shape
    whole = Workspace(course.network, timesteps=steps * course.T, batch_size=B, dtype=course.dtype)
    whole.x[:] = course.series.reshape(B, -1, course.series.shape[1]).swapaxes(0, 1)
    training = Training(course)
    before = training.flat.copy()
    forward(course.network, training.flat, whole)
    chunks = []
    for s in range(steps):
        training.take(course.starts[s : s + 1], carry=carry[s : s + 1])
        chunks.append(states_of(training.workspace))
    np.testing.assert_array_equal(training.flat, before)
    for wanted, *pieces in zip(states_of(whole), *chunks, strict=True):
        np.testing.assert_array_equal(np.concatenate(pieces), wanted)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_training_with_carried_states_agrees_with_the_oracle(cell, layers, optimizer):
    course, carry = chunked_course(cell, steps=7, layers=layers, first=1, optimizer=optimizer)
    carry[3, 1] = carry[5] = False  # a stream that is reset alone, and all of them
    training = Training(course)
    assert training.take(course.starts, carry=carry) == 7
    parameters, losses, norms = course.expected(carry=carry)
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-12)
    for name, value in parameters.items():
        np.testing.assert_allclose(training.parameters[name], value, rtol=1e-9, atol=1e-12)
    without, _, _ = course.expected()
    assert not np.allclose(parameters["W_hh"], without["W_hh"], rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_burst_with_carried_states_is_as_many_bursts_of_one(cell, dtype):
    course, carry = chunked_course(cell, steps=6, H=9, layers=2, dtype=dtype)
    burst, single = Training(course), Training(course)
    burst.take(course.starts, carry=carry)
    for s in range(6):
        single.take(course.starts[s : s + 1], carry=carry[s : s + 1])
    assert single.state() == burst.state()


@pytest.mark.threads
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(cell):
    course, carry = chunked_course(cell, B=13, H=19)
    alone, together = Training(course), Training(course.but(threads=2))
    alone.take(course.starts, carry=carry)
    together.take(course.starts, carry=carry)
    assert together.losses.tolist() == alone.losses.tolist()
    assert together.state() == alone.state()


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_carried_is_training_from_zero_states(cell):
    course, carry = chunked_course(cell, layers=2)
    plain, told = Training(course), Training(course)
    plain.take(course.starts)
    told.take(course.starts, carry=np.zeros_like(carry))
    assert told.state() == plain.state()
    assert told.losses.tolist() == plain.losses.tolist()


@pytest.mark.parametrize("cell", CELLS)
def test_carried_states_allocate_nothing(cell, allocations):
    course, carry = chunked_course(cell, steps=50, H=20, dtype=np.float32)
    training = Training(course)
    training.take(course.starts[:2], carry=carry[:2])
    one = allocations(lambda: training.take(course.starts[:1], carry=carry[:1]))
    many = allocations(lambda: training.take(course.starts, carry=carry))
    assert many == one


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda carry: carry[1:], "carry: got shape (3, 3), expected (4, 3)"),
        (lambda carry: carry[:, 0], "carry: got shape (4,), expected (4, 3)"),
        (lambda carry: carry.astype(np.int64), "carry: got dtype int64, expected bool"),
        (lambda carry: carry.tolist(), "carry: got list, expected a NumPy array"),
        (np.asfortranarray, "carry: got strides (1, 4), expected contiguous rows (C order); "),
    ],
)
def test_what_is_to_be_carried_does_not_fit(spoil, message):
    course, carry = chunked_course("lstm")
    training = Training(course)
    before = training.state()
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        training.take(course.starts, carry=spoil(carry))
    assert str(raised.value).startswith(message)
    assert training.state() == before
