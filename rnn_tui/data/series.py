"""One univariate time series and what is known about it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.float64] | NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class SplitTimes:
    """The split that the literature uses for a series, in the unit of its time axis."""

    validation: float
    """First time of the validation part."""
    test: float
    """First time of the test part."""
    end: float
    """Last time of the test part; what comes later takes no part in the run."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A univariate series in data units; its arrays are copies that cannot be written to.

    Raises
    ------
    ValueError
        `time` and `values` are not one-dimensional and of one length.
    """

    name: str
    unit: str
    """Unit of the values; empty where it is not known."""
    time_name: str
    """What the time axis counts: "year", "row", or the name of a file's column."""
    time: Times
    """Ascending, shape (N,)."""
    values: Floats
    """Finite, shape (N,)."""
    source: str
    licence: str = ""
    period: int | None = None
    """Length of a season in rows, where it is known."""
    standard_split: SplitTimes | None = None

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        time = np.array(self.time)
        if values.ndim != 1 or time.shape != values.shape:
            raise ValueError(f"time {time.shape} and values {values.shape} must both be (N,)")
        values.flags.writeable = False
        time.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "time", time)

    def __len__(self) -> int:
        return len(self.values)

    def first(self, count: int) -> Self:
        """Return the series of the first `count` rows."""
        return replace(self, time=self.time[:count], values=self.values[:count])
