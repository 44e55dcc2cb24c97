import numpy as np
import pytest
from statsmodels.datasets import co2, elnino, macrodata, nile, sunspots
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import eval_measures
from statsmodels.tsa.ar_model import AutoReg, ar_select_order
from statsmodels.tsa.statespace.tools import diff
from statsmodels.tsa.stattools import acf
from statsmodels.tsa.tsatools import detrend

from rnn_tui.data import seasonality
from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.transforms import steps_of, transform
from rnn_tui.forecasting.autoregression import best_order, fit_autoregression
from rnn_tui.forecasting.metrics import score


def test_bundled_sunspots_are_those_of_statsmodels():
    table = sunspots.load_pandas().data
    series = load_dataset("sunspots")

    np.testing.assert_array_equal(series.time, table["YEAR"])
    np.testing.assert_array_equal(series.values, table["SUNACTIVITY"])


def test_bundled_nile_is_that_of_statsmodels():
    table = nile.load_pandas().data
    series = load_dataset("nile")

    np.testing.assert_array_equal(series.time, table["year"])
    np.testing.assert_array_equal(series.values, table["volume"])


def test_bundled_co2_is_the_monthly_mean_of_statsmodels():
    monthly = co2.load_pandas().data["co2"].resample("MS").mean()
    series = load_dataset("co2")
    known = monthly.notna().to_numpy()

    np.testing.assert_array_equal(series.time, monthly.index.to_numpy())
    np.testing.assert_allclose(series.values[known], monthly[known], atol=5.1e-4, rtol=0)
    assert (~known).sum() == 5


def test_bundled_elnino_is_that_of_statsmodels():
    table = elnino.load_pandas().data.set_index("YEAR")
    series = load_dataset("elnino")

    np.testing.assert_array_equal(series.values, table.to_numpy().ravel())
    assert str(series.time[0])[:7] == f"{int(table.index[0])}-01"


def test_bundled_macrodata_are_those_of_statsmodels():
    table = macrodata.load_pandas().data
    names = tuple(table.columns[2:])
    series = load_dataset("macrodata", columns=names)

    np.testing.assert_array_equal(series.targets, table[list(names)])
    months = series.time.astype("datetime64[M]").astype(int)
    np.testing.assert_array_equal(months // 12 + 1970, table["year"])
    np.testing.assert_array_equal(months % 12 // 3 + 1, table["quarter"])


@pytest.mark.parametrize("order", [1, 2, 9])
@pytest.mark.parametrize("name", ["sunspots", "mackey-glass"])
def test_autoregression_is_that_of_statsmodels(name, order):
    values = load_dataset(name).values
    fit_end = len(values) * 7 // 10
    fitted = AutoReg(values[:fit_end], lags=order, trend="c").fit()
    expected = fitted.append(values[fit_end:]).predict(start=fit_end, end=len(values) - 1)

    model = fit_autoregression(values[:fit_end], order)
    found = model.paths(values, np.arange(fit_end - 1, len(values) - 1), 1)[:, 0]

    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["sunspots", "nile", "elnino", "wti"])
def test_the_order_by_aic_is_that_of_statsmodels(name):
    values = load_dataset(name).values[-2000:]
    chosen = ar_select_order(values, maxlag=12, ic="aic", trend="c")

    assert best_order(values, 12) == len(chosen.ar_lags)


@pytest.mark.parametrize("order", [1, 4, 9])
def test_autoregressive_paths_are_those_of_statsmodels(order):
    values = load_dataset("sunspots").values[:221]
    expected = AutoReg(values, lags=order, trend="c").fit().forecast(30)
    path = fit_autoregression(values, order).paths(values, np.array([220]), 30)[0]

    np.testing.assert_allclose(path, expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["sunspots", "co2", "elnino", "mackey-glass"])
def test_the_autocorrelation_and_the_line_are_those_of_statsmodels(name):
    values = load_dataset(name).values
    residual = seasonality._without_line(values)
    scaled = detrend(values, order=1)

    np.testing.assert_allclose(residual * np.ptp(scaled) / np.ptp(residual), scaled, atol=1e-8)
    np.testing.assert_allclose(
        seasonality._autocorrelation(residual)[:100],
        acf(scaled, nlags=99, fft=False, adjusted=False),
        atol=1e-9,
    )


@pytest.mark.parametrize("period", [1, 7])
def test_differences_are_those_of_statsmodels(period):
    values = load_dataset("nile").values
    names = ("diff",) if period == 1 else ("diff", "seasonal-diff")
    ours = transform(values, steps_of(names, period), "nile").values
    expected = diff(values, 1, None if period == 1 else 1, period)

    np.testing.assert_allclose(ours[len(values) - len(expected) :], expected, rtol=1e-12)


def test_metrics_are_those_of_statsmodels():
    actual, predicted = np.random.default_rng(0).normal(size=(2, 200))
    found = score(actual, predicted)

    assert found.rmse == pytest.approx(eval_measures.rmse(actual, predicted), rel=1e-12)
    assert found.mae == pytest.approx(eval_measures.meanabs(actual, predicted), rel=1e-12)
    assert found.r2 == pytest.approx(
        1 - np.sum((actual - predicted) ** 2) / OLS(actual, np.ones(200)).fit().ssr
    )
