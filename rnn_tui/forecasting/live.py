"""The baselines of a series that grows: they, too, learn from every row that comes."""

import numpy as np

from rnn_tui.data.series import Floats
from rnn_tui.forecasting.autoregression import Autoregression, fit_autoregression

AR_ORDER = 9
REFIT_SHARE = 0.1
"""AR is fitted anew once so many rows have come, as a share of those it was fitted to."""
LEAST_ROWS_TO_REFIT = 20


class LiveBaselines:
    """Forecasts of one column from its newest values.

    "naive" is always there, "seasonal naive" where a season is known, "AR(p)" where the first
    values suffice to fit it.

    Parameters
    ----------
    values
        The first rows, shape (n,).
    period
        Rows of a season.
    """

    def __init__(self, values: Floats, period: int | None) -> None:
        self._period = period if period is not None and period <= len(values) else None
        self._order = min(AR_ORDER, (len(values) - 2) // 3) if np.ptp(values) else 0
        self._fitted: Autoregression | None = None
        self._until_refit = 0

    def paths(self, values: Floats, horizon: int) -> dict[str, Floats]:
        """Return forecasts of the rows after `values` by name, each (H,).

        Parameters
        ----------
        values
            The newest rows, shape (n,), n above the season and the order.
        horizon
            H.
        """
        found = {"naive": np.full(horizon, values[-1])}
        if self._period is not None and self._period <= len(values):
            season = values[-self._period :]
            found["seasonal naive"] = season[np.arange(horizon) % self._period]
        if self._order:
            found[f"AR({self._order})"] = self._autoregression(values, horizon)
        return found

    def _autoregression(self, values: Floats, horizon: int) -> Floats:
        if (self._fitted is None or self._until_refit <= 0) and np.ptp(values):
            self._fitted = fit_autoregression(values, self._order)
            self._until_refit = max(LEAST_ROWS_TO_REFIT, int(REFIT_SHARE * len(values)))
        self._until_refit -= 1
        if self._fitted is None:
            return np.full(horizon, values[-1])
        tail = values[-self._order :]
        path: Floats = self._fitted.paths(tail, np.array([len(tail) - 1]), horizon)[0]
        return path
