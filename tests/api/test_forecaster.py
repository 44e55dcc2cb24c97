import inspect

import numpy as np
import polars as pl
import pytest

import rnn_tui
from rnn_tui.config import RunConfig
from rnn_tui.data.catalogue import load_dataset
from rnn_tui.errors import DataError, UsageError
from rnn_tui.forecasting.metrics import score

WAVE = np.sin(np.arange(300) / 4) + 3
SMALL = {"hidden_size": 4, "input_chunk_length": 8, "steps": 60, "batch_size": 8}


@pytest.fixture(scope="module")
def fitted():
    return rnn_tui.Forecaster(**SMALL, horizon=2).fit(WAVE)


def test_parameters_are_stored_as_they_come_and_have_the_defaults_of_a_configuration():
    odd = {"hidden_size": np.int64(3), "transform": ["log"], "cell": "nonsense"}
    assert {name: rnn_tui.Forecaster(**odd).get_params()[name] for name in odd} == odd
    config = RunConfig()
    keys = config.data.model_dump() | config.model.model_dump() | config.training.model_dump()
    for name, default in rnn_tui.Forecaster().get_params().items():
        if name not in {"steps", "progress"}:
            assert keys[name] == default, name
    signature = inspect.signature(rnn_tui.Forecaster)
    assert all(p.kind is p.KEYWORD_ONLY for p in signature.parameters.values())


def test_set_params_changes_all_or_nothing():
    forecaster = rnn_tui.Forecaster()
    assert forecaster.set_params(seed=3, cell="rnn") is forecaster
    assert (forecaster.seed, forecaster.cell) == (3, "rnn")
    with pytest.raises(UsageError, match="unknown parameter 'sed'; known: cell, hidden_size"):
        forecaster.set_params(seed=4, sed=5)
    assert forecaster.seed == 3


def test_repr_shows_what_differs_and_can_be_evaluated():
    forecaster = rnn_tui.Forecaster(cell="rnn", transform=("log",))
    assert repr(forecaster) == "Forecaster(cell='rnn', transform=('log',))"
    again = eval(repr(forecaster), {"Forecaster": rnn_tui.Forecaster})
    assert again.get_params() == forecaster.get_params()
    assert repr(rnn_tui.Forecaster()) == "Forecaster()"


def test_a_fit_and_what_it_leaves(fitted):
    assert isinstance(fitted, rnn_tui.Forecaster)
    assert fitted.n_features_in_ == 1
    assert fitted.metrics_.count == 2 * 44  # 45 rows of the test part, two steps ahead each
    assert "naive" in fitted.baselines_
    assert fitted.verdict_.startswith("LSTM")
    assert fitted.history_.loss.step[-1] == 60


