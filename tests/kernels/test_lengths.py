from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Workspace, backward, forward
from tests import oracle, oracle_rules
from tests.kernels import ragged, support
from tests.kernels.courses import COURSES, Training, random_course
from tests.kernels.support import (
    CELLS,
    DTYPES,
    LSTMS,
    ONE_AND_TWO_THREADS,
    assert_close,
    blank,
    random_problem,
    random_sizes,
    rounding_slack,
)

RTOL = {np.float64: 1e-11, np.float32: 1e-5}


def moderate(sizes):
    """Sizes with weights that are not chaotic: then no slack for rounding is needed."""
    return sizes | {"scale": min(sizes["scale"], 0.8 * sizes["H"] ** -0.5)}


@st.composite
def ragged_sizes(draw):
    sizes = moderate(draw(random_sizes())) | {"B": draw(st.integers(1, 20))}
    ends = st.lists(st.integers(1, sizes["T"]), min_size=sizes["B"], max_size=sizes["B"])
    lengths = np.sort(draw(ends))[::-1].copy()
    lengths[0] = max(lengths[0], sizes["first"] + 1)
    return sizes, lengths


@pytest.mark.parametrize("dtype", DTYPES)
@given(drawn=ragged_sizes())
def test_forward_and_backward_agree_with_the_oracle(dtype, drawn):
    sizes, lengths = drawn
    problem = random_problem(**sizes, dtype=dtype)
    slack = rounding_slack(problem, support.expected(problem))
    wanted = ragged.expected(problem, lengths)
    assert_close(ragged.solve(problem, lengths), wanted, rtol=RTOL[dtype], slack=slack)


@pytest.mark.threads
@given(drawn=ragged_sizes())
def test_the_bits_do_not_depend_on_the_threads(drawn):
    sizes, lengths = drawn
    problem = random_problem(**sizes)
    one, two = ragged.solve(problem, lengths), ragged.solve(problem, lengths, threads=2)
    assert_close(two, one, rtol=0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_lengths_that_are_all_the_same_change_no_bit(cell, layers):
    problem = random_problem(cell, B=9, H=17, layers=layers)
    everything = ragged.solve(problem, np.full(9, 7))
    plain = support.solve(problem)
    assert everything.pop("loss") == pytest.approx(plain.pop("loss"))
    tolerance = {name: 0 if not name.startswith("d") else 1e-13 for name in plain}  # dy differs
    for name, value in plain.items():
        np.testing.assert_allclose(everything[name], value, rtol=0, atol=tolerance[name])


@pytest.mark.parametrize("cell", CELLS)
def test_a_pass_without_lengths_follows_one_with_them(cell):
    problem = random_problem(cell, layers=2)
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace, lengths=np.array([5, 2, 1]))
    workspace.x[:] = problem.x
    forward(problem.network, problem.flat, workspace)
    np.testing.assert_array_equal(workspace.y, support.solve(problem)["y"])


NAMES = ["x", "h0", "W_ih", "W_hh", "b_ih", "W_hy", "b_y"]
SLOPES = [(cell, name) for cell in CELLS for name in NAMES] + [(cell, "c0") for cell in LSTMS]


@pytest.mark.parametrize(("cell", "name"), SLOPES)
def test_gradients_are_slopes_of_the_loss(cell, name):
    problem = random_problem(cell, T=5, B=3, H=4, first=1, scale=0.4, seed=5)
    lengths = np.array([5, 3, 1])

    def loss(shift, index):
        moved = getattr(problem, name, None)
        source = problem.parameters[name] if moved is None else moved
        array = source.copy()
        array[index] += shift
        nearby = (
            replace(problem, parameters=problem.parameters | {name: array})
            if moved is None
            else replace(problem, **{name: array})
        )
        workspace = nearby.workspace()
        forward(nearby.network, nearby.flat, workspace, lengths=lengths)
        value, _ = ragged.error(workspace.y, problem.target, lengths, 1)
        value += np.sum(problem.dh_T * workspace.h[-1])
        return value + (np.sum(problem.dc_T * workspace.c[-1]) if workspace.c is not None else 0)

    gradient = ragged.solve(problem, lengths)[f"d{name}"]
    step = 1e-5
    slope = np.empty_like(gradient)
    for index in np.ndindex(slope.shape):
        slope[index] = (loss(step, index) - loss(-step, index)) / (2 * step)
    np.testing.assert_allclose(gradient, slope, rtol=0, atol=1e-8 * np.abs(slope).max())


