"""The section forecast: what is forecast when the network is trained."""

from typing import Literal

from pydantic import Field

from rnn_tui.config.section import Section

IntervalMethod = Literal["conformal", "quantile", "none"]


class ForecastConfig(Section):
    """What is forecast when the network is trained, and how sure it is."""

    ahead: int | None = Field(default=None, ge=1, le=100_000)
    """Rows to forecast beyond the end of the series. None: the horizon."""
    intervals: IntervalMethod | None = None
    """Prediction intervals, and by which method: "quantile" takes the outer quantiles that the
    network forecasts. None: "quantile" where it forecasts several, else "conformal"."""
    coverage: float = Field(default=0.9, gt=0, lt=1)
    """Share of values that conformal intervals are to hold; of "quantile" training.quantiles say
    it."""
    backtest: int | None = Field(default=None, ge=1, le=1_000)
    """Folds of a walk-forward backtest, which batch runs instead of one run."""
