"""How good the default settings are on the series that the literature scores."""

from statistics import median

import pytest

import rnn_tui


@pytest.mark.slow
def test_five_seeds_foresee_the_sunspots_and_each_beats_the_naive_forecast():
    runs = [rnn_tui.fit(seed=seed) for seed in range(5)]
    errors = [run.rmse["model"] for run in runs]
    [forecast] = {
        (run.forecast.time[run.forecast.test_start], run.forecast.time[-1]) for run in runs
    }
    assert forecast == (1921, 1987)
    assert median(errors) <= 20
    assert max(errors) < runs[0].rmse["naive"] == pytest.approx(30.3, abs=0.1)
