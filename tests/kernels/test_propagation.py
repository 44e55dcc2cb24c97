import numpy as np
import pytest

from rnn_kernels import Workspace, backward, forward
from tests.kernels.support import (
    CELLS,
    DTYPES,
    GATES,
    LSTMS,
    ONE_AND_TWO_THREADS,
    assert_close,
    blank,
    expected,
    left_in,
    named,
    random_problem,
    rounding_slack,
    solve,
)

RTOL = {np.float64: 1e-12, np.float32: 1e-5}
SIZES = [
    {"T": 1, "B": 1, "D": 1, "H": 1, "O": 1},
    {"T": 2, "B": 2, "D": 3, "H": 4, "O": 1},
    {"T": 5, "B": 5, "D": 1, "H": 7, "O": 3},
    {"T": 4, "B": 6, "D": 4, "H": 8, "O": 2},
    {"T": 3, "B": 7, "D": 9, "H": 15, "O": 1},
    {"T": 6, "B": 4, "D": 2, "H": 16, "O": 5},
    {"T": 6, "B": 13, "D": 5, "H": 17, "O": 1},
    {"T": 2, "B": 3, "D": 33, "H": 31, "O": 17},
    {"T": 9, "B": 8, "D": 1, "H": 32, "O": 1},
    {"T": 50, "B": 9, "D": 2, "H": 3, "O": 2},
    {"T": 3, "B": 2, "D": 1, "H": 66, "O": 1},
    {"T": 2, "B": 1, "D": 2, "H": 129, "O": 2},
]


def name_of(size):
    return "-".join(f"{key}{value}" for key, value in size.items())


@pytest.mark.parametrize("size", SIZES, ids=name_of)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_backward_agree_with_the_oracle(cell, dtype, size):
    problem = random_problem(cell, **size, scale=0.5 / size["H"] ** 0.5, dtype=dtype)
    assert_close(solve(problem), expected(problem), rtol=RTOL[dtype])


LAYERED = [
    {"layers": 2, "T": 1, "B": 1, "D": 1, "H": 1, "O": 1},
    {"layers": 2, "T": 5, "B": 3, "D": 3, "H": 7, "O": 2},
    {"layers": 2, "T": 6, "B": 8, "D": 1, "H": 16, "O": 1},
    {"layers": 3, "T": 4, "B": 13, "D": 2, "H": 17, "O": 3},
    {"layers": 3, "T": 3, "B": 6, "D": 19, "H": 32, "O": 1},
    {"layers": 4, "T": 5, "B": 2, "D": 1, "H": 35, "O": 1, "first": 2},
]


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("size", LAYERED, ids=name_of)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_several_layers_agree_with_the_oracle(cell, dtype, size, threads):
    """With gradients at the final states of every layer."""
    problem = random_problem(cell, **size, scale=0.5 / size["H"] ** 0.5, dtype=dtype)
    assert problem.dh_T.shape == (size["layers"], size["B"], size["H"])
    wanted = expected(problem)
    slack = rounding_slack(problem, wanted)
    assert_close(solve(problem, threads), wanted, rtol=RTOL[dtype], slack=slack)


@pytest.mark.parametrize("first", [0, 1, 4, 6])
@pytest.mark.parametrize("cell", CELLS)
def test_only_timesteps_from_first_on_count(cell, first):
    problem = random_problem(cell, T=7, first=first)
    assert_close(solve(problem), expected(problem), rtol=RTOL[np.float64])


@pytest.mark.threads
@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(cell, dtype, threads):
    problem = random_problem(cell, T=20, B=13, D=3, H=19, O=2, first=3, dtype=dtype)
    alone, together = solve(problem, threads=1), solve(problem, threads=threads)
    for name, value in alone.items():
        np.testing.assert_array_equal(together[name], value, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_inputs_give_the_same_bits(cell):
    problem = random_problem(cell, B=5, H=19, dtype=np.float32)
    once, again = solve(problem), solve(problem)
    for name, value in once.items():
        np.testing.assert_array_equal(again[name], value, err_msg=name)


def ready(problem):
    """A workspace after the forward pass, with a gradient at the outputs."""
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace)
    workspace.dy[...] = problem.target
    return workspace


def backpropagated(problem, workspace, **final):
    gradient = blank(problem.network, problem.dtype)
    backward(problem.network, problem.flat, workspace, gradient, **final)
    return left_in(workspace, 0, gradient)


@pytest.mark.parametrize("cell", CELLS)
def test_no_gradient_of_the_final_states_is_a_gradient_of_zero(cell):
    problem = random_problem(cell)
    zero = {"dh_T": np.zeros_like(problem.h0)}
    if cell in LSTMS:
        zero["dc_T"] = np.zeros_like(problem.c0)
    assert_close(
        backpropagated(problem, ready(problem)),
        backpropagated(problem, ready(problem), **zero),
        rtol=0,
    )


