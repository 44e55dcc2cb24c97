import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.series import Channel, Series
from rnn_tui.forecasting.baselines import EVERY
from rnn_tui.forecasting.evaluation import evaluate

INSTANT = tuple(kind for kind in EVERY if kind != "ETS")


def prepared_of(horizon=1, **options):
    rng = np.random.default_rng(0)
    values = np.exp(4 + rng.normal(size=600).cumsum() / 50)
    series = Series(
        *("s", "", "row", np.arange(600.0), values, "test"),
        more_targets=(Channel("second", values[::-1].copy()),),
    )
    config = DataConfig(
        input_chunk_length=12, horizon=horizon, validation_size=0.3, test_size=0.3, **options
    )
    return prepare(config, "float64", series=series)


def naive_network(prepared, part):
    """What a network says that has learned to repeat the last value, in data units."""
    starts = prepared.starts[part]
    last = prepared.inputs[starts + prepared.origins_shift]
    return prepared.restore(np.tile(last, prepared.horizon), starts)


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("target", [0, 1])
def test_a_network_that_repeats_is_exactly_naive(horizon, part, target):
    prepared = prepared_of(horizon)
    scores = evaluate(prepared, naive_network(prepared, part), part, which=INSTANT, target=target)

    assert scores["model"].rmse == pytest.approx(scores["naive"].rmse, rel=1e-9)
    assert scores["model"].mase == pytest.approx(scores["naive"].mase, rel=1e-9)
    assert scores["model"].count == scores["naive"].count
    assert {"naive", "drift", "mean"} < set(scores)


def test_no_change_after_differencing_is_naive_too():
    prepared = prepared_of(3, transform="log-return", scaling="none")
    starts = prepared.starts["test"]
    scores = evaluate(prepared, prepared.restore(np.zeros((len(starts), 6)), starts), which=INSTANT)

    assert scores["model"].rmse == pytest.approx(scores["naive"].rmse, rel=1e-9)


def test_baselines_that_are_known_are_taken():
    prepared = prepared_of()
    predicted = naive_network(prepared, "test")
    made = evaluate(prepared, predicted, which=INSTANT)
    known = {name: scores for name, scores in made.items() if name != "model"}
    assert evaluate(prepared, predicted, baselines=known) == made
    assert evaluate(prepared, predicted, baselines={}).keys() == {"model"}


def test_predictions_of_other_windows_are_refused():
    prepared = prepared_of()

    with pytest.raises(ValueError, match="for the windows'"):
        evaluate(prepared, naive_network(prepared, "test")[1:])
