"""Free-running forecasts: each prediction is read as if it were the next value."""

from collections.abc import Callable

import numpy as np

from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.data.series import Floats
from rnn_tui.errors import DataError

Predict = Callable[[Inputs], Inputs]
"""What the network says after reading a window in scaled units: (T, D) -> (H·O,)."""


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
    T, H = prepared.input_chunk_length, prepared.horizon
    count = len(prepared.transformed)
    if prepared.inputs.shape[1] != count:
        names = ", ".join(channel.name for channel in prepared.series.covariates)
        raise DataError(
            f"a free-running forecast needs the covariates ({names}) after its origin, which are "
            "not known then. What works: leave out --covariate, or forecast with --horizon."
        )
    window = prepared.inputs[start : start + T].copy()
    blocks = []
    for _ in range(-(-steps // H)):
        block = np.asarray(predict(window), dtype=window.dtype).reshape(H, count)
        blocks.append(block)
        window = np.concatenate([window, block])[-T:]
    path = np.concatenate(blocks)[:steps]
    restored: Floats = prepared.restore(path.reshape(1, -1), np.array([start]))[0]
    return restored
