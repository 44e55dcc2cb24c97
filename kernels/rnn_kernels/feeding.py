"""How a layer gets what the one below puts out; compiled apart, for a single layer needs none.

`feed` is what a pass has to know about it: whom to call, by address, and the random numbers of
dropout.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.arrays import Array
from rnn_kernels.jit import address_of, caller, jit_part
from rnn_kernels.layout import layer_at
from rnn_kernels.network import Network

FEED, DROP, SEED, STEP, KEPT = range(5)
FEED_SIZE = 5

call_feed = caller("plan n feed start stop memory")


def set_feed(feed: Array, network: Network, dtype: np.dtype[Any]) -> None:
    """Fill in what a pass through the network will call, without dropout."""
    feed[:] = 0
    feed[FEED] = _plain(dtype) if network.layers > 1 else 0


@cache
def _plain(dtype: np.dtype[Any]) -> int:
    return address_of(_feed, *feed_types(dtype))


def feed_types(dtype: np.dtype[Any]) -> tuple[Any, ...]:
    """Return Numba's types of the arguments of what feeds a layer."""
    plan, values = types.Array(types.int64, 2, "C"), types.Array(from_dtype(dtype), 1, "C")
    n, feed = types.int64, types.Array(types.int64, 1, "C")
    return plan, n, feed, n, n, values


@jit_part
def _feed(plan: Array, n: int, _feed: Array, start: int, stop: int, memory: Array) -> None:
    """Copy the hidden states of the layer below to where layer n reads its input."""
    below, layer = layer_at(plan, n - 1), layer_at(plan, n)
    for t in range(layer.timesteps):
        for b in range(start, stop):
            source = below.h + ((t + 1) * below.batch + b) * below.a_stride
            target = layer.a + (t * layer.batch + b) * layer.a_stride
            for k in range(layer.inputs):
                memory[target + k] = memory[source + k]
