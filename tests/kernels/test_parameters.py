import numpy as np
import pytest

from rnn_kernels import Network, initialise
from tests.kernels.support import CELLS, DTYPES, named, random_problem, set_parameters


def network(cell, H=30):
    return Network(cell=cell, input_size=3, hidden_size=H, output_size=2)


@pytest.mark.parametrize("cell", CELLS)
def test_every_parameter_has_the_shape_of_its_equation(cell):
    rows = {"rnn": 30, "lstm": 120, "gru": 90}[cell.split("-")[0]]
    peepholes = {"p": (90,)} if cell == "lstm-peephole" else {}
    assert network(cell).shapes == {
        "W_ih": (rows, 3), "W_hh": (rows, 30), "b_ih": (rows,), "b_hh": (rows,),
        "W_hy": (2, 30), "b_y": (2,), **peepholes,
    }  # fmt: skip


def test_the_gate_order_is_that_of_pytorch():
    assert network("lstm").gate_names == ("i", "f", "g", "o")
    assert network("gru").gate_names == ("r", "z", "n")


@pytest.mark.parametrize("H", [1, 15, 16, 17, 40])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_set_by_name_is_read_by_name(cell, dtype, H):
    problem = random_problem(cell, D=3, H=H, O=2, dtype=dtype)
    found = named(problem.network, set_parameters(problem.network, dtype, problem.parameters))
    assert found.keys() == problem.parameters.keys()
    for name, value in problem.parameters.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def drawn(cell, dtype=np.float64, seed=0, **options):
    flat = initialise(network(cell), np.random.default_rng(seed), dtype, **options)
    assert flat.dtype == dtype
    return named(network(cell), flat)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_parameters_are_uniform_in_one_over_the_root_of_the_units(cell):
    found = drawn(cell)
    bound = 1 / 30**0.5
    weights = np.concatenate([found[name].ravel() for name in ("W_ih", "W_hh", "W_hy", "b_y")])
    assert np.abs(weights).max() <= bound
    assert np.abs(weights).max() > 0.95 * bound
    assert weights.mean() == pytest.approx(0, abs=0.15 * bound)
    assert weights.std() == pytest.approx(bound / 3**0.5, rel=0.1)
    assert len(np.unique(weights)) == len(weights)


def test_biases_of_an_rnn_are_drawn_as_well():
    for name in ("b_ih", "b_hh"):
        assert 0 < np.abs(drawn("rnn")[name]).max() <= 1 / 30**0.5


@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0, 3.0])
def test_the_forget_gate_starts_with_its_bias_and_the_others_with_a_draw(bias):
    found = drawn("lstm", forget_bias=bias)
    total = found["b_ih"] + found["b_hh"]
    np.testing.assert_array_equal(total[30:60], bias)
    for gate in (0, 2, 3):
        assert 0 < np.abs(total[30 * gate : 30 * gate + 30]).max() <= 2 / 30**0.5


@pytest.mark.parametrize("cell", CELLS)
def test_the_draws_follow_the_generator_and_are_the_same_for_either_dtype(cell):
    first, again, single, other = (
        drawn(cell), drawn(cell), drawn(cell, np.float32), drawn(cell, seed=1),
    )  # fmt: skip
    for name, value in first.items():
        np.testing.assert_array_equal(again[name], value)
        np.testing.assert_array_equal(single[name], value.astype(np.float32))
    assert not np.array_equal(other["W_hh"], first["W_hh"])
