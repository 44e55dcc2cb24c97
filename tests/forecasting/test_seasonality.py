import numpy as np
import pytest

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.forecasting.seasonality import find_period


@pytest.mark.parametrize("period", [4, 7, 12, 24, 365])
def test_finds_the_season_in_noise(period):
    t = np.arange(6 * period + 100)
    noise = np.random.default_rng(period).normal(size=len(t))
    season = np.random.default_rng(0).normal(size=period)

    assert find_period(season[t % period] * 3 + noise / 2) == period


def test_finds_the_solar_cycle():
    assert find_period(load_dataset("sunspots").values[:221]) == 11


@pytest.mark.parametrize(
    "values",
    [
        np.ones(50),
        np.arange(50.0),
        np.random.default_rng(0).normal(size=500),
        np.array([1.0, 2.0]),
        np.array([1e100, -1e100, 0.0]),
    ],
    ids=["constant", "trend", "noise", "two rows", "huge"],
)
def test_finds_none_where_there_is_none(values):
    assert find_period(values) is None
