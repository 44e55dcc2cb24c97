import numpy as np
import pytest
from statsmodels.datasets import sunspots
from statsmodels.tsa.ar_model import AutoReg

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.forecasting.baselines import autoregression


def test_bundled_sunspots_are_those_of_statsmodels():
    table = sunspots.load_pandas().data
    series = load_dataset("sunspots")

    np.testing.assert_array_equal(series.time, table["YEAR"])
    np.testing.assert_array_equal(series.values, table["SUNACTIVITY"])


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
