"""Windows over a series: what the network reads and what it is to predict."""

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.series import Floats
from rnn_tui.data.split import Split

Part = Literal["train", "validation", "test"]
Starts = NDArray[np.int64]


def window_starts(split: Split, input_chunk_length: int) -> dict[Part, Starts]:
    """Return the first rows of all windows, ascending, by part.

    The window with start s reads rows s … s+T-1, T = `input_chunk_length`; its target is row s+T,
    and it belongs to the part of its target. Earlier parts may serve as its input: at the time of
    the forecast they are history.
    """
    cuts = [0, split.validation_start, split.test_start, split.end]
    train, validation, test = (
        np.arange(max(first - input_chunk_length, 0), end - input_chunk_length, dtype=np.int64)
        for first, end in pairwise(cuts)
    )
    return {"train": train, "validation": validation, "test": test}


def next_values(values: Floats) -> Floats:
    """Return, for every row of `values` (N,), the value one row later.

    The last row, which has no successor, repeats itself; no window's target is read from it.
    """
    return np.append(values[1:], values[-1:])
