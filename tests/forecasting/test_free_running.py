import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.series import Channel, Series
from rnn_tui.errors import DataError
from rnn_tui.forecasting.free_running import free_run


def series_of(values, **options):
    return Series("s", "", "row", np.arange(float(len(values))), values, "test", **options)


WAVE = 5 + np.sin(np.arange(120) * 0.3)


def recurrence(prepared):
    """A network that knows x_{t+1} = 2 cos(0.3) x_t - x_{t-1} about the mean 5."""

    def predict(window):
        values = list(prepared.scaler.inverse(window[:, 0]) - 5)
        for _ in range(prepared.horizon):
            values.append(2 * np.cos(0.3) * values[-1] - values[-2])
        return prepared.scaler.transform(np.array(values[-prepared.horizon :]) + 5)

    return predict


@pytest.mark.parametrize("horizon", [1, 4])
@pytest.mark.parametrize("steps", [1, 7, 40])
def test_a_perfect_network_runs_on_perfectly(horizon, steps):
    config = DataConfig(input_chunk_length=10, horizon=horizon)
    prepared = prepare(config, "float64", series=series_of(WAVE))
    found = free_run(recurrence(prepared), prepared, 60, steps)

    assert found.shape == (steps, 1)
    np.testing.assert_allclose(found[:, 0], WAVE[70 : 70 + steps], rtol=1e-9)


def test_it_runs_beyond_the_end():
    prepared = prepare(DataConfig(input_chunk_length=10), "float64", series=series_of(WAVE))
    found = free_run(recurrence(prepared), prepared, 110, 30)

    np.testing.assert_allclose(found[:, 0], 5 + np.sin(np.arange(120, 150) * 0.3), rtol=1e-9)


@pytest.mark.parametrize("names", [(), ("diff",), ("log-return",), ("log", "seasonal-diff")])
def test_it_knows_nothing_after_its_origin(names):
    config = DataConfig(input_chunk_length=10, transform=names, period=4)
    other = WAVE.copy()
    other[110:] = 9.0

    def predict(window):
        return window[-1] / 2 + window[-3] / 3

    ours, theirs = (
        free_run(predict, prepare(config, "float64", series=series_of(values)), 100, 8)
        for values in (WAVE, other)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_a_walk_on_of_differences_adds_up():
    config = DataConfig(input_chunk_length=10, transform="diff")
    prepared = prepare(config, "float64", series=series_of(WAVE))
    one = prepared.scaler.transform(np.array([1.0]))

    np.testing.assert_allclose(
        free_run(lambda _: one, prepared, 80, 5)[:, 0], WAVE[89] + np.arange(1, 6)
    )


def test_several_columns_run_together():
    series = series_of(WAVE, more_targets=(Channel("second", WAVE[::-1].copy()),))
    prepared = prepare(DataConfig(input_chunk_length=10, horizon=2), "float32", series=series)
    found = free_run(lambda window: np.tile(window[-1], 2), prepared, 60, 5)

    np.testing.assert_allclose(found, np.tile(series.targets[69], (5, 1)), rtol=1e-5)


def test_covariates_are_not_known_then():
    series = series_of(WAVE, covariates=(Channel("beside", WAVE[::-1].copy()),))
    prepared = prepare(DataConfig(input_chunk_length=10), "float64", series=series)

    with pytest.raises(DataError, match=r"\(beside\) after its origin"):
        free_run(lambda window: window[-1], prepared, 60, 5)
