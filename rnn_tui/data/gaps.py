"""What is done about cells without a value; never without saying so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import Missing
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.table import Places, shorten
from rnn_tui.errors import DataError

MENDS = (
    "Fill the gaps in the file, or say what to do: --missing ffill repeats the value before, "
    "interpolate draws a line across (and so looks ahead), drop leaves the rows out."
)


@dataclass(slots=True)
class Filling:
    """Columns on one time axis, NaN at their gaps, that are to be filled."""

    label: str
    names: Sequence[str]
    gap_texts: Sequence[str | None]
    """What the first gap of each column holds."""
    columns: list[Floats]
    time: Times
    places: Places
    notes: list[str]
    """Takes a sentence on everything that is done."""

    def apply(self, policy: Missing) -> None:
        """Fill or leave out the gaps of all columns.

        Raises
        ------
        DataError
            There are gaps and the policy is "error", or a column has no value at all.
        """
        missing = [np.isnan(column) for column in self.columns]
        for name, gaps, text in zip(self.names, missing, self.gap_texts, strict=True):
            if gaps.any():
                self._refuse(policy, name, gaps, text)
        if not any(gaps.any() for gaps in missing):
            return
        if policy == "drop":
            self._drop(np.logical_or.reduce(missing), "have a gap and were left out")
            return
        for i, gaps in enumerate(missing):
            if gaps.any():
                self.columns[i] = self._filled(i, gaps, policy)
        ends = np.logical_or.reduce([np.isnan(column) for column in self.columns])
        if ends.any():
            self._drop(ends, "at an end have nothing to fill them from and were left out")

    def _refuse(
        self, policy: Missing, name: str, gaps: NDArray[np.bool_], text: str | None
    ) -> None:
        count, row = int(gaps.sum()), int(np.argmax(gaps))
        if count == len(gaps):
            raise DataError(
                f"{self.label}, column {name!r}: holds no value at all. "
                "Choose another column with --column NAME."
            )
        if policy == "error":
            found = f"no value ({shorten(text)!r})" if text else "no value"
            which = "the only gap" if count == 1 else f"the first of {count:,} gaps"
            raise DataError(
                f"{self.label}, {self.places.name(row)}, column {name!r}: {found}, {which}. {MENDS}"
            )

    def _filled(self, number: int, gaps: NDArray[np.bool_], policy: Missing) -> Floats:
        values, known = self.columns[number], np.flatnonzero(~gaps)
        if policy == "ffill":
            last = np.maximum.accumulate(np.where(gaps, -1, np.arange(len(values))))
            filled = np.where(last < 0, np.nan, values[last])
            how = "filled with the value before"
        else:
            axis = self.time.astype(np.float64)
            filled = np.interp(axis, axis[known], values[known], left=np.nan, right=np.nan)
            how = "interpolated between the values around, which looks ahead"
        count = int(gaps.sum() - np.isnan(filled).sum())
        if count:
            first = self.places.name(int(np.flatnonzero(gaps & ~np.isnan(filled))[0]))
            self.notes.append(
                f"{self.label}, column {self.names[number]!r}: {_gaps(count)}, the first in "
                f"{first}, {'was' if count == 1 else 'were'} {how}."
            )
        return filled

    def _drop(self, rows: NDArray[np.bool_], why: str) -> None:
        count, first = int(rows.sum()), self.places.name(int(np.argmax(rows)))
        self.notes.append(
            f"{self.label}: {count:,} of {len(rows):,} rows, the first {first}, {why}."
        )
        self.columns = [column[~rows] for column in self.columns]
        self.time = self.time[~rows]
        self.places.keep(~rows)


def _gaps(count: int) -> str:
    return "1 gap" if count == 1 else f"{count:,} gaps"