def test_fitting_is_what_the_run_does(fitted, tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("y\n" + "\n".join(repr(float(value)) for value in WAVE))
    run = rnn_tui.fit(file=path, **SMALL, horizon=2)
    assert run.metrics == fitted.metrics_
    np.testing.assert_array_equal(run.history.loss.value, fitted.history_.loss.value)


def test_predictions_are_one_step_ahead_of_every_row(fitted):
    predicted = fitted.predict()
    assert predicted.shape == WAVE.shape
    assert np.isnan(predicted[:8]).all()
    assert np.isfinite(predicted[8:]).all()
    forecast = fitted.fit_.forecast
    known = np.isfinite(forecast.predicted)
    np.testing.assert_allclose(predicted[known], forecast.predicted[known], rtol=1e-6)
    np.testing.assert_array_equal(fitted.predict(WAVE), predicted)


def test_a_prediction_knows_nothing_of_its_row_and_later_ones(fitted):
    other = WAVE.copy()
    other[200:] = 9.0
    np.testing.assert_array_equal(fitted.predict(other)[:201], fitted.predict(WAVE)[:201])


def test_the_forecast_begins_after_the_last_row_and_runs_free(fitted):
    ahead = fitted.forecast(5)
    assert ahead.time.tolist() == [300, 301, 302, 303, 304]
    assert ahead.predicted.shape == (5,)
    assert len(fitted.forecast()) == 2
    # What it reads beyond its horizon are its own predictions.
    longer = np.concatenate([WAVE, ahead.predicted[:2]])
    np.testing.assert_allclose(
        fitted.forecast(2, y=longer).predicted, ahead.predicted[2:4], rtol=1e-4
    )


def test_an_interval_widens_by_the_errors_of_the_validation_part(fitted):
    ahead = fitted.forecast(6, level=0.8)
    narrow = fitted.forecast(6, level=0.5)
    assert ((ahead.lower < ahead.predicted) & (ahead.predicted < ahead.upper)).all()
    assert (ahead.upper - ahead.lower >= narrow.upper - narrow.lower).all()
    with pytest.raises(DataError, match="needs 99 forecasts of the validation part"):
        fitted.forecast(level=0.99)
    with pytest.raises(DataError, match=r"1 forecasts .* 100 steps .*of step 46 .* or 45 steps"):
        fitted.forecast(100, level=0.5)
    assert len(fitted.forecast(45, level=0.5)) == 45


def test_the_margin_of_a_step_is_the_quantile_of_free_running_errors(fitted):
    prepared, steps = fitted.fit_.prepared, 3
    starts = range(prepared.split.validation_start - 8, prepared.split.test_start - 8 - steps + 1)
    errors = [
        np.abs(fitted.forecast(steps, y=WAVE[: s + 8]).predicted - WAVE[s + 8 : s + 8 + steps])
        for s in starts
    ]
    rank = int(np.ceil((len(errors) + 1) * 0.8)) - 1
    ahead = fitted.forecast(steps, level=0.8)
    expected = np.sort(errors, axis=0)[rank]
    np.testing.assert_allclose((ahead.upper - ahead.lower) / 2, expected, rtol=1e-3)


def test_the_score_is_r2_of_the_test_part(fitted):
    test = slice(fitted.fit_.prepared.split.test_start, None)
    expected = score(WAVE[test], fitted.predict()[test]).r2
    assert fitted.score() == pytest.approx(expected)
    assert fitted.score(WAVE[:100]) == pytest.approx(
        score(WAVE[8:100], fitted.predict(WAVE[:100])[8:]).r2
    )
    with pytest.raises(UsageError, match="fewer than two rows"):
        fitted.score(WAVE[:9])
    with pytest.raises(UsageError, match="a column is constant"):
        fitted.score(np.ones(30))


def test_a_saved_model_forecasts_the_same(fitted, tmp_path):
    path = tmp_path / "wave.safetensors"
    fitted.save(path)
    again = rnn_tui.load(path)
    assert again.get_params() == fitted.get_params()
    np.testing.assert_array_equal(again.predict(WAVE), fitted.predict())
    np.testing.assert_array_equal(again.forecast(7, y=WAVE).predicted, fitted.forecast(7).predicted)
    for use in (again.predict, again.score, again.forecast):
        with pytest.raises(UsageError, match="has no series of its own; give y"):
            use()
    with pytest.raises(UsageError, match="has no series of its own"):
        again.forecast(level=0.8, y=WAVE)


def test_the_season_that_was_found_is_saved(tmp_path):
    co2 = load_dataset("co2").values[:300]
    forecaster = rnn_tui.Forecaster(**SMALL, transform=("log", "seasonal-diff")).fit(co2)
    forecaster.save(tmp_path / "co2.safetensors")
    again = rnn_tui.load(tmp_path / "co2.safetensors")
    assert forecaster.period is None
    assert again.period == 12
    np.testing.assert_array_equal(again.predict(co2), forecaster.predict())
    with pytest.raises(DataError, match="19 rows are too few: the model reads 20"):
        again.predict(co2[:19])


def test_layers_and_quantiles_are_saved_and_forecast_alike(tmp_path):
    forecaster = rnn_tui.Forecaster(
        **SMALL,
        cell="gru",
        layers=2,
        dropout=0.2,
        loss="quantile",
        quantiles=(0.1, 0.5, 0.9),
        horizon=2,
    )
    forecaster.fit(WAVE[:150]).save(tmp_path / "two.safetensors")
    again = rnn_tui.load(tmp_path / "two.safetensors")
    assert again.get_params() == forecaster.get_params()
    np.testing.assert_array_equal(again.predict(WAVE[:150]), forecaster.predict())
    np.testing.assert_array_equal(
        again.forecast(5, y=WAVE[:150]).predicted, forecaster.forecast(5).predicted
    )


def test_several_columns_and_covariates_with_their_names():
    rows = np.arange(200)
    y = pl.DataFrame({"sales": WAVE[:200], "visits": WAVE[100:] * 2})
    days = np.datetime64("2024-01-01") + rows
    forecaster = rnn_tui.Forecaster(**SMALL, horizon=2).fit(y, X=np.cos(rows / 3), time=days)
    assert forecaster.n_features_in_ == 3
    assert forecaster.predict().shape == (200, 2)
    ahead = forecaster.forecast(level=0.5)
    assert ahead.names == ("sales", "visits")
    assert ahead.predicted.shape == ahead.lower.shape == (2, 2)
    assert str(ahead.time[0])[:10] == "2024-07-19"
    assert "<th>visits upper</th>" in ahead._repr_html_()
    assert forecaster.score() == pytest.approx(
        np.mean([score(a, p).r2 for a, p in _columns_of_test(forecaster)])
    )
    with pytest.raises(DataError, match="covariates"):
        forecaster.forecast(3)
    with pytest.raises(DataError, match="forecasts 2 columns and reads 1 along"):
        forecaster.predict(WAVE)


def _columns_of_test(forecaster):
    prepared = forecaster.fit_.prepared
    test = slice(prepared.split.test_start, None)
    return zip(prepared.series.targets[test].T, forecaster.predict()[test].T, strict=True)


def test_the_dates_of_an_index_are_the_times():
    class Column:
        name = "close"
        index = np.datetime64("2024-01-31") + np.arange(80)

        def __array__(self, dtype=None, copy=None):
            return np.asarray(WAVE[:80], dtype)

    series = rnn_tui.Forecaster(**SMALL | {"steps": 1}).fit(Column()).fit_.prepared.series
    assert (series.name, series.time_name, str(series.time[0])[:10]) == (
        *("close", "time", "2024-01-31"),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, np.nan, 2.0],), "y: row 1, column 0 is nan"),
        ((["a", "b"],), "y: expected numbers"),
        ((np.ones((2, 2, 2)),), r"got shape \(2, 2, 2\), expected"),
        ((np.ones((2, 0)),), r"got shape \(2, 0\), expected"),
        (([1.0],), "needs two rows, got 1"),
        ((WAVE, WAVE[:5]), "X has 5 rows and y 300"),
        ((WAVE, None, [1, 2]), r"time: got int64 of shape \(2,\)"),
        ((WAVE, None, np.zeros(300)), r"time: row 1 \(0.0\) does not come after"),
        ((WAVE[:10],), "too short"),
        ((np.ones(200),), "constant"),
    ],
)
def test_arrays_that_will_not_do(arguments, message):
    y, X, time = (*arguments, None, None)[:3]
    with pytest.raises(DataError, match=message):
        rnn_tui.Forecaster(**SMALL).fit(y, X, time=time)


