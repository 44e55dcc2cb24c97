"""Free-running forecasts: each prediction is read as if it were the next value."""

from collections.abc import Callable

import numpy as np

from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.data.series import Floats
from rnn_tui.data.windows import Starts
from rnn_tui.errors import DataError

Predict = Callable[[Inputs], Inputs]
"""What the network says after reading a window in scaled units: (T, D) -> (H·O,)."""
PredictMany = Callable[[Inputs, Starts], Inputs]
"""The same for windows of (N, D) that begin at starts (n,): -> (n, H·O)."""


def free_run(predict: Predict, prepared: Prepared, start: int, steps: int) -> Floats:
    """Return a forecast of the rows after a window that knows nothing after it.

    Parameters
    ----------
    predict
        The network. It is called ⌈steps / H⌉ times.
    prepared
        The series.
    start
        First row of the window; its last row, start + T - 1, is the origin. N - T is the last
        start, and forecasts beyond the end of the series.
    steps
        Rows to forecast, at least 1.

    Returns
    -------
    In data units, shape (steps, O).

    Raises
    ------
    DataError
        There are covariates: their values after the origin are not known.
    """

    def one(window: Inputs, starts: Starts) -> Inputs:
        del starts  # always [0]
        return predict(window)

    path: Floats = free_runs(one, prepared, np.array([start]), steps)[0]
    return path


def free_runs(predict: PredictMany, prepared: Prepared, starts: Starts, steps: int) -> Floats:
    """Return forecasts of the rows after many windows, each knowing nothing after its own.

    Up to the horizon of the network, covariates do no harm: nothing is read after the origin.

    Parameters
    ----------
    predict
        The network. It is called ⌈steps / H⌉ times, with windows that lie one after the other.
    prepared
        The series.
    starts
        First rows of the windows, shape (n,), as in `free_run`.
    steps
        Rows to forecast, at least 1.

    Returns
    -------
    In data units, shape (n, steps, O).

    Raises
    ------
    DataError
        There are covariates, and their values after the origin are needed.
    """
    check_free_run(prepared, steps)
    T, H = prepared.input_chunk_length, prepared.horizon
    n, D, count = len(starts), prepared.inputs.shape[1], len(prepared.transformed)
    windows = prepared.inputs[starts[:, np.newaxis] + np.arange(T)]
    blocks = -(-steps // H)
    path = np.empty((n, blocks * H, count), windows.dtype)
    for end in range(H, blocks * H + 1, H):
        flat = np.ascontiguousarray(windows.reshape(n * T, D))
        said = np.asarray(predict(flat, np.arange(n) * T), dtype=windows.dtype)
        path[:, end - H : end] = said.reshape(n, H, count)
        if end < steps:
            windows = np.concatenate([windows, path[:, end - H : end]], axis=1)[:, -T:]
    return prepared.restore(path[:, :steps].reshape(n, -1), starts)


def check_free_run(prepared: Prepared, steps: int) -> None:
    """Raise DataError where a forecast of `steps` rows needs covariates that are not known then."""
    if prepared.series.covariates and steps > prepared.horizon:
        names = ", ".join(channel.name for channel in prepared.series.covariates)
        raise DataError(
            f"a free-running forecast needs the covariates ({names}) after its origin, which are "
            "not known then. What works: leave out --covariate, or forecast with --horizon."
        )
