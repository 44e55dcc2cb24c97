"""What only some runs do at a training step, compiled when asked for and called by address.

`hooks` holds these addresses, 0 where there is nothing to do.
"""

from typing import Any

import numpy as np

from rnn_kernels import lengths, parts
from rnn_kernels.layout import Array

CARRY, COUNT, FILL, CLEAR = range(4)
HOOKS = 4


def hooks_for(dtype: np.dtype[Any], *, carries: bool, has_lengths: bool) -> Array:
    """Compile what a run needs, and return the addresses, int64."""
    hooks = np.zeros(HOOKS, np.int64)
    if carries:
        hooks[CARRY] = parts.carry_of(dtype)
    if has_lengths:
        hooks[COUNT] = lengths.count_active_of()
        hooks[FILL] = lengths.fill_beyond_of(dtype)
        hooks[CLEAR] = lengths.clear_beyond_of(dtype)
    return hooks
