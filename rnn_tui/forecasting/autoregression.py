"""The autoregressive baseline AR(p): x_t = a_0 + Σ_k a_k x_{t-k}, k = 1 … p.

Fitted by conditional least squares (the first rows serve as lags only), in standardised units,
where the equations are well conditioned. p is told, or chosen by Akaike's criterion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.scaling import Scaler
from rnn_tui.data.series import Floats

Rows = NDArray[np.int64]

FIT_BLOCK = 65_536
LONGEST_FIT = 250_000
"""Of a longer training part only the last rows are fitted to."""


@dataclass(frozen=True, slots=True, eq=False)
class Autoregression:
    """A fitted AR(p)."""

    coefficients: Floats
    """a_0 … a_p in standardised units, shape (p+1,)."""
    scaler: Scaler

    @property
    def order(self) -> int:
        """The number of lags, p."""
        return len(self.coefficients) - 1

    def paths(self, values: Floats, origins: Rows, horizon: int) -> Floats:
        """Return forecasts from rows up to each origin alone.

        Parameters
        ----------
        values
            The series in data units, shape (N,).
        origins
            Last row known to each forecast, shape (n,), not below p - 1.
        horizon
            H. Later steps read the forecasts of earlier ones.

        Returns
        -------
        Column j forecasts row origin + 1 + j, shape (n, H).
        """
        first = int(origins.min()) - self.order + 1
        scaled = self.scaler.transform(values[first : int(origins.max()) + 1])
        path = np.empty((len(origins), horizon))
        for j in range(horizon):
            path[:, j] = self.coefficients[0]
            for k, a in enumerate(self.coefficients[1:], start=1):
                lagged = scaled[origins - first + 1 + j - k] if k > j else path[:, j - k]
                path[:, j] += a * lagged
        return self.scaler.inverse(path)


def fit_autoregression(training: Floats, order: int) -> Autoregression:
    """Return AR(`order`) fitted to `training`, shape (n,), n > 2·order + 1.

    Raises
    ------
    DataError
        The training part is constant.
    """
    training = training[-LONGEST_FIT:]
    scaler = Scaler.fit(training)
    triangle = _triangle(scaler.transform(training), order)
    solution = np.linalg.lstsq(triangle[:, :-1], triangle[:, -1])[0]
    return Autoregression(solution.astype(np.float64), scaler)


def best_order(training: Floats, largest: int) -> int:
    """Return the order in 1 … `largest` with the smallest AIC = n ln(RSS/n) + 2 (p + 2).

    All orders are fitted to the same n rows, those after the first `largest`, as in statsmodels'
    `ar_select_order`; p + 2 counts the coefficients and the variance. Residuals at the size of
    rounding errors count as equal, so that an exact recurrence gets its own order.
    """
    training = training[-LONGEST_FIT:]
    triangle = _triangle(Scaler.fit(training).transform(training), largest)
    n = len(training) - largest
    # Dropping the last lags from the equations leaves, of their column of the triangle, the error.
    last = np.zeros(largest + 2)
    last[: len(triangle)] = triangle[:, -1]
    tails = np.cumsum(last[::-1] ** 2)[::-1]
    orders = np.arange(1, largest + 1)
    errors = np.maximum(tails[orders + 1], n * 1e-24)
    criterion = n * np.log(errors / n) + 2 * (orders + 2)
    return int(orders[np.argmin(criterion)])


def _triangle(training: Floats, order: int) -> Floats:
    """Return the equations for 1, lags 1 … p and the value itself, triangularised; (p+2, p+2).

    This is done block by block (QR), so that memory does not grow with them.
    """
    triangle: Floats = np.empty((0, order + 2))
    rows = np.lib.stride_tricks.sliding_window_view(training, order + 1)
    for first in range(0, len(rows), FIT_BLOCK):
        block = rows[first : first + FIT_BLOCK]
        # A row holds the oldest value first; the lags are wanted newest first, the value last.
        equations = np.column_stack([np.ones(len(block)), block[:, -2::-1], block[:, -1]])
        # asarray, which does nothing, because numpy's types know no other mode than "reduced".
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, equations]), mode="r"))
    return triangle
