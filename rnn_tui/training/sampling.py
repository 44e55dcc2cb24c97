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
        self.batch_size = self.limit(batch_size)
        self.batches_per_epoch = len(starts) // self.batch_size
        self.epoch = 0
        self._order = np.empty((0, self.batch_size), np.int64)
        self._next = 0

    def take(self, count: int) -> Starts:
        """Return the next `count` batches, of as many epochs as that takes, (count, batch_size)."""
        batches = np.empty((count, self.batch_size), np.int64)
        filled = 0
        while filled < count:
            if self._next == len(self._order):
                self._begin_epoch()
            some = self._order[self._next : self._next + count - filled]
            batches[filled : filled + len(some)] = some
            filled += len(some)
            self._next += len(some)
        return batches

    def limit(self, batch_size: int) -> int:
        """Return the size that a batch can have: there may be fewer windows."""
        return min(batch_size, len(self._starts))

    def resize(self, batch_size: int) -> None:
        """Deal out in another size, what is left of this epoch first."""
        rest = self._order[self._next :].ravel()
        self.batch_size = self.limit(batch_size)
        self.batches_per_epoch = len(self._starts) // self.batch_size
        used = len(rest) // self.batch_size * self.batch_size
        self._order = rest[:used].reshape(-1, self.batch_size)
        self._next = 0

    def _begin_epoch(self) -> None:
        used = self.batches_per_epoch * self.batch_size
        self._order = self._rng.permutation(self._starts)[:used].reshape(-1, self.batch_size)
        self._next = 0
        self.epoch += 1

    @property
    def left_in_epoch(self) -> int:
        """Number of batches before the next permutation."""
        return len(self._order) - self._next or self.batches_per_epoch
