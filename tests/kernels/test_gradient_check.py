"""Central differences in float64, through the public functions.

    dL/dv ≈ (8 (L(v+ε) − L(v−ε)) − (L(v+2ε) − L(v−2ε))) / 12ε,   error O(ε⁴)

The fourth order allows an ε so large that the rounding of L does not drown a small gradient.
"""

from dataclasses import replace

import numpy as np
import pytest

from rnn_kernels import Loss, Workspace, backward, forward, measure, mse
from tests.kernels.courses import random_course
from tests.kernels.support import CELLS, LSTMS, PARAMETERS_OF, random_problem, set_parameters, solve

EPSILON = 3e-4
KINKED = 3e-5
"""A ReLU's slope changes where a unit begins to live: too near a step for a large ε to be safe, and
straight elsewhere."""
GROUPS = [
    (cell, name)
    for cell in CELLS
    for name in (*PARAMETERS_OF[cell], "x", "h0", *(["c0"] if cell in LSTMS else []))
]
LITTLE = {"timesteps": 5, "batch_size": 2, "dtype": np.float64}
SIZES = {
    "every-timestep": {"T": 6, "B": 2, "D": 2, "H": 5, "O": 2},
    "last-timestep": {"T": 6, "B": 1, "D": 3, "H": 4, "O": 1, "first": 5},
    "wide": {"T": 3, "B": 3, "D": 1, "H": 18, "O": 3, "first": 1},
}


def loss(problem, workspace, flat):
    """The mean squared error, and a term in the final states that dh_T and dc_T belong to."""
    workspace.x[...] = problem.x
    workspace.h[0] = problem.h0
    if problem.cell in LSTMS:
        workspace.c[0] = problem.c0
    forward(problem.network, flat, workspace, first=problem.first)
    workspace.y[: problem.first] = 0
    error = mse(workspace.y, problem.target, workspace.dy, first=problem.first)
    final = np.sum(problem.dh_T * workspace.h[-1])
    if problem.cell in LSTMS:
        final += np.sum(problem.dc_T * workspace.c[-1])
    return error + final


def shifted(problem, name, index, shift):
    """The problem with one number moved, and its flat parameters."""
    if name not in problem.parameters:
        array = getattr(problem, name).copy()
        array[index] += shift
        return replace(problem, **{name: array}), problem.flat
    array = problem.parameters[name].copy()
    array[index] += shift
    parameters = problem.parameters | {name: array}
    return problem, set_parameters(problem.network, problem.dtype, parameters)


def central_differences(problem, name):
    workspace = problem.workspace()
    values = problem.parameters[name] if name in problem.parameters else getattr(problem, name)
    slope = np.empty_like(values)
    epsilon = KINKED if problem.cell == "rnn-relu" else EPSILON
    for index in np.ndindex(values.shape):
        far_down, down, up, far_up = (
            loss(moved, workspace, flat)
            for moved, flat in (
                shifted(problem, name, index, steps * epsilon) for steps in (-2, -1, 1, 2)
            )
        )
        slope[index] = (8 * (up - down) - (far_up - far_down)) / (12 * epsilon)
    return slope


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(("cell", "name"), GROUPS)
def test_gradients_are_slopes_of_the_loss(cell, name, size):
    problem = random_problem(cell, **size, scale=0.8 / size["H"] ** 0.5, seed=3)
    slope = central_differences(problem, name)
    gradient = solve(problem)[f"d{name}"]
    error = np.linalg.norm(gradient - slope) / np.linalg.norm(slope)
    assert error < 1e-7


LOSSES = {
    "mae": Loss("mae"),
    "huber": Loss("huber", delta=0.3),
    "quantile": Loss("quantile", quantiles=(0.1, 0.5, 0.9)),
    "cross-entropy": Loss("cross-entropy"),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_of_every_loss_are_slopes_through_the_network(loss):
    """Small steps and lower accuracy: three of the losses have corners."""
    course = random_course("lstm", T=5, B=2, H=4, O=6, loss=loss, seed=4)
    network, workspace = course.network, Workspace(course.network, **LITTLE)
    rng = np.random.default_rng(5)
    workspace.x[...] = rng.normal(size=workspace.x.shape)
    target = rng.normal(size=(5, 2, 6 // loss.outputs_per_target))
    if loss.name == "cross-entropy":
        target = rng.integers(0, 6, (5, 2))

    def at(flat):
        forward(network, flat, workspace)
        return measure(loss, workspace.y, target, workspace.dy, first=1)

    flat = set_parameters(network, np.float64, course.parameters)
    gradient = np.empty_like(flat)
    at(flat)
    backward(network, flat, workspace, gradient, first=1)
    slope = np.zeros_like(flat)
    for k in np.flatnonzero(flat):
        up, down = flat.copy(), flat.copy()
        up[k] += 1e-6
        down[k] -= 1e-6
        slope[k] = (at(up) - at(down)) / 2e-6
    assert np.count_nonzero(flat) == network.parameter_count
    assert np.linalg.norm(gradient - slope) < 1e-7 * np.linalg.norm(slope)