@pytest.mark.parametrize("cell", CELLS)
def test_backward_is_linear_in_the_gradients_of_outputs_and_final_states(cell):
    problem = random_problem(cell)
    final = {"dh_T": problem.dh_T} | ({"dc_T": problem.dc_T} if cell in LSTMS else {})
    from_outputs = backpropagated(problem, ready(problem))
    silent = ready(problem)
    silent.dy[...] = 0
    parts = [backpropagated(problem, silent, **{name: value}) for name, value in final.items()]
    whole = backpropagated(problem, ready(problem), **final)
    for name in ("dx", "dh0", "dW_ih", "dW_hh", "db_ih", "db_hh", "dW_hy", "db_y"):
        total = from_outputs[name] + sum(part[name] for part in parts)
        np.testing.assert_allclose(total, whole[name], rtol=1e-11, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_a_second_backward_pass_finds_the_forward_pass_as_it_was(cell):
    problem = random_problem(cell, B=5, H=9)
    workspace = ready(problem)
    first, second = (backpropagated(problem, workspace) for _ in range(2))
    assert_close(second, first, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_workspace_held_before_makes_no_difference(cell):
    problem, other = (random_problem(cell, B=5, H=9, seed=seed) for seed in (0, 1))
    workspace = ready(other)
    backpropagated(other, workspace, dh_T=other.dh_T)
    workspace.x[...], workspace.h[0] = problem.x, problem.h0
    if cell in LSTMS:
        workspace.c[0] = problem.c0
    forward(problem.network, problem.flat, workspace)
    workspace.dy[...] = problem.target
    assert_close(
        backpropagated(problem, workspace), backpropagated(problem, ready(problem)), rtol=0
    )


def test_outputs_before_first_are_not_touched():
    problem = random_problem("lstm", T=6)
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace, first=4)
    assert np.isnan(workspace.y[:4]).all()
    assert np.isfinite(workspace.y[4:]).all()


@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_backward_leave_their_inputs_as_they_were(cell):
    problem = random_problem(cell)
    workspace = ready(problem)
    final = problem.dh_T.copy()
    backpropagated(problem, workspace, dh_T=final)
    np.testing.assert_array_equal(workspace.x, problem.x)
    np.testing.assert_array_equal(workspace.h[0], problem.h0)
    np.testing.assert_array_equal(workspace.dy, problem.target)
    np.testing.assert_array_equal(final, problem.dh_T)
    for name, value in named(problem.network, problem.flat).items():
        np.testing.assert_array_equal(value, problem.parameters[name])
    if cell in LSTMS:
        np.testing.assert_array_equal(workspace.c[0], problem.c0)


def test_a_plain_rnn_has_no_cell_state_and_no_gradient_of_one():
    problem = random_problem("rnn")
    workspace = ready(problem)
    backpropagated(problem, workspace)
    assert workspace.c is None
    assert not workspace.dc0.any()
    assert not workspace.dc_norm.any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_workspace_has_the_documented_arrays(cell, dtype):
    network = random_problem(cell, D=2, H=6, O=3).network
    workspace = Workspace(network, timesteps=5, batch_size=4, dtype=dtype)
    shapes = {
        "x": (5, 4, 2), "h": (6, 4, 6), "y": (5, 4, 3), "dy": (5, 4, 3), "dx": (5, 4, 2),
        "dh0": (4, 6), "dc0": (4, 6),
    }  # fmt: skip
    if cell in LSTMS:
        shapes["c"] = (6, 4, 6)
    for name, shape in shapes.items():
        array = getattr(workspace, name)
        assert (array.shape, array.dtype) == (shape, np.dtype(dtype)), name
    for name in ("dh_norm", "dc_norm"):
        array = getattr(workspace, name)
        assert (array.shape, array.dtype) == ((5,), np.dtype(np.float64)), name
    for name in GATES[cell]:
        assert workspace.gate(name).shape == (5, 4, 6), name


@pytest.mark.parametrize("H", [2, 6, 17])
def test_gates_are_copies_of_what_the_last_forward_pass_computed(H):
    """Of one vector of units as well, where the memory itself would have the right order."""
    problem = random_problem("lstm", H=H)
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace)
    gates = {name: workspace.gate(name) for name in "ifgo"}
    for array in (workspace.x, workspace.h, workspace.c):
        array[...] = 0
    forward(problem.network, problem.flat, workspace)
    wanted = expected(problem)
    for name, gate in gates.items():
        np.testing.assert_allclose(gate, wanted[name], rtol=1e-12, atol=1e-14)
        assert np.abs(workspace.gate(name) - gate).max() > 0.01
