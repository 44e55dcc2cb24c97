"""Which windows make up which batch: shuffled anew each epoch, reproducible from the seed."""

import numpy as np
from numpy.typing import NDArray

Starts = NDArray[np.int64]


class BatchSampler:
    """Deals the training windows out in batches of equal size.

    Each epoch is a fresh permutation; what does not fill a batch at its end is left for another
    epoch's permutation to pick. The order depends on the generator alone, not on how many batches
    are taken at a time.
    """

    def __init__(self, starts: Starts, batch_size: int, rng: np.random.Generator) -> None:
        self._starts = starts
        self._rng = rng
        self.batch_size = min(batch_size, len(starts))
        self.batches_per_epoch = len(starts) // self.batch_size
        self.epoch = 0
        self._order = np.empty((0, self.batch_size), np.int64)
        self._next = 0

    def take(self, count: int) -> Starts:
        """Return the next `count` batches, fewer at the end of an epoch, shape (n, batch_size)."""
        if self._next == len(self._order):
            used = self.batches_per_epoch * self.batch_size
            self._order = self._rng.permutation(self._starts)[:used].reshape(-1, self.batch_size)
            self._next = 0
            self.epoch += 1
        batches = self._order[self._next : self._next + count]
        self._next += len(batches)
        return np.ascontiguousarray(batches)

    @property
    def left_in_epoch(self) -> int:
        """Number of batches before the next permutation."""
        return len(self._order) - self._next or self.batches_per_epoch
