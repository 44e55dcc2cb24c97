"""Poison around every array and in every unit that is none: it is neither read nor written.

NaN in a margin betrays a write by its absence and a read by a result that is not what it was.
"""

import numpy as np
import pytest

from rnn_kernels import Workspace, backward, forward, mse, pack, train_steps, unpack
from rnn_kernels.layout import Layer
from tests.kernels.courses import COURSES, Training, random_course
from tests.kernels.support import (
    CELLS,
    DTYPES,
    LSTMS,
    ONE_AND_TWO_THREADS,
    blank,
    by_layer,
    random_problem,
)

SIZES = [
    {"T": 5, "B": 3, "D": 2, "H": 6, "O": 2},
    {"T": 4, "B": 9, "D": 1, "H": 17, "O": 1},
    {"T": 3, "B": 13, "D": 5, "H": 32, "O": 3, "layers": 2},
    {"T": 2, "B": 7, "D": 3, "H": 33, "O": 1, "layers": 3},
]


def swept(problem, workspace, parameters, gradient):
    """Forward and backward in a workspace; return all that they left."""
    workspace.x[...] = problem.x
    for n, layer in enumerate(workspace.layers):
        layer.h[0] = by_layer(problem.h0)[n]
        if layer.c is not None:
            layer.c[0] = by_layer(problem.c0)[n]
    forward(problem.network, parameters, workspace)
    mse(workspace.y, problem.cast(problem.target), workspace.dy)
    backward(
        problem.network,
        parameters,
        workspace,
        gradient,
        dh_T=problem.cast(problem.dh_T),
        dc_T=problem.cast(problem.dc_T) if problem.cell in LSTMS else None,
    )
    return gradient.copy(), workspace.y.copy(), workspace.memory.copy()


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_backward_stay_within_their_arrays(cell, dtype, size, threads, guards):
    problem = random_problem(cell, **size, dtype=dtype)
    sizes = {"timesteps": size["T"], "batch_size": size["B"], "dtype": dtype, "threads": threads}
    workspace = Workspace(problem.network, **sizes)
    assert len(guards.wholes) == 4  # memory, y, target, dy
    parameters = guards.copy(problem.flat)
    gradient = guards.copy(blank(problem.network, dtype))
    found = swept(problem, workspace, parameters, gradient)
    guards.assert_untouched()
    again = swept(problem, Workspace(problem.network, **sizes), problem.flat, gradient)
    for one, other in zip(found, again, strict=True):
        assert np.isfinite(one).all()
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("span", [1, 2, 100])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_training_stays_within_its_arrays(cell, dtype, size, span, guards, in_blocks_of):
    in_blocks_of(span, size["B"])
    course = random_course(cell, steps=6, N=30, **size, dtype=dtype)
    plain, guarded = Training(course), Training(course)
    guarded.workspace = Workspace(
        course.network,
        timesteps=size["T"],
        batch_size=size["B"],
        dtype=dtype,
    )
    for name in ("flat", "gradient", "series", "targets"):
        setattr(guarded, name, guards.copy(getattr(guarded, name)))
    guarded.optimizer.m = guards.copy(guarded.optimizer.m)
    guarded.optimizer.v = guards.copy(guarded.optimizer.v)
    plain.take(course.starts)
    guarded.take(course.starts, results=guards.zeros((3, 6), np.dtype(np.float64)))
    guards.assert_untouched()
    assert guarded.losses.tolist() == plain.losses.tolist()
    assert guarded.state() == plain.state()
    assert np.isfinite(guarded.workspace.memory).all()


@pytest.mark.parametrize("options", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_loss_and_rule_stays_within_its_arrays(dtype, options, guards):
    course = random_course("rnn", steps=6, N=30, H=17, B=5, dtype=dtype, **options)
    plain, guarded = Training(course), Training(course)
    guarded.workspace = Workspace(course.network, timesteps=course.T, batch_size=5, dtype=dtype)
    for name in ("flat", "gradient", "series"):
        setattr(guarded, name, guards.copy(getattr(guarded, name)))
    if course.loss.name != "cross-entropy":
        guarded.targets = guards.copy(guarded.targets)
    optimizer = guarded.optimizer
    optimizer.m, optimizer.v = guards.copy(optimizer.m), guards.copy(optimizer.v)
    optimizer.settings = guards.copy(optimizer.settings)
    plain.take(course.starts)
    guarded.take(course.starts, results=guards.zeros((3, 6), np.dtype(np.float64)))
    guards.assert_untouched()
    assert guarded.losses.tolist() == plain.losses.tolist()
    assert guarded.state() == plain.state()
    network = course.network
    for vector in (plain.flat, plain.gradient, plain.optimizer.m, plain.optimizer.v):
        if vector.size:
            stored = pack(network, unpack(network, vector), dtype)
            np.testing.assert_array_equal(vector, stored)


def padded(workspace, n):
    """Return, by name, what lies beyond the units in the parts of a layer."""
    layer = Layer(*workspace.plan[n])
    T, B, L = layer.timesteps, layer.batch, layer.lanes
    rows = T * B
    gates = layer.z // layer.units

    def part(start, count, stride):
        return np.lib.stride_tricks.as_strided(
            workspace.memory[start:],
            (count, layer.units),
            (stride * workspace.memory.itemsize, workspace.memory.itemsize),
        )[:, layer.hidden :]

    def panels(start):
        timesteps = layer.together
        values = workspace._rows(start, timesteps, layer.z_stride, layer.z)
        by_gate = values.reshape(timesteps * B, layer.units // L, gates, L).transpose(0, 2, 1, 3)
        return by_gate.reshape(timesteps * B * gates, layer.units)[:, layer.hidden :]

    found = {"h": part(layer.h, rows + B, layer.a_stride), "dz": panels(layer.dz)}
    if layer.c:
        found |= {"c": part(layer.c, rows + B, layer.units), "dc": part(layer.dc, B, layer.units)}
    return found


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_padding_is_zero_and_stays_zero(cell, dtype, size):
    course = random_course(cell, steps=6, N=30, **size, dtype=dtype)
    training = Training(course)
    training.take(course.starts)
    network = course.network
    for vector in (training.flat, training.gradient, training.optimizer.m, training.optimizer.v):
        stored = pack(network, unpack(network, vector), dtype)
        np.testing.assert_array_equal(vector, stored)
        assert np.count_nonzero(vector) > network.parameter_count // 2
    for n in range(network.layers):
        for name, values in padded(training.workspace, n).items():
            assert not values.any(), name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_loss_that_is_not_finite_leaves_the_padding_as_it_was(cell, dtype):
    course = random_course(cell, steps=1, H=9, dtype=dtype)
    training = Training(course)
    before = training.state()
    series = training.series.copy()
    series[:] = np.nan
    done = train_steps(
        course.network, training.flat, training.gradient, training.optimizer, training.workspace,
        series, training.targets, course.starts, first=0, learning_rate=0.1, clip=1.0,
        losses=np.zeros(1), norms=np.zeros(1),
    )  # fmt: skip
    assert done == 0
    assert training.state() == before