def train_by_the_oracle(course, lengths):
    """One SGD step of a course, sample by sample; returns the parameters and the loss."""
    zero = np.zeros((course.network.layers, course.starts.shape[1], course.network.hidden_size))
    windows = oracle.windows(course.series, course.starts[0], course.T)
    problem = random_problem(
        course.network.cell, T=course.T, B=len(lengths), D=windows.shape[2],
        H=course.network.hidden_size, layers=course.network.layers, first=course.first,
    )  # fmt: skip
    problem = replace(
        problem, parameters=course.parameters, x=windows, h0=zero, c0=zero, dh_T=zero, dc_T=zero,
        target=oracle.windows(course.targets, course.starts[0], course.T),
    )  # fmt: skip
    found = ragged.expected(problem, lengths)
    gradients = {name: found[f"d{name}"] for name in course.parameters}
    moved = oracle_rules.SGD().update(course.parameters, gradients, course.learning_rate)
    return moved, found["loss"]


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_training_agrees_with_the_oracle(cell, layers):
    course = random_course(
        cell, steps=4, T=8, B=5, layers=layers, first=2, optimizer="sgd", clip=0.0
    )
    lengths = np.stack([ragged.random_lengths(8, 5, first=2, seed=s) for s in range(4)])
    training = Training(course)
    assert training.take(course.starts, lengths=lengths) == 4
    parameters, losses = course.parameters, []
    for s in range(4):
        step = course.but(starts=course.starts[s : s + 1], parameters=parameters)
        parameters, loss = train_by_the_oracle(step, lengths[s])
        losses.append(loss)
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    for name, value in parameters.items():
        np.testing.assert_allclose(training.parameters[name], value, rtol=1e-9, atol=1e-12)
    beyond = np.arange(2, 8)[:, np.newaxis] >= lengths[-1]
    for array in (training.workspace.y, training.workspace.dy):
        assert not array[2:][beyond].any()


LOSSES = {
    name: {"loss": options["loss"], "O": options.get("O", 2)}
    for name, options in COURSES.items()
    if "loss" in options
}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_the_mean_over_what_counts(name):
    """Two samples of one length are trained as they are alone, in any company."""
    course = random_course("gru", steps=1, T=6, B=2, clip=0.0, optimizer="sgd", **LOSSES[name])
    alone = course.but(T=4, first=1)
    longer = course.but(first=1)
    short, cut = Training(alone), Training(longer)
    short.take(alone.starts)
    lengths = np.array([[4, 4]])
    assert cut.take(longer.starts, lengths=lengths) == 1
    np.testing.assert_allclose(cut.losses, short.losses, rtol=1e-13)
    np.testing.assert_allclose(cut.flat, short.flat, rtol=1e-11, atol=1e-14)
    unequal = Training(longer)
    unequal.take(longer.starts, lengths=np.array([[6, 4]]))
    parts = [
        Training(course.but(T=T, first=1, starts=course.starts[:, b : b + 1]))
        for b, T in ((0, 6), (1, 4))
    ]
    for part in parts:
        part.take(part.course.starts)
    together = (5 * parts[0].losses + 3 * parts[1].losses) / 8
    np.testing.assert_allclose(unequal.losses, together, rtol=1e-13)


@pytest.mark.threads
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_training_with_full_lengths_has_the_bits_of_training_without(cell, dtype):
    course = random_course(cell, B=9, H=17, layers=2, first=1, dtype=dtype)
    plain, told, again = Training(course), Training(course), Training(course.but(threads=2))
    plain.take(course.starts)
    told.take(course.starts, lengths=np.full(course.starts.shape, course.T))
    again.take(course.starts, lengths=np.full(course.starts.shape, course.T))
    assert plain.losses.tolist() == told.losses.tolist() == again.losses.tolist()
    assert plain.state() == told.state() == again.state()
    told.take(course.starts)
    plain.take(course.starts)
    assert plain.state() == told.state()


