"""What only some runs do at a training step, compiled when asked for and called by address.

`hooks` holds these addresses, 0 where there is nothing to do.
"""

from typing import Any

import numpy as np

from rnn_kernels import embedding, lengths, parts
from rnn_kernels.arrays import Array

CARRY, COUNT, FILL, CLEAR, EMBED, EMBEDDING_GRADIENT = range(6)
HOOKS = 6


def hooks_for(dtype: np.dtype[Any], *, carries: bool, has_lengths: bool, has_tokens: bool) -> Array:
    """Compile what a run needs, and return the addresses, int64."""
    hooks = np.zeros(HOOKS, np.int64)
    if carries:
        hooks[CARRY] = parts.carry_of(dtype)
    if has_lengths:
        hooks[COUNT] = lengths.count_active_of()
        hooks[FILL] = lengths.fill_beyond_of(dtype)
        hooks[CLEAR] = lengths.clear_beyond_of(dtype)
    if has_tokens:
        hooks[EMBED] = embedding.embed_of(dtype)
        hooks[EMBEDDING_GRADIENT] = embedding.embedding_gradient_of(dtype)
    return hooks
