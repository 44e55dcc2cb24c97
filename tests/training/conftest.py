import pytest

from rnn_tui.config import build_config
from rnn_tui.data.prepared import prepare
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.session import Session
from rnn_tui.training.trainer import Trainer
from tests.training.wave import SERIES, TEST_START, VALIDATION_START, T


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


@pytest.fixture
def trainer(tmp_path):
    """Build a trainer on a series of values, from a file of its own."""

    def build(values=SERIES, scaler=None, model=None, **training):
        path = tmp_path / "series.csv"
        path.write_text("value\n" + "".join(f"{value!r}\n" for value in values.tolist()))
        config = build_config(
            {
                "data": {"file": str(path), "input_chunk_length": T},
                "model": {"hidden_size": 5, "dtype": "float64"} | (model or {}),
                "training": {"batch_size": 8} | training,
            }
        )
        prepared = prepare(config.data, config.model.dtype, scaler=scaler)
        assert (prepared.split.validation_start, prepared.split.test_start) == (
            VALIDATION_START,
            TEST_START,
        )
        weights, order = random_streams(config.training.seed)
        return Trainer(config, prepared, Model.create(config.model, weights), order)

    return build
