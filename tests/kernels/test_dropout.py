import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import Dropout, Network, backward, forward
from tests import oracle
from tests.kernels import support
from tests.kernels.courses import Training, random_course
from tests.kernels.support import (
    CELLS,
    DTYPES,
    GATES,
    ONE_AND_TWO_THREADS,
    assert_close,
    blank,
    by_layer,
    ending,
    left_in,
    random_problem,
    random_sizes,
    rounding_slack,
)

WORD = (1 << 64) - 1
RTOL = {np.float64: 1e-11, np.float32: 1e-5}


def mixed(z):
    """SplitMix64, as its authors print it, in Python's whole numbers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def masks_by_hand(rate, seed, step, shape):
    gamma = 0x9E3779B97F4A7C15
    key = mixed((mixed(seed) + step * gamma) & WORD)
    masks = np.empty(int(np.prod(shape)))
    for place in range(masks.size):
        number = mixed((key + (place + 1) * gamma) & WORD) >> 11
        masks[place] = 1 / (1 - rate) if number < round((1 - rate) * 2**53) else 0
    return masks.reshape(shape)


def solve(problem, dropout, threads=1):
    """Forward and backward with the kernels, dy a fixed array; keys as in `left_in`."""
    workspace = problem.workspace(threads)
    forward(problem.network, problem.flat, workspace, dropout=dropout)
    workspace.dy[:] = problem.target
    gradient = blank(problem.network, problem.dtype)
    backward(
        problem.network, problem.flat, workspace, gradient, dh_T=problem.cast(problem.dh_T),
        dc_T=problem.cast(problem.dc_T) if workspace.c is not None else None,
    )  # fmt: skip
    return left_in(workspace, 0, gradient)


def expected(problem, masks):
    """The same with the oracle, layer by layer, with masks between them."""
    p, cell, layers = problem.parameters, problem.cell, problem.network.layers
    h0, c0, dh_T, dc_T = map(by_layer, (problem.h0, problem.c0, problem.dh_T, problem.dc_T))
    read, traces = [problem.x], []
    for n in range(layers):
        own = oracle.parameters_of_layer(p, n)
        traces.append(oracle.forward(cell, own, read[n], h0[n], c0[n]))
        if n + 1 < layers:
            read.append(traces[n].h[1:] * masks[n])
    found, dy = {"y": traces[-1].y}, problem.target
    for n in range(layers - 1, -1, -1):
        own = oracle.parameters_of_layer(p, n)
        d = oracle.backward(cell, own, read[n], traces[n], dy, dh_T[n], dc_T[n])
        states = {"h": traces[n].h[1:]} | traces[n].gates
        slopes = {"dh0": d.h0, "dh_norm": d.dh_norm}
        if "c" in GATES[cell]:
            states |= {"c": traces[n].c[1:]}
            slopes |= {"dc0": d.c0, "dc_norm": d.dc_norm}
        for name, value in (states | slopes).items():
            found[name + ending(n)] = value
        for name, value in d.parameters.items():
            readout = name in ("W_hy", "b_y")
            if not readout or n + 1 == layers:
                found[f"d{name}" + ("" if readout else ending(n))] = value
        dy = d.x * masks[n - 1] if n else d.x
    return found | {"dx": dy}


@pytest.mark.parametrize(
    ("rate", "seed", "step"), [(0.5, 0, 0), (0.1, 2**63 - 1, 7), (0.9, 3, 10**9)]
)
def test_masks_are_those_of_splitmix(rate, seed, step):
    network = Network("rnn", 1, 5, 1, 3)
    masks = Dropout(rate, seed).masks(network, 7, 4, step)
    np.testing.assert_allclose(masks, masks_by_hand(rate, seed, step, (2, 7, 4, 5)), rtol=1e-15)


def test_masks_keep_the_mean_and_share_nothing():
    network = Network("rnn", 1, 50, 1, 2)
    masks = {(s, t): Dropout(0.2, s).masks(network, 40, 20, t) for s in (0, 1) for t in (0, 1)}
    for mask in masks.values():
        assert set(np.unique(mask)) == {0.0, 1.25}
        assert mask.mean() == pytest.approx(1, abs=0.02)
    dropped = np.stack([mask.ravel() == 0 for mask in masks.values()]).astype(float)
    assert np.abs(np.corrcoef(dropped) - np.eye(4)).max() < 0.03


@pytest.mark.parametrize("dtype", DTYPES)
@given(sizes=random_sizes(), rate=st.floats(0, 0.9), seed=st.integers(0, 2**63 - 1))
def test_forward_and_backward_agree_with_the_oracle(dtype, sizes, rate, seed):
    sizes["scale"] = min(sizes["scale"], 0.5 * sizes["H"] ** -0.5)
    problem = random_problem(**sizes | {"first": 0}, dtype=dtype)
    dropout = Dropout(rate, seed)
    masks = dropout.masks(problem.network, *problem.x.shape[:2], 0)
    slack = rounding_slack(problem, support.expected(problem))
    assert_close(solve(problem, dropout), expected(problem, masks), rtol=RTOL[dtype], slack=slack)


@pytest.mark.threads
def test_the_bits_do_not_depend_on_the_threads():
    problem = random_problem("gru", T=9, B=13, H=19, layers=3)
    dropout = Dropout(0.3, 5)
    assert_close(solve(problem, dropout, threads=2), solve(problem, dropout), rtol=0)


def test_a_pass_without_dropout_follows_one_with_it():
    problem = random_problem("lstm", layers=2)
    workspace = problem.workspace()
    forward(problem.network, problem.flat, workspace)
    plain = workspace.y.copy()
    forward(problem.network, problem.flat, workspace, dropout=Dropout(0.5))
    assert not np.array_equal(workspace.y, plain)
    forward(problem.network, problem.flat, workspace)
    np.testing.assert_array_equal(workspace.y, plain)


def test_a_gradient_is_the_slope_of_the_loss():
    problem = random_problem("lstm", T=4, B=2, H=3, layers=2, scale=0.4)
    problem.dh_T[:], problem.dc_T[:] = 0, 0
    dropout = Dropout(0.4, 1)
    gradient = solve(problem, dropout)["dW_hh"]
    before = problem.parameters["W_hh"].copy()
    for index in np.ndindex(before.shape):
        losses = []
        for shift in (1e-5, -1e-5):
            moved = before.copy()
            moved[index] += shift
            nearby = random_problem("lstm", T=4, B=2, H=3, layers=2, scale=0.4)
            nearby.parameters["W_hh"] = moved
            losses.append(np.sum(solve(nearby, dropout)["y"] * problem.target))
        slope = (losses[0] - losses[1]) / 2e-5
        assert gradient[index] == pytest.approx(slope, abs=1e-8 * np.abs(gradient).max())


def test_every_step_of_training_has_masks_of_its_own():
    course = random_course("lstm", steps=3, layers=3, optimizer="sgd", clip=0.0)
    burst, single = Training(course), Training(course)
    dropout = Dropout(0.3, 11)
    burst.take(course.starts, dropout=dropout)
    for s in range(3):
        before = single.parameters
        single.take(course.starts[s : s + 1], dropout=dropout)
        problem = random_problem("lstm", T=6, B=3, layers=3)
        for name, value in before.items():
            problem.parameters[name] = value
        for array in (problem.h0, problem.c0, problem.dh_T, problem.dc_T):
            array[:] = 0
        problem.x[:] = oracle.windows(course.series, course.starts[s], 6)
        masks = dropout.masks(course.network, 6, 3, s)
        y = expected(problem, masks)["y"]
        error = y - oracle.windows(course.targets, course.starts[s], 6)
        assert single.losses[0] == pytest.approx(np.mean(error**2), rel=1e-12)
        problem.target[:] = 2 * error / error.size
        found = expected(problem, masks)
        for name, value in single.parameters.items():
            wanted = before[name] - course.learning_rate * found[f"d{name}"]
            np.testing.assert_allclose(value, wanted, rtol=1e-11, atol=1e-14)
    assert single.state() == burst.state()


@pytest.mark.parametrize("options", [{"layers": 1}, {"layers": 3}])
def test_nothing_dropped_and_a_single_layer_are_no_dropout(options):
    course = random_course("gru", **options)
    rate = 0.5 if options["layers"] == 1 else 0.0
    plain, told = Training(course), Training(course)
    plain.take(course.starts)
    told.take(course.starts, dropout=Dropout(rate))
    assert plain.state() == told.state()


@ONE_AND_TWO_THREADS
def test_dropout_allocates_nothing_and_stays_within_its_arrays(threads, allocations, guards):
    course = random_course("lstm", steps=40, H=20, B=9, layers=2, threads=threads, dtype=np.float32)
    training = Training(course)
    dropout = Dropout(0.5)
    training.take(course.starts[:2], dropout=dropout)
    one = allocations(lambda: training.take(course.starts[:1], dropout=dropout))
    assert allocations(lambda: training.take(course.starts, dropout=dropout)) == one
    guards.assert_untouched()
    assert np.isfinite(training.workspace.memory).all()


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_trains_with_dropout(cell):
    course = random_course(cell, steps=30, layers=2, H=12)
    training = Training(course)
    starts = course.starts[:1].repeat(30, axis=0)
    assert training.take(starts, dropout=Dropout(0.1)) == 30
    assert training.losses[-5:].mean() < training.losses[:5].mean()


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, np.nan, np.inf, "0.5", None])
def test_a_rate_that_is_no_share(rate):
    with pytest.raises(ValueError, match=r"^rate: got .*, expected a"):
        Dropout(rate)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, True, None])
def test_a_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=r"^seed: got .*, expected a whole number from 0"):
        Dropout(0.5, seed)