def test_wrong_parameters_are_named_when_fitted():
    with pytest.raises(UsageError, match="Forecaster: hidden_size: must be greater"):
        rnn_tui.Forecaster(hidden_size=0).fit(WAVE)
    with pytest.raises(UsageError, match="Forecaster: steps must be a number"):
        rnn_tui.Forecaster(steps=None).fit(WAVE)


@pytest.mark.parametrize("steps", [0, -1, 1.5, True])
def test_a_forecast_of_no_rows(fitted, steps):
    with pytest.raises(UsageError, match="horizon: must be an integer of at least 1"):
        fitted.forecast(steps)


@pytest.mark.parametrize("level", [0, 1, 90, "much"])
def test_a_level_that_is_none(fitted, level):
    with pytest.raises(UsageError, match=r"level: must be a share between 0 and 1"):
        fitted.forecast(level=level)


@pytest.mark.parametrize("use", ["predict", "forecast", "score"])
def test_nothing_is_forecast_before_anything_is_learned(use, tmp_path):
    with pytest.raises(UsageError, match=rf"{use}: nothing has been learned yet; call fit"):
        getattr(rnn_tui.Forecaster(), use)()
    with pytest.raises(UsageError, match="nothing has been learned"):
        rnn_tui.Forecaster().save(tmp_path / "none")


def test_progress_is_told_and_may_end_the_run():
    seen = []

    def stop_soon(event):
        seen.append(event.last_step)
        return event.last_step >= 20

    forecaster = rnn_tui.Forecaster(**SMALL | {"steps": 100_000}, progress=stop_soon).fit(WAVE)
    assert seen == sorted(seen)
    assert 20 <= forecaster.fit_.ended.steps < 100_000
    assert forecaster.fit_.ended.status == "stopped"
    quiet = rnn_tui.fit(dataset="sine", hidden_size=2, steps=5, progress=lambda _: None)
    assert quiet.ended.steps == 5


def test_a_notebook_shows_scores_and_forecasts(fitted):
    page = fitted._repr_html_()
    assert "<code>Forecaster(hidden_size=4" in page
    assert "<td>naive</td>" in page
    assert "LSTM 4 on y: completed after 60 steps" in page
    assert rnn_tui.Forecaster(cell="<b>")._repr_html_() == (
        "<code>Forecaster(cell=&#x27;&lt;b&gt;&#x27;)</code>"
    )
    ahead = fitted.forecast(20, level=0.5)._repr_html_()
    assert "20 steps ahead, interval 0.5" in ahead
    assert "<th>y lower</th>" in ahead
    assert "and 8 more" in ahead
    assert ahead.count("<tr>") == 13
