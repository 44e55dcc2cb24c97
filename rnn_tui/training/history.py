"""What is kept of a run in bounded memory: recent steps one by one, the whole run decimated."""

from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.training.events import Floats, StepsDone
from rnn_tui.training.snapshot import (
    Curve,
    GradientFlow,
    Happened,
    Happening,
    HistoryView,
    Marks,
)

Steps = NDArray[np.int64]
RARELY = 1.1
"""Factor from one step to the next at which a gradient that comes and goes is noted as lost."""
LEAST_CHANGE = 1.1
"""Factor of the learning rate that is kept: a schedule changes it at every step."""


class RecentCurve:
    """The last `capacity` observations exactly."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._step = np.empty(2 * capacity, np.int64)
        self._value = np.empty(2 * capacity, np.float64)
        self._end = 0

    def extend(self, step: Steps, value: Floats) -> None:
        """Append observations, both of shape (n,), ascending in step."""
        step, value = step[-self._capacity :], value[-self._capacity :]
        if self._end + len(step) > len(self._step):
            kept = slice(max(0, self._end - self._capacity), self._end)
            count = kept.stop - kept.start
            self._step[:count] = self._step[kept].copy()
            self._value[:count] = self._value[kept].copy()
            self._end = count
        self._step[self._end : self._end + len(step)] = step
        self._value[self._end : self._end + len(step)] = value
        self._end += len(step)

    def view(self) -> Curve:
        """Return a read-only copy."""
        kept = slice(max(0, self._end - self._capacity), self._end)
        value = _frozen(self._value[kept])
        return Curve(_frozen(self._step[kept]), value, value, value)


class DecimatedCurve:
    """The whole run in at most `capacity` buckets of equally many observations.

    When the buckets are used up, neighbours are merged and every bucket holds twice as many: the
    memory stays flat however long the run, and the extremes are never lost.
    """

    def __init__(self, capacity: int) -> None:
        if capacity % 2:
            raise ValueError(f"capacity must be even, so that buckets can pair up, not {capacity}")
        self._step = np.zeros(capacity, np.int64)
        self._sum = np.zeros(capacity, np.float64)
        self._low = np.zeros(capacity, np.float64)
        self._high = np.zeros(capacity, np.float64)
        self._size = np.zeros(capacity, np.int64)
        self._used = 0
        self._stride = 1

    def extend(self, step: Steps, value: Floats) -> None:
        """Append observations, both of shape (n,), ascending in step."""
        while len(value):
            if self._used and self._size[self._used - 1] < self._stride:
                taken = self._top_up(step, value)
            elif self._used == len(self._step):
                self._merge_neighbours()
                continue
            else:
                taken = self._open_buckets(step, value)
            step, value = step[taken:], value[taken:]

    def _top_up(self, step: Steps, value: Floats) -> int:
        last = self._used - 1
        taken = int(min(self._stride - self._size[last], len(value)))
        part = value[:taken]
        self._step[last] = step[taken - 1]
        self._sum[last] += part.sum()
        self._low[last] = min(self._low[last], part.min())
        self._high[last] = max(self._high[last], part.max())
        self._size[last] += taken
        return taken

    def _open_buckets(self, step: Steps, value: Floats) -> int:
        whole = min(len(value) // self._stride, len(self._step) - self._used)
        if whole == 0:
            self._used += 1
            last = self._used - 1
            self._sum[last], self._size[last] = 0.0, 0
            self._low[last], self._high[last] = np.inf, -np.inf
            return self._top_up(step, value)
        taken = whole * self._stride
        block = value[:taken].reshape(whole, self._stride)
        new = slice(self._used, self._used + whole)
        self._step[new] = step[self._stride - 1 : taken : self._stride]
        self._sum[new] = block.sum(axis=1)
        self._low[new] = block.min(axis=1)
        self._high[new] = block.max(axis=1)
        self._size[new] = self._stride
        self._used += whole
        return taken

    def _merge_neighbours(self) -> None:
        half = self._used // 2
        self._step[:half] = self._step[1 : self._used : 2].copy()
        for array, merge in (
            (self._sum, np.add),
            (self._size, np.add),
            (self._low, np.minimum),
            (self._high, np.maximum),
        ):
            array[:half] = merge(array[0 : self._used : 2], array[1 : self._used : 2])
        self._used = half
        self._stride *= 2

    def view(self) -> Curve:
        """Return a read-only copy; `step` is the last step of each bucket."""
        used = slice(0, self._used)
        return Curve(
            _frozen(self._step[used]),
            _frozen(self._sum[used] / self._size[used]),
            _frozen(self._low[used]),
            _frozen(self._high[used]),
        )


class Milestones:
    """Numbered steps in bounded memory: all of them, then every tenth, and so on."""

    def __init__(self, capacity: int = 400) -> None:
        self._capacity = capacity
        self._number: list[int] = []
        self._step: list[int] = []
        self._stride = 1

    def add(self, number: int, step: int) -> None:
        """Take a milestone in; numbers ascend."""
        if number % self._stride:
            return
        self._number.append(number)
        self._step.append(step)
        if len(self._number) > self._capacity:
            self._stride *= 10
            kept = [n % self._stride == 0 for n in self._number]
            self._number = list(compress(self._number, kept))
            self._step = list(compress(self._step, kept))

    def view(self) -> Marks:
        """Return a read-only copy."""
        return Marks(
            _frozen(np.array(self._step, np.int64)), _frozen(np.array(self._number, float))
        )


class RateChanges:
    """The learning rate wherever it has changed by a tenth, in bounded memory."""

    def __init__(self, capacity: int = 400) -> None:
        self._capacity = capacity
        self._step: list[int] = []
        self._rate: list[float] = []

    def add(self, step: int, rate: float) -> None:
        """Take in the rate that holds from `step` on."""
        if self._rate:
            held = self._rate[-1]
            if rate == held or held / LEAST_CHANGE < rate < held * LEAST_CHANGE:
                return
        self._step.append(step)
        self._rate.append(rate)
        if len(self._rate) > self._capacity:
            del self._step[1::2], self._rate[1::2]

    def view(self) -> Marks:
        """Return a read-only copy; the first entry is the rate that the run began with."""
        return Marks(_frozen(np.array(self._step, np.int64)), _frozen(np.array(self._rate, float)))


class Happenings:
    """What befell a run, the latest of it in bounded memory."""

    def __init__(self, capacity: int = 200) -> None:
        self._capacity = capacity
        self._happened: tuple[Happened, ...] = ()
        self._lost_at = 0
        self._trouble = ""

    def add(self, happened: Happened) -> None:
        """Take in what befell the run; steps ascend."""
        self._happened = (*self._happened, happened)[-self._capacity :]

    def watch(self, flow: GradientFlow, step: int) -> None:
        """Note where a gradient begins to leave what floats can hold, ever more rarely."""
        trouble, before = flow.trouble, self._trouble
        self._trouble = trouble
        if trouble not in {"", before} and step >= RARELY * self._lost_at:
            self._lost_at = step
            self.add(Happened(step, Happening.GRADIENT, trouble))

    def view(self) -> tuple[Happened, ...]:
        """Return all that is kept."""
        return self._happened


class History:
    """The curves of one run, and what befell it."""

    def __init__(self, recent: int = 2_000, whole: int = 1_024) -> None:
        self._recent_loss = RecentCurve(recent)
        self._loss = DecimatedCurve(whole)
        self._validation_loss = DecimatedCurve(whole)
        self._gradient_norm = DecimatedCurve(whole)
        self._epochs = Milestones()
        self._rates = RateChanges()
        self.happenings = Happenings()

    def add(self, burst: StepsDone) -> None:
        """Take in a burst of steps."""
        step = np.arange(burst.first_step, burst.last_step + 1)
        self._recent_loss.extend(step, burst.loss)
        self._loss.extend(step, burst.loss)
        self._gradient_norm.extend(step, burst.gradient_norm)
        self._rates.add(burst.first_step, float(np.atleast_1d(burst.learning_rate)[-1]))
        first = burst.epoch - len(burst.epoch_starts)
        for number, place in enumerate(burst.epoch_starts, start=first + 1):
            self._epochs.add(number, burst.first_step + place)
        if burst.validation_loss is not None:
            self._validation_loss.extend(step[-1:], np.array([burst.validation_loss]))

    def view(self) -> HistoryView:
        """Return read-only copies of all curves."""
        return HistoryView(
            loss=self._loss.view(),
            recent_loss=self._recent_loss.view(),
            validation_loss=self._validation_loss.view(),
            gradient_norm=self._gradient_norm.view(),
            epochs=self._epochs.view(),
            rates=self._rates.view(),
            happened=self.happenings.view(),
        )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    copy = array.copy()
    copy.setflags(write=False)
    return copy
