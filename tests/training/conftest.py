import pytest

from rnn_tui.config import build_config


@pytest.fixture
def configure():
    """Small and quick: a sine, 4 units; sections are given as keyword arguments."""

    def build(data=None, model=None, training=None, display=None):
        return build_config(
            {
                "data": {"dataset": "sine", "input_chunk_length": 8} | (data or {}),
                "model": {"hidden_size": 4} | (model or {}),
                "training": {"steps": 40, "batch_size": 8} | (training or {}),
                "display": display or {},
            }
        )

    return build
