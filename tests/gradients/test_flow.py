import numpy as np
import pytest

from rnn_tui.gradients.flow import gate_horizon, memory_horizon


def test_memory_horizon_is_the_largest_lag_above_one_percent():
    norms = 0.5 ** np.arange(20)[::-1]
    assert memory_horizon(norms) == 6  # 0.5^6 = 1.6 % > 1 % > 0.5^7


@pytest.mark.parametrize("norms", [[], [0.0, 0.0], [1.0, np.inf], [1.0, np.nan], [1.0, 0.0]])
def test_memory_horizon_of_a_dead_or_overflowing_gradient_is_zero(norms):
    assert memory_horizon(np.array(norms)) == 0


def test_memory_horizon_counts_a_gradient_that_grows_backwards():
    assert memory_horizon(np.array([8.0, 4.0, 2.0, 1.0])) == 3


def test_gate_horizon():
    assert gate_horizon(np.exp(-1 / 7)) == pytest.approx(7)
    assert gate_horizon(0.0) == 0
    assert gate_horizon(1.0) == np.inf
