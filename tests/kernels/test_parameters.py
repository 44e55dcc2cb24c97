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


SCHEMES = ("glorot", "orthogonal", "identity")


def gates_of(cell, matrix):
    """The matrix of each gate."""
    return np.split(matrix, len(network(cell).gate_names))


@pytest.mark.parametrize("scheme", ["glorot", "orthogonal"])
@pytest.mark.parametrize("cell", CELLS)
def test_glorot_weights_are_uniform_by_rows_and_columns_of_a_gate(cell, scheme):
    found = drawn(cell, scheme=scheme)
    bound = (6 / (30 + 3)) ** 0.5
    assert 0.95 * bound < np.abs(found["W_ih"]).max() <= bound
    assert found["W_ih"].std() == pytest.approx(bound / 3**0.5, rel=0.15)
    assert 0 < np.abs(found["W_hy"]).max() <= (6 / (30 + 2)) ** 0.5
    if scheme == "glorot":
        bound = (6 / 60) ** 0.5
        assert 0.97 * bound < np.abs(found["W_hh"]).max() <= bound


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_matrices_of_every_gate_can_be_orthogonal(cell):
    gates = gates_of(cell, drawn(cell, scheme="orthogonal")["W_hh"])
    for matrix in gates:
        np.testing.assert_allclose(matrix.T @ matrix, np.eye(30), atol=1e-12)
    assert len({matrix.tobytes() for matrix in gates}) == len(gates)


def test_orthogonal_matrices_turn_and_mirror_alike():
    found = [drawn("rnn", scheme="orthogonal", seed=seed)["W_hh"] for seed in range(40)]
    signs = [np.sign(np.linalg.det(matrix)) for matrix in found]
    assert 8 < signs.count(1) < 32


def test_the_identity_scheme_is_that_of_the_irnn():
    found = drawn("rnn", scheme="identity")
    np.testing.assert_array_equal(found["W_hh"], np.eye(30))
    for name in ("W_ih", "W_hy"):
        assert 0 < np.abs(found[name]).max() < 0.005
    assert found["W_ih"].std() == pytest.approx(0.001, rel=0.25)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_biases_of_other_schemes_than_pytorchs_are_zero(scheme):
    cells = [cell for cell in CELLS if scheme != "identity" or len(network(cell).gate_names) == 1]
    for cell in cells:
        found = drawn(cell, scheme=scheme, forget_bias=0)
        assert not any(found[name].any() for name in found if not name.startswith("W_"))


@pytest.mark.parametrize("scheme", ["pytorch", "glorot", "orthogonal"])
def test_every_scheme_has_its_forget_bias(scheme):
    found = drawn("lstm", scheme=scheme, forget_bias=2.5)
    np.testing.assert_array_equal((found["b_ih"] + found["b_hh"])[30:60], 2.5)


@pytest.mark.parametrize("radius", [0.5, 3.0])
@pytest.mark.parametrize("scheme", ["pytorch", "glorot", "orthogonal"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_spectral_radius_of_every_recurrent_matrix_can_be_chosen(cell, scheme, radius):
    net = Network(cell=cell, input_size=3, hidden_size=30, output_size=2, layers=2)
    flat = initialise(
        net, np.random.default_rng(0), np.float64, scheme=scheme, spectral_radius=radius
    )
    found = named(net, flat)
    for name in ("W_hh", "W_hh_1"):
        for matrix in gates_of(cell, found[name]):
            assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(radius, rel=1e-10)


def test_a_readout_of_more_outputs_than_units_is_one_matrix():
    net = Network(cell="rnn", input_size=1, hidden_size=4, output_size=60)
    found = named(net, initialise(net, np.random.default_rng(0), np.float64, scheme="glorot"))
    assert np.abs(found["W_hy"]).max() <= (6 / 64) ** 0.5
