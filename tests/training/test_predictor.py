import numpy as np
import pytest

from rnn_tui.config import DataConfig, ModelConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.forecasting.free_running import free_runs
from rnn_tui.training.model import Model
from rnn_tui.training.predictor import Predictor

T = 6


@pytest.fixture(params=["lstm", "rnn"])
def predictor(request):
    config = ModelConfig(cell=request.param, hidden_size=5, dtype="float64")
    model = Model.create(config, np.random.default_rng(0), input_size=1, output_size=1)
    return Predictor(model, T)


def test_a_window_alone_says_what_it_says_among_others(predictor):
    inputs = np.random.default_rng(1).normal(size=(90, 1))
    starts = np.arange(80)

    together = predictor(inputs, starts)
    alone = np.concatenate([predictor(inputs, starts[n : n + 1]) for n in starts])
    np.testing.assert_allclose(alone, together, rtol=1e-12)


def test_running_free_from_many_rows_is_running_free_from_each(predictor):
    config = DataConfig(dataset="sine", input_chunk_length=T)
    prepared = prepare(config, "float64")
    starts = np.array([0, 3, 40])

    together = free_runs(predictor, prepared, starts, 25)
    for start, path in zip(starts, together, strict=True):
        [alone] = free_runs(predictor, prepared, np.array([start]), 25)
        np.testing.assert_allclose(path, alone, rtol=1e-9)