@pytest.mark.parametrize("cell", CELLS)
def test_what_lies_beyond_a_length_does_not_matter(cell):
    course = random_course(cell, steps=1, N=12, T=6, B=2, layers=2)
    course = course.but(starts=np.array([[0, 6]]))
    lengths = np.array([[6, 3]])
    plain, other = Training(course), Training(course)
    other.series[9:], other.targets[9:] = np.nan, np.inf
    plain.take(course.starts, lengths=lengths)
    assert other.take(course.starts, lengths=lengths) == 1
    assert plain.losses.tolist() == other.losses.tolist()
    assert plain.state() == other.state()


@ONE_AND_TWO_THREADS
@pytest.mark.parametrize("cell", CELLS)
def test_lengths_allocate_nothing(cell, threads, allocations):
    course = random_course(cell, steps=40, T=8, B=9, H=20, threads=threads, dtype=np.float32)
    lengths = np.stack([ragged.random_lengths(8, 9, seed=s) for s in range(40)])
    training = Training(course)
    training.take(course.starts[:2], lengths=lengths[:2])
    one = allocations(lambda: training.take(course.starts[:1], lengths=lengths[:1]))
    many = allocations(lambda: training.take(course.starts, lengths=lengths))
    assert many == one


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cell", CELLS)
def test_lengths_stay_within_their_arrays(cell, dtype, guards):
    problem = random_problem(cell, T=5, B=13, D=5, H=33, layers=3, dtype=dtype)
    lengths = ragged.random_lengths(5, 13)
    found = ragged.solve(problem, lengths)
    guards.assert_untouched()
    assert all(np.isfinite(value).all() for value in found.values())
    course = random_course(cell, steps=3, T=5, B=13, H=33, layers=2, dtype=dtype)
    training = Training(course)
    training.take(course.starts, lengths=np.stack([lengths] * 3))
    guards.assert_untouched()
    assert np.isfinite(training.workspace.memory).all()


BAD = [
    (lambda n: n * 0, "lengths: got 0 to 0, expected 1 to 6 timesteps"),
    (lambda n: n + 1, "lengths: got 3 to 7, expected 1 to 6 timesteps"),
    (
        lambda n: n[..., ::-1].copy(),
        "lengths: got 2 before 4, expected the longest first; np.argsort(-lengths) sorts them",
    ),
    (
        lambda n: np.minimum(n, 2),
        "lengths: got 2 for the longest sample, expected above 2: the first timestep that counts",
    ),
    (lambda n: n.astype(np.int32), "lengths: got dtype int32, expected int64"),
    (lambda n: n.astype(float), "lengths: got dtype float64, expected int64"),
    (lambda n: n.tolist(), "lengths: got list, expected a NumPy array"),
]


@pytest.mark.parametrize(("spoil", "message"), BAD)
def test_lengths_that_do_not_fit(spoil, message):
    lengths = np.array([6, 4, 2])
    problem = random_problem("lstm", T=6)
    workspace = Workspace(problem.network, timesteps=6, batch_size=3, dtype=np.float64)
    before = workspace.memory.copy()
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        forward(problem.network, problem.flat, workspace, first=2, lengths=spoil(lengths))
    assert str(raised.value) == message
    np.testing.assert_array_equal(workspace.memory, before)
    training = Training(random_course("lstm", steps=2, first=2))
    state = training.state()
    with pytest.raises(ValueError) as raised:  # noqa: PT011  likewise
        training.take(training.course.starts, lengths=spoil(np.stack([lengths] * 2)))
    assert str(raised.value) == message
    assert training.state() == state


def test_lengths_of_another_number_of_samples():
    problem = random_problem("lstm", T=6)
    workspace, gradient = problem.workspace(), blank(problem.network, np.float64)
    with pytest.raises(ValueError, match=r"^lengths: got shape \(2,\), expected \(3\)$"):
        forward(problem.network, problem.flat, workspace, lengths=np.array([6, 4]))
    forward(problem.network, problem.flat, workspace, lengths=np.array([6, 4, 2]))
    workspace.dy[:] = 1
    backward(problem.network, problem.flat, workspace, gradient)
    assert np.isfinite(gradient).all()
