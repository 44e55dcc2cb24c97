"""Simple one-step-ahead forecasts that a network has to beat.

Each predicts row t from the rows before t; what it has to learn it learns on rows [0, fit_end).
"""

import numpy as np

from rnn_tui.data.scaling import Scaler
from rnn_tui.data.seasonality import find_period
from rnn_tui.data.series import Floats, Series
from rnn_tui.forecasting.metrics import Scores, score

AR_ORDER = 9
FIT_BLOCK = 65_536


def baseline_scores(series: Series, fit_end: int, start: int, end: int) -> dict[str, Scores]:
    """Return the scores of all baselines on rows [start, end), fitted on rows [0, fit_end)."""
    actual = series.values[start:end]
    return {
        name: score(actual, predicted)
        for name, predicted in baseline_predictions(series, fit_end, start, end).items()
    }


def baseline_predictions(
    series: Series, fit_end: int, start: int, end: int, order: int = AR_ORDER
) -> dict[str, Floats]:
    """Return one-step-ahead predictions of rows [start, end) by name, each (end - start,).

    "naive" is always there. "seasonal naive" is left out where no season is known or found, AR(p)
    where the rows to fit it are too few; p is smaller than `order` on a short training part.

    Raises
    ------
    ValueError
        Not 2 <= fit_end <= start < end <= len(series).
    """
    values = series.values
    if not 2 <= fit_end <= start < end <= len(values):
        raise ValueError(f"cannot fit on [0, {fit_end}) and predict [{start}, {end})")
    predictions = {"naive": lagged(values, 1, start, end)}
    period = series.period or find_period(values[:fit_end])
    if period is not None and period <= start:
        predictions["seasonal naive"] = lagged(values, period, start, end)
    order = min(order, (fit_end - 2) // 3)  # at least two equations to each unknown
    if order >= 1:
        predictions[f"AR({order})"] = autoregression(values, order, fit_end, start, end)
    return predictions


def lagged(values: Floats, lag: int, start: int, end: int) -> Floats:
    """Return the values `lag` rows before each of [start, end): the (seasonal) naive forecast."""
    return values[start - lag : end - lag]


def autoregression(values: Floats, order: int, fit_end: int, start: int, end: int) -> Floats:
    """Return AR(p) predictions of rows [start, end), fitted by least squares on [0, fit_end).

    x_t = a_0 + Σ_k a_k x_{t-k}, k = 1 … p (conditional least squares: the first p rows serve as
    lags only). Works in standardised units, where the equations are well conditioned.
    """
    scaler = Scaler.fit(values[:fit_end])
    scaled = scaler.transform(values[:end])
    coefficients = _least_squares(scaled[:fit_end], order)
    lags = np.lib.stride_tricks.sliding_window_view(scaled[start - order : end - 1], order)
    return scaler.inverse(lags @ coefficients[1:] + coefficients[0])


def _least_squares(training: Floats, order: int) -> Floats:
    """Return a_0 and the coefficients of lags p … 1, shape (p+1,).

    The equations are triangularised block by block (QR), so that memory does not grow with them.
    """
    triangle: Floats = np.empty((0, order + 2))
    rows = np.lib.stride_tricks.sliding_window_view(training, order + 1)
    for first in range(0, len(rows), FIT_BLOCK):
        block = rows[first : first + FIT_BLOCK]
        equations = np.column_stack([np.ones(len(block)), block])
        # asarray, which does nothing, because numpy's types know no other mode than "reduced".
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, equations]), mode="r"))
    solution = np.linalg.lstsq(triangle[:, :-1], triangle[:, -1])[0]
    return solution.astype(np.float64)
