"""One series, or several on one time axis, and what is known about it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

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
class Channel:
    """One more column on the time axis of a series; its array is a copy, read-only."""

    name: str
    values: Floats
    """Finite, in data units, shape (N,)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _locked(self.values, np.float64))

    def first(self, count: int) -> Self:
        """Return the channel's first `count` rows."""
        return replace(self, values=self.values[:count])


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A series in data units; its arrays are copies that cannot be written to.

    Raises
    ------
    ValueError
        `time`, `values` and the channels are not one-dimensional and of one length.
    """

    name: str
    unit: str
    """Unit of the values; empty where it is not known."""
    time_name: str
    """What the time axis counts: "year", "row", or the name of a file's column."""
    time: Times
    """Ascending, shape (N,)."""
    values: Floats
    """The first column to forecast: finite, shape (N,)."""
    source: str
    licence: str = ""
    period: int | None = None
    """Length of a season in rows, where it is known."""
    standard_split: SplitTimes | None = None
    more_targets: tuple[Channel, ...] = ()
    """Further columns to forecast."""
    covariates: tuple[Channel, ...] = ()
    """Columns that are read along but not forecast; known up to the present."""
    notes: tuple[str, ...] = ()
    """What was found or changed while reading that a user has to be told, a sentence each."""

    def __post_init__(self) -> None:
        values, time = _locked(self.values, np.float64), _locked(self.time)
        if values.ndim != 1 or time.shape != values.shape:
            raise ValueError(f"time {time.shape} and values {values.shape} must both be (N,)")
        for channel in (*self.more_targets, *self.covariates):
            if channel.values.shape != values.shape:
                raise ValueError(
                    f"{channel.name} {channel.values.shape} and values {values.shape} must agree"
                )
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "time", time)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of the O columns to forecast."""
        return (self.name, *(channel.name for channel in self.more_targets))

    @property
    def targets(self) -> Floats:
        """The columns to forecast, shape (N, O), a new array."""
        return np.column_stack([self.values, *(channel.values for channel in self.more_targets)])

    def target(self, number: int) -> Floats:
        """Return the values of a column to forecast, 0 being the first; shape (N,)."""
        return self.values if number == 0 else self.more_targets[number - 1].values

    def first(self, count: int) -> Self:
        """Return the series of the first `count` rows; itself where it has no more."""
        if count >= len(self):
            return self
        return replace(
            self,
            time=self.time[:count],
            values=self.values[:count],
            more_targets=_heads(self.more_targets, count),
            covariates=_heads(self.covariates, count),
        )


def _heads(channels: Iterable[Channel], count: int) -> tuple[Channel, ...]:
    return tuple(channel.first(count) for channel in channels)


def _locked(values: Any, dtype: Any = None) -> NDArray[Any]:
    """Return a read-only copy; or the array itself where nobody can write to it anyway."""
    array: NDArray[Any] = np.asarray(values, dtype=dtype)
    owner = array if array.base is None else array.base
    is_shared = array is values and not (array.flags.writeable or owner.flags.writeable)
    own: NDArray[Any] = array if is_shared else np.array(array)
    own.flags.writeable = False
    return own
