import numpy as np
import pytest

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.seasonality import find_period


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


@pytest.mark.parametrize(
    ("name", "period"), [("co2", 12), ("elnino", 12), ("sine", 25), ("damped", 25)]
)
def test_finds_the_known_seasons(name, period):
    values = load_dataset(name).values

    assert find_period(values[: len(values) * 7 // 10]) == period


@pytest.mark.parametrize("name", ["nile", "macrodata", "wti", "random-walk", "lorenz"])
def test_finds_none_in_series_without_a_season(name):
    values = load_dataset(name).values

    assert find_period(values[: len(values) * 7 // 10]) is None


def test_a_trend_does_not_hide_the_season():
    t = np.arange(140)
    noise = np.random.default_rng(0).normal(size=140)
    season = 5 * np.sin(2 * np.pi * t / 12)

    assert find_period(season + noise + 0.5 * t) == 12
    assert find_period(np.exp(4 + t / 100 + season / 20 + noise / 50)) == 12
