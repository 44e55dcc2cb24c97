import pytest

from rnn_tui.config import build_config
from rnn_tui.training.session import Session


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


@pytest.fixture
def running(configure):
    """Start a session without end in a thread; it is stopped when the test is over."""
    sessions = []

    def start(*, paused=False, **sections):
        sections["training"] = {"steps": None} | sections.get("training", {})
        config = configure(**sections)
        if sections["training"]["steps"] is None:
            config = config.model_copy(
                update={"training": config.training.model_copy(update={"steps": None})}
            )
        session = Session(config)
        sessions.append(session)
        if paused:
            session.pause()
        session.start()
        return session

    yield start
    for session in sessions:
        session.stop()
        assert session.join(60)
