"""A network that forecasts quantiles: its median is the forecast, the outer two an interval."""

import json

import numpy as np
import polars as pl
import pytest

from rnn_tui.errors import ModelFileError
from rnn_tui.training.learned import Learned
from rnn_tui.training.run import Run
from rnn_tui.training.session import Session

QUANTILES = {"loss": "quantile", "quantiles": (0.1, 0.5, 0.9)}


def ended(configure, tmp_path, data=None, training=None, forecast=None):
    """A run to its end: how it ended, and its table of forecasts."""
    config = configure(
        data={"noise": 0.5, "length": 400} | (data or {}), training=QUANTILES | (training or {})
    )
    if forecast:
        config = config.model_copy(update={"forecast": config.forecast.model_copy(update=forecast)})
    path = tmp_path / "forecast.csv"
    *_, end = Session(config, output_to=path).events()
    return end, pl.read_csv(path)


def test_intervals_are_the_outer_quantiles_and_their_coverage_is_measured(configure, tmp_path):
    end, table = ended(configure, tmp_path, training={"steps": 400})
    [coverage] = end.coverage.values()
    test = table.filter(pl.col("split") == "test")
    inside = ((test["lower"] <= test["actual"]) & (test["actual"] <= test["upper"])).mean()
    assert coverage.level == pytest.approx(0.8)
    assert coverage.coverage == pytest.approx(inside)
    assert coverage.width == pytest.approx((test["upper"] - test["lower"]).mean())
    assert 0.6 < coverage.coverage < 0.95
    assert (table["lower"] <= table["predicted"]).all()
    assert (table["predicted"] <= table["upper"]).all()
    rmse = ((test["predicted"] - test["actual"]) ** 2).mean() ** 0.5
    assert end.scores["model"].rmse == pytest.approx(rmse)


def test_beyond_the_horizon_no_quantiles_are_known(configure, tmp_path):
    end, table = ended(configure, tmp_path, data={"horizon": 3}, forecast={"ahead": 5})
    future = table.filter(pl.col("split") == "future")
    assert future["step"].to_list() == [1, 2, 3, 4, 5]
    assert future["lower"].is_null().to_list() == [False, False, False, True, True]
    assert future["predicted"].is_null().sum() == 0
    np.testing.assert_array_equal(np.isnan(end.future.upper[:, 0]), [0, 0, 0, 1, 1])


def test_conformal_intervals_about_the_median_can_be_had_as_well(configure, tmp_path):
    end, table = ended(configure, tmp_path, forecast={"intervals": "conformal", "coverage": 0.8})
    width = (table["upper"] - table["lower"]).to_numpy()
    np.testing.assert_allclose(width, width[0], rtol=1e-6)
    assert [found.level for found in end.coverage.values()] == [0.8]


def test_intervals_can_be_left_out(configure, tmp_path):
    end, table = ended(configure, tmp_path, forecast={"intervals": "none"})
    assert not end.coverage
    assert "lower" not in table.columns


def test_the_median_alone_is_a_forecast_with_conformal_intervals(configure, tmp_path):
    end, _ = ended(configure, tmp_path, training={"quantiles": (0.5,)})
    assert [found.level for found in end.coverage.values()] == [0.9]


def test_quantiles_that_cross_are_put_in_order(configure):
    run = Run(configure(training=QUANTILES))
    trainer = run.trainer
    parameters = trainer.model.named_parameters()
    parameters["W_hy"][...] = 0
    parameters["b_y"][...] = [3.0, 1.0, 2.0]
    trainer.model.set_parameters(parameters)
    starts = run.prepared.starts["test"]
    lower, upper = trainer.outer_quantiles(starts)
    scaler = run.prepared.scaler
    np.testing.assert_allclose(lower, scaler.inverse(np.array(1.0)), rtol=1e-6)
    np.testing.assert_allclose(trainer.predict(starts), scaler.inverse(np.array(2.0)), rtol=1e-6)
    np.testing.assert_allclose(upper, scaler.inverse(np.array(3.0)), rtol=1e-6)


def test_quantiles_of_several_steps_stand_beside_their_own(configure):
    run = Run(configure(data={"horizon": 2}, training=QUANTILES))
    assert run.trainer.model.network.output_size == 6
    parameters = run.trainer.model.named_parameters()
    parameters["W_hy"][...] = 0
    parameters["b_y"][...] = [1, 2, 3, 10, 20, 30]
    run.trainer.model.set_parameters(parameters)
    starts, inverse = run.prepared.starts["test"], run.prepared.scaler.inverse
    lower, upper = run.trainer.outer_quantiles(starts)
    for found, wanted in (
        (lower, [1, 10]),
        (run.trainer.predict(starts), [2, 20]),
        (upper, [3, 30]),
    ):
        np.testing.assert_allclose(found[0, :, 0], inverse(np.array(wanted, float)), rtol=1e-6)


def test_a_saved_model_forecasts_its_median_and_goes_on(configure, tmp_path):
    path = tmp_path / "m.safetensors"
    config = configure(data={"horizon": 2}, training=QUANTILES)
    run = Run(config)
    run.trainer.train(5)
    run.save(path)
    learned = Learned.load(path)
    assert learned.target_count == 1
    prepared = learned.prepare(run.prepared.series)
    last = np.array([len(prepared.inputs) - prepared.input_chunk_length])
    np.testing.assert_array_equal(learned.forecast(prepared, 2), run.trainer.predict(last)[0])
    again = Run(config, path)
    np.testing.assert_array_equal(again.trainer.model.parameters, run.trainer.model.parameters)
    other = configure(data={"horizon": 2}, training={"loss": "mse"})
    with pytest.raises(ModelFileError, match=r"forecast_quantiles = 0\.1,0\.5,0\.9, but the run"):
        Run(other, path)


def test_the_trainer_reads_the_median_for_forecasts_that_run_free(configure):
    run = Run(configure(training=QUANTILES))
    trainer = run.trainer
    starts = run.prepared.starts["test"][:3]
    read = trainer.read(run.prepared.inputs, starts)
    assert read.shape == (3, 1)
    restored = run.prepared.restore(read, starts)
    np.testing.assert_array_equal(restored, trainer.predict(starts))


def test_the_configuration_of_a_run_keeps_its_quantiles(configure):
    config = configure(training=QUANTILES)
    told = json.loads(config.model_dump_json())
    assert type(config).model_validate(told) == config
