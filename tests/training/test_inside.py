"""What is seen of the net: its gates, and its gradient in every layer."""

import numpy as np
import pytest

from rnn_tui.training.model import random_streams
from rnn_tui.training.sampling import BatchSampler
from rnn_tui.training.snapshot import SLOPE
from tests import oracle, oracle_rules
from tests.kernels.support import CELLS, LSTMS
from tests.training.wave import SCALED, TEST_START, VALIDATION_START, T, parameters_of, trained


@pytest.mark.parametrize("cell", CELLS)
def test_the_trace_shows_the_last_window_of_the_validation_part(trainer, cell):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    trace = one.trace()
    assert trace.start + T == TEST_START - 1
    x = SCALED[trace.start : trace.start + T, np.newaxis]
    zero = np.zeros((1, 5))
    wanted = oracle.forward(cell, parameters_of(one), x, zero, zero)
    shown = {"h": wanted.h[1:]} | wanted.gates | ({"c": wanted.c[1:]} if cell in LSTMS else {})
    if cell == "rnn":
        shown[SLOPE] = 1 - wanted.h[1:] ** 2
    assert trace.gates.keys() == shown.keys()
    for name, values in shown.items():
        np.testing.assert_allclose(trace.gates[name], values[:, 0], rtol=1e-6, atol=1e-7)
        assert not trace.gates[name].flags.writeable


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_flow_is_that_of_the_last_step_and_is_kept(trainer, cell):
    one = trainer(model={"cell": cell}, seed=7)
    before = parameters_of(one)
    one.train(1)
    starts = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1]).take(1)[0]
    zero = np.zeros((8, 5))
    x, target = (oracle.windows(a, starts, T) for a in (SCALED[:-1], SCALED[1:]))
    trace = oracle.forward(cell, before, x, zero, zero)
    _, dy = oracle_rules.mse(trace.y, target, T - 1)
    wanted = oracle.backward(cell, before, x, trace, dy, zero, zero)
    flow = one.gradient_flow()
    kept = flow.hidden.copy()
    np.testing.assert_allclose(flow.hidden, wanted.dh_norm, rtol=1e-10)
    if cell in LSTMS:
        np.testing.assert_allclose(flow.cell, wanted.dc_norm, rtol=1e-10)
    else:
        assert flow.cell is None
    one.train(1)
    np.testing.assert_array_equal(flow.hidden, kept)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_gradient_flow_has_every_layer(trainer, cell):
    started = trainer(model={"hidden_size": 4, "layers": 3, "cell": cell})
    started.train(3)
    flow, layers = started.gradient_flow(), started._trained.layers
    assert len(flow.below) == 2
    assert flow.layers[-1] is flow
    for norms, states in zip(flow.layers, layers, strict=True):
        assert norms.hidden.tolist() == states.dh_norm.tolist()
        assert (norms.cell is None) == (cell == "rnn")
    assert len({norms.hidden[0] for norms in flow.layers}) == 3


@pytest.mark.parametrize("cell", CELLS)
def test_flow_and_trace_of_every_layer_are_those_of_the_textbook(trainer, cell):
    layers = 3
    one = trainer(model={"cell": cell, "layers": layers}, seed=7)
    before = parameters_of(one)
    one.train(1)
    starts = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1]).take(1)[0]
    zero = np.zeros((layers, 8, 5))
    x, target = (oracle.windows(a, starts, T) for a in (SCALED[:-1], SCALED[1:]))
    traces = oracle.forward_layers(cell, before, x, zero, zero)
    _, dy = oracle_rules.mse(traces[-1].y, target, T - 1)
    wanted = oracle.backward_layers(cell, before, x, traces, dy, zero, zero)
    flow = one.gradient_flow()
    assert len(flow.layers) == layers
    for shown, own in zip(flow.layers, wanted, strict=True):
        np.testing.assert_allclose(shown.hidden, own.dh_norm, rtol=1e-9)
        if cell in LSTMS:
            np.testing.assert_allclose(shown.cell, own.dc_norm, rtol=1e-9)
        else:
            assert shown.cell is None
    trace = one.trace()
    x = SCALED[trace.start : trace.start + T, np.newaxis]
    traces = oracle.forward_layers(cell, parameters_of(one), x, zero[:, :1], zero[:, :1])
    for shown, own in zip(trace.layers, traces, strict=True):
        assert shown.start == trace.start
        for name, values in (own.gates | {"h": own.h[1:]}).items():
            np.testing.assert_allclose(shown.gates[name], values[:, 0], rtol=1e-6, atol=1e-7)
