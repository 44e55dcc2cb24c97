"""A series of 80 rows, and what tests do with a trainer on it."""

import numpy as np

from rnn_tui.data.scaling import Scaler
from tests.kernels.support import named

N, T = 80, 6
SERIES = 50 + 10 * np.sin(0.5 * np.arange(N)) + np.random.default_rng(0).normal(size=N)
VALIDATION_START, TEST_START = 56, 68  # of 80 rows, with the default shares of 15 %
SCALED = Scaler.fit(SERIES[:VALIDATION_START]).transform(SERIES)[:, np.newaxis]


def trained(trainer, steps=40):
    """Train and return everything that was learned and reported, as bytes."""
    losses, norms = [], []
    while len(losses) < steps:
        burst = trainer.train(steps - len(losses))
        assert burst.fault is None
        losses += burst.loss.tolist()
        norms += burst.gradient_norm.tolist()
    return losses, norms, trainer.model.parameters.tobytes()


def parameters_of(trainer):
    return named(trainer.model.network, trainer.model.parameters)
