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

    def one(inputs: Inputs, starts: Starts) -> Inputs:
        [begin] = starts
        return predict(inputs[begin : begin + prepared.input_chunk_length])

    path: Floats = free_runs(one, prepared, np.array([start]), steps)[0]
    return path


def free_runs(predict: PredictMany, prepared: Prepared, starts: Starts, steps: int) -> Floats:
    """Return forecasts of the rows after many windows, each knowing nothing after its own.

    Up to the horizon of the network, covariates do no harm: nothing is read after the origin.

    Parameters
    ----------
    predict
        The network. It is called ⌈steps / H⌉ times, each time with the same array, in which what it
        said before has been filled in.
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
    blocks = -(-steps // H)
    length = T + blocks * H
    read = np.zeros((n, length, D), prepared.inputs.dtype)
    read[:, :T] = prepared.inputs[starts[:, np.newaxis] + np.arange(T)]
    flat, begins = read.reshape(n * length, D), np.arange(n) * length
    path = read[:, T:, :count]
    for ahead in range(0, blocks * H, H):
        said = np.asarray(predict(flat, begins + ahead), dtype=read.dtype)
        path[:, ahead : ahead + H] = said.reshape(n, H, count)
    return prepared.restore(path[:, :steps].reshape(n, -1), starts)


def check_free_run(prepared: Prepared, steps: int) -> None:
    """Raise DataError where a forecast of `steps` rows needs covariates that are not known then."""
    if prepared.series.covariates and steps > prepared.horizon:
        names = ", ".join(channel.name for channel in prepared.series.covariates)
        raise DataError(
            f"a free-running forecast needs the covariates ({names}) after its origin, which are "
            "not known then. What works: leave out --covariate, or forecast with --horizon."
        )
