"""The exponential smoothing baseline (ETS), by statsmodels where it is installed.

Importing it takes seconds and it brings SciPy and pandas along, so that it is an extra of the
package (`pip install rnn-tui[ets]`) and imported when an ETS forecast is asked for.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.series import Floats

Rows = NDArray[np.int64]

LONGEST_FIT = 2_000
"""Of a longer training part only the last rows are fitted to: the past is forgotten anyway."""
LONGEST_PERIOD = 60
LEAST_ROWS = 10


def ets_available() -> bool:
    """Return whether statsmodels is installed; it is not imported."""
    return find_spec("statsmodels") is not None


@dataclass(frozen=True, slots=True, eq=False)
class ExponentialSmoothing:
    """A fitted ETS model with additive errors."""

    form: dict[str, Any]
    """Its components, as statsmodels' ETSModel takes them."""
    parameters: Floats
    initial: dict[str, Any]
    """Its state before the first row that it was fitted to, likewise."""
    first: int
    """That row."""

    @property
    def name(self) -> str:
        """The usual name, such as "ETS(A,Ad,M)": error, trend (damped), season."""
        trend = "N" if self.form["trend"] is None else "Ad" if self.form["damped_trend"] else "A"
        season = {None: "N", "add": "A", "mul": "M"}[self.form["seasonal"]]
        return f"ETS(A,{trend},{season})"

    def paths(self, values: Floats, origins: Rows, horizon: int) -> Floats:
        """Return forecasts from rows up to each origin alone.

        Parameters
        ----------
        values
            The series that it was fitted to, in data units, shape (N,).
        origins
            Last row known to each forecast, shape (n,), not below the fitted part's end - 1.
        horizon
            H.

        Returns
        -------
        Column j forecasts row origin + 1 + j, shape (n, H): (l + (φ + φ² + … + φ^{j+1}) b) plus,
        or times, the season, from the states at the origin.
        """
        states = self._states(values[self.first : int(origins.max()) + 1])
        rows = origins - self.first
        steps = np.arange(1, horizon + 1)
        path = np.repeat(states[rows, :1], horizon, axis=1)
        if self.form["trend"] is not None:
            damping = self.parameters[-1] if self.form["damped_trend"] else 1.0
            path += states[rows, 1:2] * np.cumsum(damping**steps)
        if self.form["seasonal"] is not None:
            period = self.form["seasonal_periods"]
            season = states[rows[:, np.newaxis] - period + 1 + (steps - 1) % period, -1]
            path = path * season if self.form["seasonal"] == "mul" else path + season
        return path

    def _states(self, values: Floats) -> Floats:
        """Return level, trend and season after each row, those there are, shape (n, 1 to 3)."""
        from statsmodels.tsa.exponential_smoothing.ets import (  # noqa: PLC0415 - see above
            ETSModel,
        )

        with np.errstate(all="ignore"):  # a perfect fit divides its errors by their spread, 0
            model = ETSModel(values, initialization_method="known", **self.initial, **self.form)
            states: Floats = np.asarray(model.smooth(self.parameters).states, dtype=np.float64)
        return states.reshape(len(values), -1)


def fit_ets(training: Floats, period: int | None) -> ExponentialSmoothing | None:
    """Return the ETS model with additive errors that has the smallest AICc, None where none fits.

    Tried are no trend, a trend and a damped one, each without a season and, where there is one of
    at most 60 rows and the rows hold it twice, with an additive one and (values above 0) with a
    multiplicative one. Initial states are found by heuristics (Hyndman et al. 2008, section 2.6.1).

    Raises
    ------
    ImportError
        statsmodels is not installed; ask `ets_available` first.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - see above

    first = max(0, len(training) - LONGEST_FIT)
    values = np.array(training[first:])
    best: ExponentialSmoothing | None = None
    best_criterion = np.inf
    for form in _forms(values, period):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a fit that has not converged loses by its AICc
            try:
                fit = ETSModel(values, initialization_method="heuristic", **form).fit(disp=False)
            except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                continue
        if np.isfinite(fit.aicc) and fit.aicc < best_criterion:
            best_criterion = fit.aicc
            best = ExponentialSmoothing(form, np.array(fit.params), _initial(fit, form), first)
    return best


def _forms(values: Floats, period: int | None) -> Iterator[dict[str, Any]]:
    if len(values) < LEAST_ROWS:
        return
    seasons: list[str | None] = [None]
    if period is not None and period <= LONGEST_PERIOD and len(values) >= 2 * period + LEAST_ROWS:
        seasons += ["add", "mul"] if (values > 0).all() else ["add"]
    for seasonal in seasons:
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            yield {
                "error": "add",
                "trend": trend,
                "damped_trend": damped,
                "seasonal": seasonal,
                "seasonal_periods": period if seasonal else None,
            }


def _initial(fit: Any, form: dict[str, Any]) -> dict[str, Any]:
    initial = {"initial_level": fit.initial_level}
    if form["trend"] is not None:
        initial["initial_trend"] = fit.initial_trend
    if form["seasonal"] is not None:
        initial["initial_seasonal"] = np.array(fit.initial_seasonal)
    return initial
