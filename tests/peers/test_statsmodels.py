import numpy as np
import pytest
from statsmodels.datasets import co2, elnino, macrodata, nile, sunspots
from statsmodels.tsa.ar_model import AutoReg

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.forecasting.baselines import autoregression


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

    np.testing.assert_allclose(
        autoregression(values, order, fit_end, fit_end, len(values)), expected, rtol=1e-7, atol=1e-7
    )
