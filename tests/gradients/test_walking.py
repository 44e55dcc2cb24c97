"""The walk against plain NumPy loops, and against the slopes of the loss."""

import numpy as np
import pytest

from rnn_kernels import Loss, Network, measure, pack
from rnn_tui.gradients.walk import Walk
from rnn_tui.gradients.walking import block_norms, norm, take_walk
from tests import oracle, oracle_rules

CELLS = ("rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original")
LSTMS = ("lstm", "lstm-peephole")
T, D, H, O = 6, 2, 5, 2  # noqa: E741
FIRSTS = (0, 3, T - 1)


def problem(cell, seed=1, *, scale=0.5, hidden=H, timesteps=T):
    rng = np.random.default_rng(seed)
    network = Network(cell, D, hidden, O)
    named = {name: scale * rng.normal(size=shape) for name, shape in network.shapes.items()}
    x, target = rng.normal(size=(timesteps, D)), rng.normal(size=(timesteps, O))
    return network, named, x, target


def walk_of(network, named, x, target, first, dtype=np.float64) -> Walk:
    return take_walk(network, pack(network, named, dtype), x, target, first=first)


def by_the_book(cell, named, x, target, first):
    zero = np.zeros((1, named["W_hh"].shape[1]))
    trace = oracle.forward(cell, named, x[:, None], zero, zero)
    loss, dy = oracle_rules.mse(trace.y, target[:, None], first)
    return trace, loss, dy, oracle.backward(cell, named, x[:, None], trace, dy, zero, zero)


