"""Windows over a series: what the network reads and what it is to predict."""

from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.split import Split

Part = Literal["train", "validation", "test"]
Starts = NDArray[np.int64]


def window_starts(
    split: Split, input_chunk_length: int, horizon: int = 1, lost: int = 0
) -> dict[Part, Starts]:
    """Return the first rows of all windows, ascending, by part.

    The window with start s reads rows s … s+T-1, T = `input_chunk_length`; its targets are rows
    s+T … s+T+H-1, H = `horizon`, and it belongs to the part that holds them all. Earlier parts may
    serve as its input: at the time of the forecast they are history. The first `lost` rows are
    never read.
    """
    T, H = input_chunk_length, horizon
    cuts = [0, split.validation_start, split.test_start, split.end]
    train, validation, test = (
        np.arange(max(first - T, lost), end - T - H + 1, dtype=np.int64)
        for first, end in pairwise(cuts)
    )
    return {"train": train, "validation": validation, "test": test}


def next_values(values: NDArray[Any], horizon: int = 1) -> NDArray[Any]:
    """Return, for every row, the values of the `horizon` rows after it.

    Parameters
    ----------
    values
        Shape (N, O).
    horizon
        H.

    Returns
    -------
    Shape (N, H·O): columns h·O … h·O+O-1 are row k+1+h. Rows beyond the end repeat the last one; no
    window's target is read from them.
    """
    rows = len(values)
    following = [values[np.minimum(np.arange(rows) + 1 + h, rows - 1)] for h in range(horizon)]
    return np.concatenate(following, axis=1)
