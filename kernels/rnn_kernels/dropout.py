"""Dropout between layers, in training (Srivastava et al. 2014).

    x_t of layer n  =  m ⊙ h_t of layer n − 1,      m = 1/(1 − p) with probability 1 − p, else 0
    dh_t of layer n − 1 receives m ⊙ dx_t of layer n

What is kept is scaled up in training, so that nothing has to be scaled down afterwards. No mask is
stored: whether an element is kept follows from the seed, the step and its own place by SplitMix64
(Steele, Lea and Flood 2014), backwards as forwards, whichever thread asks.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.checks import check_number
from rnn_kernels.feeding import DROP, FEED, KEPT, SEED, STEP, feed_types
from rnn_kernels.jit import address_of, caller, inner, jit, jit_part
from rnn_kernels.layout import layer_at
from rnn_kernels.network import Network
from rnn_kernels.sweeps import bounds

call_drop = caller("plan n feed part parts memory")

WHOLE = 1 << 53
"""Random numbers are whole ones below this."""
GAMMA, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""SplitMix64's constants."""


@dataclass(frozen=True)
class Dropout:
    """How much is dropped between layers, and by which random numbers.

    Attributes
    ----------
    rate : float
        p: probability that an element is dropped, at least 0 and below 1.
    seed : int
        At least 0. The masks of a step depend on it, on the step's number and on nothing else.

    Raises
    ------
    ValueError
        The rate or the seed is out of range.
    """

    rate: float
    seed: int = 0

    def __post_init__(self) -> None:
        check_number("rate", self.rate, positive=False)
        if not self.rate < 1:
            raise ValueError(f"rate: got {self.rate!r}, expected a number of at least 0, below 1")
        is_whole = isinstance(self.seed, int | np.integer) and not isinstance(self.seed, bool)
        if not (is_whole and 0 <= self.seed < 1 << 63):
            raise ValueError(f"seed: got {self.seed!r}, expected a whole number from 0 to 2⁶³ − 1")

    @property
    def kept(self) -> int:
        """Of `WHOLE` random numbers, how many keep an element."""
        return max(1, round((1 - self.rate) * WHOLE))

    def masks(self, network: Network, timesteps: int, batch_size: int, step: int) -> Array:
        """Return the m of a step of training, float64 (layers − 1, T, B, H).

        Steps count from 0; `forward` has the masks of step 0.
        """
        masks = np.empty((network.layers - 1, timesteps, batch_size, network.hidden_size))
        _fill_masks(self.seed, step, self.kept, masks)
        return masks


def set_dropout(feed: Array, network: Network, dropout: Dropout | None, dtype: Any) -> None:
    """Let layers be fed with dropout where it is wanted, after `set_feed`."""
    if dropout is not None and dropout.rate > 0 and network.layers > 1:
        feed[FEED], feed[DROP] = _feed_of(dtype), _drop_of(dtype)
        feed[SEED], feed[STEP], feed[KEPT] = dropout.seed, 0, dropout.kept


@cache
def _feed_of(dtype: np.dtype[Any]) -> int:
    return address_of(_feed, *feed_types(dtype))


@cache
def _drop_of(dtype: np.dtype[Any]) -> int:
    return address_of(_drop, *feed_types(dtype))


@inner
def _mixed(z: Any) -> Any:
    """SplitMix64's output function."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
    return z ^ (z >> np.uint64(31))


@inner
def _key(seed: int, step: int) -> Any:
    """The random numbers of a step begin here."""
    return _mixed(_mixed(np.uint64(seed)) + np.uint64(step) * np.uint64(GAMMA))


@inner
def _is_kept(key: Any, place: int, kept: int) -> bool:
    number = _mixed(key + np.uint64(place + 1) * np.uint64(GAMMA))
    few: bool = (number >> np.uint64(11)) < np.uint64(kept)
    return few


@jit
def _fill_masks(seed: int, step: int, kept: int, masks: Array) -> None:
    key, flat = _key(seed, step), masks.reshape(-1)
    for place in range(flat.size):
        flat[place] = WHOLE / kept if _is_kept(key, place, kept) else 0.0


@jit_part
def _feed(plan: Array, n: int, feed: Array, start: int, stop: int, memory: Array) -> None:
    """Copy some of the hidden states of the layer below to where layer n reads its input."""
    below, layer = layer_at(plan, n - 1), layer_at(plan, n)
    key, scale = _key(feed[SEED], feed[STEP]), memory.dtype.type(WHOLE / feed[KEPT])
    for t in range(layer.timesteps):
        for b in range(start, stop):
            source = below.h + ((t + 1) * below.batch + b) * below.a_stride
            target = layer.a + (t * layer.batch + b) * layer.a_stride
            place = (((n - 1) * layer.timesteps + t) * layer.batch + b) * layer.inputs
            for k in range(layer.inputs):
                value = scale * memory[source + k]
                if not _is_kept(key, place + k, feed[KEPT]):
                    value = memory.dtype.type(0)
                memory[target + k] = value


@jit_part
def _drop(plan: Array, n: int, feed: Array, part: int, parts: int, memory: Array) -> None:
    """Multiply the dx of layer n by the same mask, in a part of the samples."""
    layer = layer_at(plan, n)
    start, stop = bounds(layer.batch, part, parts)
    key, scale = _key(feed[SEED], feed[STEP]), memory.dtype.type(WHOLE / feed[KEPT])
    for t in range(layer.timesteps):
        for b in range(start, stop):
            dx = layer.dx + (t * layer.batch + b) * layer.dx_stride
            place = (((n - 1) * layer.timesteps + t) * layer.batch + b) * layer.inputs
            for k in range(layer.inputs):
                value = scale * memory[dx + k]
                if not _is_kept(key, place + k, feed[KEPT]):
                    value = memory.dtype.type(0)
                memory[dx + k] = value
