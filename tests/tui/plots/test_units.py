"""In which order units stand."""

import numpy as np
import pytest

from rnn_tui.training.snapshot import Trace
from rnn_tui.tui.plots.units import Order, order_of, time_scales


def trace(**gates):
    return Trace({name: np.asarray(values, np.float32) for name, values in gates.items()}, 0)


FORGET = [[0.5, 0.9, 0.0], [0.5, 0.9, 0.0]]
SHOWN = [[0.2, 0.1, 0.6], [0.2, 0.1, 0.4]]


@pytest.mark.parametrize(
    ("order", "units"),
    [(Order.INDEX, [0, 1, 2]), (Order.MEAN, [2, 0, 1]), (Order.TIME_SCALE, [1, 0, 2])],
)
def test_units_are_sorted_from_the_top_down(order, units):
    assert order_of(trace(i=SHOWN, f=FORGET), "i", order).tolist() == units


def test_the_gate_that_keeps_the_state_gives_the_time_scale():
    wanted = [-1 / np.log(0.5), -1 / np.log(0.9), 0.0]
    np.testing.assert_allclose(time_scales(trace(f=FORGET, h=SHOWN)), wanted, rtol=1e-6)
    np.testing.assert_allclose(time_scales(trace(z=FORGET, h=SHOWN)), wanted, rtol=1e-6)
    assert time_scales(trace(f=[[1.0]])).tolist() == [np.inf]


def test_a_plain_rnn_has_the_time_scale_of_its_state():
    rng = np.random.default_rng(0)
    h = np.zeros((4000, 2))
    for t in range(1, len(h)):
        h[t] = [0.9, 0.3] * h[t - 1] + rng.normal(size=2)
    slow, quick = time_scales(trace(h=h))
    assert slow == pytest.approx(-1 / np.log(0.9), rel=0.3)
    assert quick == pytest.approx(-1 / np.log(0.3), rel=0.3)


@pytest.mark.parametrize("h", [[[0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[np.nan, 1.0], [1.0, 2.0]]])
def test_a_constant_or_broken_state_keeps_nothing(h):
    assert time_scales(trace(h=h)).tolist() == [0.0, 0.0]


def test_what_is_not_finite_stands_at_the_bottom():
    assert order_of(trace(i=[[0.1, np.nan, 0.3]]), "i", Order.MEAN).tolist() == [2, 0, 1]