@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("cell", CELLS)
def test_forwards_it_is_what_the_textbook_computes(cell, first):
    network, named, x, target = problem(cell)
    walk = walk_of(network, named, x, target, first)
    trace, loss, dy, _ = by_the_book(cell, named, x, target, first)
    assert walk.T == T
    assert walk.loss == pytest.approx(loss)
    np.testing.assert_allclose(walk.y, trace.y[:, 0], rtol=1e-6)
    np.testing.assert_allclose(walk.dy, dy[:, 0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(walk.activations["h"], trace.h[1:, 0], rtol=1e-6)
    assert list(walk.activations)[-1] == "h"
    if cell in LSTMS:
        assert list(walk.activations) == ["i", "f", "g", "o", "c", "h"]
        np.testing.assert_allclose(walk.activations["c"], trace.c[1:, 0], rtol=1e-6)
    for name, values in trace.gates.items():
        np.testing.assert_allclose(walk.activations[name], values[:, 0], rtol=1e-6)


@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("cell", CELLS)
def test_backwards_it_is_what_the_textbook_computes(cell, first):
    network, named, x, target = problem(cell)
    walk = walk_of(network, named, x, target, first)
    _, _, dy, gradients = by_the_book(cell, named, x, target, first)
    readout = dy[:, 0] @ named["W_hy"]
    np.testing.assert_allclose(walk.dh, gradients.dh[:, 0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(walk.hidden.total, gradients.dh_norm, rtol=1e-6)
    np.testing.assert_allclose(walk.hidden.here, np.linalg.norm(readout, axis=1), rtol=1e-6)
    back = np.linalg.norm(gradients.dh[:, 0] - readout, axis=1)
    np.testing.assert_allclose(walk.hidden.back, back, rtol=1e-6, atol=1e-12)
    assert walk.so_far[0] == pytest.approx(np.linalg.norm(gradients.parameters["W_hh"]))
    assert walk.global_norm[0] == pytest.approx(oracle_rules.global_norm(gradients.parameters))
    whole = np.abs(gradients.parameters["W_hh"].reshape(-1, H, H))
    np.testing.assert_allclose(walk.pictures[0], whole, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("first", FIRSTS)
def test_the_cell_state_receives_from_its_hidden_state_and_from_later(first):
    network, named, x, target = problem("lstm")
    walk = walk_of(network, named, x, target, first)
    trace, _, _, gradients = by_the_book("lstm", named, x, target, first)
    here = gradients.dh[:, 0] * trace.gates["o"][:, 0] * (1 - np.tanh(trace.c[1:, 0]) ** 2)
    np.testing.assert_allclose(walk.state.total, gradients.dc_norm, rtol=1e-6)
    np.testing.assert_allclose(walk.state.here, np.linalg.norm(here, axis=1), rtol=1e-6)
    back = np.linalg.norm(gradients.dc[:, 0] - here, axis=1)
    np.testing.assert_allclose(walk.state.back, back, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_timestep_adds_is_the_gradient_of_its_own_use_of_the_weights(cell):
    """Differences between sums that end one timestep apart, by the textbook."""
    network, named, x, target = problem(cell)
    walk = walk_of(network, named, x, target, 0)
    trace, _, dy, _ = by_the_book(cell, named, x, target, 0)
    sums = []
    for t in range(T):
        tail = oracle.Trace(
            trace.h[t:], trace.c[t:], {n: g[t:] for n, g in trace.gates.items()}, trace.y[t:]
        )
        zero = np.zeros((1, H))
        found = oracle.backward(cell, named, x[t:, None], tail, dy[t:], zero, zero)
        sums.append(found.parameters["W_hh"])
    added = [np.linalg.norm(a - b) for a, b in zip(sums, [*sums[1:], 0 * sums[0]], strict=True)]
    np.testing.assert_allclose(walk.so_far, [np.linalg.norm(s) for s in sums], rtol=1e-6)
    np.testing.assert_allclose(walk.added, added, rtol=1e-6, atol=1e-12)


def loss_with_a_push(cell, named, x, target, first, *, at, push, seen_by_readout_alone=False):
    """The loss where `push` (H,) is added to h after timestep index `at`."""
    h, c, error = np.zeros(H), np.zeros(H), 0.0
    for t in range(T):
        h, c, *_ = oracle.step(cell, named, x[t], h, c)
        read = h + push if t == at else h
        if t == at and not seen_by_readout_alone:
            h = read
        if t >= first:
            error += np.sum((oracle.read_out(named, read) - target[t]) ** 2)
    return error / ((T - first) * O)


@pytest.mark.parametrize("readout_alone", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_arriving_gradients_are_slopes_of_the_loss(cell, readout_alone):
    network, named, x, target = problem(cell)
    walk = walk_of(network, named, x, target, 2)
    for t in range(T):
        slope = (
            np.array(
                [
                    loss_with_a_push(
                        cell, named, x, target, 2, at=t, push=p, seen_by_readout_alone=readout_alone
                    )
                    - loss_with_a_push(
                        cell,
                        named,
                        x,
                        target,
                        2,
                        at=t,
                        push=-p,
                        seen_by_readout_alone=readout_alone,
                    )
                    for p in 1e-5 * np.eye(H)
                ]
            )
            / 2e-5
        )
        if readout_alone:
            assert walk.hidden.here[t] == pytest.approx(np.linalg.norm(slope), rel=1e-6, abs=1e-9)
        else:
            np.testing.assert_allclose(walk.dh[t], slope, rtol=1e-5, atol=1e-9)


def test_where_the_loss_counts_the_last_timestep_alone_the_rest_comes_back_through_time():
    walk = walk_of(*problem("rnn"), T - 1)
    assert walk.hidden.here[-1] == walk.hidden.total[-1] > 0
    assert not walk.hidden.here[:-1].any()
    np.testing.assert_array_equal(walk.hidden.back[:-1], walk.hidden.total[:-1])
    assert walk.hidden.back[-1] == 0


def test_the_factor_is_that_of_the_jacobian():
    network, named, x, target = problem("rnn")
    walk = walk_of(network, named, x, target, T - 1)
    factor = walk.hidden.factor
    assert np.isnan(factor[-1])
    h = walk.activations["h"]
    for t in range(T - 1):
        back = named["W_hh"].T @ ((1 - h[t + 1] ** 2) * walk.dh[t + 1])
        expected = np.linalg.norm(back) / np.linalg.norm(walk.dh[t + 1])
        assert factor[t] == pytest.approx(expected, rel=1e-6)


def stack(cell, layers=3, first=1):
    """A walk through several layers, what they read, and the textbook's traces and gradients."""
    rng = np.random.default_rng(4)
    network = Network(cell, D, H, O, layers=layers)
    named = {name: 0.5 * rng.normal(size=shape) for name, shape in network.shapes.items()}
    x, target = rng.normal(size=(T, D)), rng.normal(size=(T, O))
    walk = walk_of(network, named, x, target, first)
    zero = np.zeros((layers, 1, H))
    traces = oracle.forward_layers(cell, named, x[:, None], zero, zero)
    _, dy = oracle_rules.mse(traces[-1].y, target[:, None], first)
    found = oracle.backward_layers(cell, named, x[:, None], traces, dy, zero, zero)
    arriving = [gradients.x[:, 0] for gradients in found[1:]]  # what a layer hands to the one below
    arriving.append(dy[:, 0] @ named["W_hy"])
    return walk, named, x, traces, found, arriving


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_every_layer_is_walked_through_forwards(cell, layers):
    walk, _, x, traces, *_ = stack(cell, layers)
    assert [(way.layer, way.layer_count, way.is_last) for way in walk.layers] == [
        (n, layers, n == layers) for n in range(1, layers + 1)
    ]
    reads = x
    for way, trace in zip(walk.layers, traces, strict=True):
        np.testing.assert_allclose(way.reads, reads, rtol=1e-6)
        reads = trace.h[1:, 0]
        np.testing.assert_allclose(way.activations["h"], reads, rtol=1e-6)
        if cell in LSTMS:
            np.testing.assert_allclose(way.activations["c"], trace.c[1:, 0], rtol=1e-6)
        for name, values in trace.gates.items():
            np.testing.assert_allclose(way.activations[name], values[:, 0], rtol=1e-6)
        np.testing.assert_array_equal(way.y, walk.y)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_every_layer_is_walked_through_backwards(cell, layers):
    """What comes from above and what comes back through time, the factor, the weight gradient."""
    walk, named, _, _, found, arriving = stack(cell, layers)
    for n, (way, gradients, above) in enumerate(zip(walk.layers, found, arriving, strict=True)):
        total = gradients.dh[:, 0]
        np.testing.assert_allclose(way.dh, total, rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(way.hidden.total, gradients.dh_norm, rtol=1e-6)
        here, back = np.linalg.norm(above, axis=1), np.linalg.norm(total - above, axis=1)
        np.testing.assert_allclose(way.hidden.here, here, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(way.hidden.back, back, rtol=1e-6, atol=1e-12)
        factor = back[:-1] / gradients.dh_norm[1:]
        np.testing.assert_allclose(way.hidden.factor[:-1], factor, rtol=1e-6, atol=1e-12)
        whole = found[0].parameters[f"W_hh_{n}" if n else "W_hh"]
        assert way.so_far[0] == pytest.approx(np.linalg.norm(whole))
        np.testing.assert_allclose(
            way.pictures[0], np.abs(whole.reshape(-1, H, H)), rtol=1e-5, atol=1e-9
        )
        expected = oracle_rules.global_norm(found[0].parameters)
        assert way.global_norm[0] == pytest.approx(expected)
    assert named.keys() == found[0].parameters.keys()


@pytest.mark.parametrize("cell", LSTMS)
def test_the_cell_state_of_every_layer_receives_from_its_hidden_state_and_from_later(cell):
    walk, named, _, traces, found, _ = stack(cell)
    for n, (way, gradients, trace) in enumerate(zip(walk.layers, found, traces, strict=True)):
        o, tanh_c = trace.gates["o"][:, 0], np.tanh(trace.c[1:, 0])
        here = gradients.dh[:, 0] * o * (1 - tanh_c**2)
        if cell == "lstm-peephole":
            p_o = named[f"p_{n}" if n else "p"][2 * H :]
            here = here + p_o * gradients.dh[:, 0] * tanh_c * o * (1 - o)
        np.testing.assert_allclose(way.state.total, gradients.dc_norm, rtol=1e-6)
        np.testing.assert_allclose(way.state.here, np.linalg.norm(here, axis=1), rtol=1e-6)
        back = np.linalg.norm(gradients.dc[:, 0] - here, axis=1)
        np.testing.assert_allclose(way.state.back, back, rtol=1e-6, atol=1e-12)


def test_what_a_timestep_adds_to_a_layer_below_is_its_own_use_of_the_weights():
    """dz_t h_{t−1}ᵀ of a tanh RNN, by the textbook."""
    walk, _, _, traces, found, _ = stack("rnn")
    for way, gradients, trace in zip(walk.layers, found, traces, strict=True):
        dz = gradients.dh[:, 0] * (1 - trace.h[1:, 0] ** 2)
        parts = [np.outer(now, before) for now, before in zip(dz, trace.h[:-1, 0], strict=True)]
        sums = np.cumsum(parts[::-1], axis=0)[::-1]
        added = [np.linalg.norm(part) for part in parts]
        np.testing.assert_allclose(way.added, added, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(way.so_far, np.linalg.norm(sums, axis=(1, 2)), rtol=1e-6)


def test_the_norm_of_the_whole_gradient_grows_over_all_layers_alike():
    walk, *_ = stack("gru")
    assert len({tuple(way.global_norm) for way in walk.layers}) == 1
    alone = [np.sqrt(sum(way.so_far[t] ** 2 for way in walk.layers)) for t in range(T)]
    assert (walk.global_norm >= alone).all()


@pytest.mark.parametrize(
    "loss", [Loss("mae"), Loss("huber", delta=0.3), Loss("quantile", quantiles=(0.1, 0.5))]
)
def test_any_loss_is_walked_back_from(loss):
    network, named, x, target = problem("gru")
    target = target[:, : O // loss.outputs_per_target]
    parameters = pack(network, named, np.float64)
    walk = take_walk(network, parameters, x, target, first=2, loss=loss)
    y, dy = np.ascontiguousarray(walk.y[:, None]), np.empty((T, 1, O))
    assert walk.loss == measure(loss, y, np.ascontiguousarray(target[:, None]), dy, first=2)
    np.testing.assert_array_equal(walk.dy, dy[:, 0])
    zero = np.zeros((1, H))
    trace = oracle.forward("gru", named, x[:, None], zero, zero)
    gradients = oracle.backward("gru", named, x[:, None], trace, dy, zero, zero)
    np.testing.assert_allclose(walk.dh, gradients.dh[:, 0], rtol=1e-6, atol=1e-12)
    assert walk.compared == loss.outputs_per_target // 2


def test_weights_in_float32_are_walked_in_float64():
    network, named, x, target = problem("rnn", scale=0.05, timesteps=60)
    walk = walk_of(network, named, x, target, 59, dtype=np.float32)
    assert 0 < walk.hidden.total[0] < 1e-40
    assert walk.dh.dtype == np.float64


def test_everything_is_read_only():
    walk, *_ = stack("lstm")
    arrays = [walk.x, walk.y]
    for way in walk.layers:
        arrays += [way.reads, way.dh, way.pictures, way.hidden.total, way.state.back]
        arrays += way.activations.values()
    assert not any(array.flags.writeable for array in arrays)


def test_weights_that_are_not_finite_break_nothing():
    network, named, x, target = problem("rnn")
    named["W_hh"][:] = np.nan
    walk = walk_of(network, named, x, target, 0)
    assert np.isnan(walk.hidden.total).any()
    assert np.isnan(walk.hidden.factor[-1])


def test_a_wide_net_has_a_picture_of_blocks():
    network, named, x, target = problem("lstm", hidden=40, scale=0.1)
    walk = walk_of(network, named, x, target, 0)
    assert walk.pictures.shape == (T, 4, 32, 32)
    np.testing.assert_allclose(
        np.sqrt((walk.pictures.astype(float) ** 2).sum(axis=(1, 2, 3))), walk.so_far, rtol=1e-5
    )


def test_blocks_cover_everything_once():
    values = np.arange(49.0).reshape(1, 7, 7)
    blocks = block_norms(values, 3)
    assert blocks.shape == (1, 3, 3)
    assert norm(blocks) == pytest.approx(norm(values))
    assert blocks[0, 0, 0] == pytest.approx(norm(values[0, :2, :2]))
    np.testing.assert_array_equal(block_norms(values, 7), values)


def test_norms_beyond_the_squares_of_floats():
    assert norm(np.array([3e-200, 4e-200])) == pytest.approx(5e-200)
    assert norm(np.array([3e200, 4e200])) == pytest.approx(5e200)
    assert norm(np.zeros(3)) == norm(np.zeros(0)) == 0
    assert np.isinf(norm(np.array([1, np.inf])))
    assert np.isnan(norm(np.array([1, np.nan])))
