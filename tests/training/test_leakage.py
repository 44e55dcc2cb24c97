"""What comes later changes nothing that was learned before it, through a whole run."""

import numpy as np
import pytest

from rnn_tui.api.fitting import train
from rnn_tui.config import build_config
from rnn_tui.data.series import Channel, Series
from rnn_tui.forecasting.baselines import EVERY, fit_baselines

ROWS, VALIDATION, TEST = 200, 140, 170


def series_of(changed_from=ROWS):
    rng = np.random.default_rng(0)
    t = np.arange(ROWS)
    columns = [20 + np.sin(t / 3) + rng.normal(size=ROWS) / 9, rng.normal(size=ROWS)]
    for column in columns:
        column[changed_from:] = 50 + column[changed_from:][::-1] ** 2
    return Series(
        *("v", "", "row", t.astype(float), columns[0], "made here"),
        covariates=(Channel("w", columns[1]),),
    )


def fitted(changed_from, **training):
    config = build_config(
        {
            "data": {"input_chunk_length": 8, "horizon": 2, "transform": ("log",)},
            "model": {"hidden_size": 4},
            "training": {"steps": 60, "batch_size": 16, **training},
        }
    )
    return train(config, series=series_of(changed_from))


def weights(run):
    return run.learned.saved.parameters


def test_the_test_part_changes_no_weight_no_scale_and_no_choice():
    one, two = fitted(ROWS), fitted(TEST)
    assert one.learned.saved.scalers == two.learned.saved.scalers
    assert one.learned.saved.step == two.learned.saved.step
    for name in weights(one):
        np.testing.assert_array_equal(weights(one)[name], weights(two)[name], strict=True)
    for curve in ("loss", "validation_loss", "gradient_norm"):
        np.testing.assert_array_equal(
            getattr(one.history, curve).value, getattr(two.history, curve).value
        )
    assert one.metrics != two.metrics


def test_the_test_part_does_not_change_when_a_run_ends():
    one, two = (fitted(rows, patience=3, steps=2000) for rows in (ROWS, TEST))
    assert one.ended.steps == two.ended.steps < 2000


def test_the_validation_part_chooses_and_teaches_nothing():
    one, two = fitted(ROWS), fitted(VALIDATION)
    assert one.learned.saved.scalers == two.learned.saved.scalers
    np.testing.assert_array_equal(one.history.loss.value, two.history.loss.value)
    assert one.history.validation_loss.value[-1] != two.history.validation_loss.value[-1]


def test_the_intervals_are_those_of_the_validation_part():
    one, two = (run.learned.margins(run.prepared, 2, 0.5) for run in (fitted(ROWS), fitted(TEST)))
    np.testing.assert_array_equal(one.margins, two.margins)


@pytest.mark.parametrize("horizon", [1, 4])
def test_what_is_scored_changes_no_baseline(horizon):
    one, two = (fit_baselines(series_of(rows), TEST, which=EVERY) for rows in (ROWS, TEST))
    assert one.keys() == two.keys()
    origin = np.array([TEST - 1])
    for name in one:
        np.testing.assert_array_equal(one[name](origin, horizon), two[name](origin, horizon))
