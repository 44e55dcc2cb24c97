"""The time axis of a table as it is read, and what is wrong with it."""

from typing import TYPE_CHECKING

import numpy as np

from rnn_tui.data.choosing import TimeChoice
from rnn_tui.data.dates import DateColumn, Dates, best_reading, typed_dates
from rnn_tui.data.numbers import NumberColumn
from rnn_tui.data.order import (
    SHOWN,
    Offence,
    disorder,
    step_between,
    unevenness,
    usual_step,
)
from rnn_tui.data.series import Times
from rnn_tui.data.table import Places, Table, shorten
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

NUMBERED = "The rows were numbered instead"


class TimeReader:
    """Takes the cells of the time column block by block."""

    def __init__(self, table: Table, choice: TimeChoice) -> None:
        self._table = table
        self._choice = choice
        self._name = table.names[choice.index]
        self._dates = DateColumn(list(choice.forms))
        self._typed: list[Dates] = []
        self._numbers = NumberColumn(table, choice.index)
        self._rows = 0
        self.given_up: str | None = None
        """Why the column is no time axis after all, for a note."""
        self.form: str | None = None
        """The form that its dates were read in, once they have been; None: numbers."""

    def add(self, cells: "pl.Series", places: Places) -> None:
        """Take the cells of the next block, whose rows are in `places` already.

        Raises
        ------
        DataError
            A cell is no time, in a column that was told to hold times.
        """
        if self.given_up is not None:
            return
        match self._choice.kind:
            case "typed":
                self._typed.append(typed_dates(cells))
            case "text":
                misfit = self._dates.add(cells)
                if misfit is not None:
                    self._give_up(places.name(self._rows + misfit), cells[misfit])
            case "number":
                self._add_numbers(cells, places)
        self._rows += len(cells)

    def _add_numbers(self, cells: "pl.Series", places: Places) -> None:
        try:
            self._numbers.add(cells, places)
        except DataError as error:
            if self._choice.told:
                raise
            self.given_up = f"{error} {NUMBERED}."

    def _give_up(self, place: str, cell: str) -> None:
        where = f"{self._table.label}, {place}, column {self._name!r}"
        found = f"{where}: {shorten(cell)!r} is no date like those before it"
        if self._choice.told:
            raise DataError(f"{found}. Correct the line, or say --date-format.")
        self.given_up = f"{found}. {NUMBERED}."

    def time(self) -> Times:
        """Return the whole axis, NaT or NaN at its gaps, shape (N,).

        Raises
        ------
        DataError
            Day and month cannot be told apart.
        """
        match self._choice.kind:
            case "typed":
                return np.concatenate(self._typed)
            case "number":
                return self._numbers.values()
            case _:
                return self._read_dates()

    def _read_dates(self) -> Times:
        readings = self._dates.readings()
        form = best_reading(readings)
        if form is None:
            one, two = readings
            raise DataError(
                f"{self._table.label}, column {self._name!r}: day and month cannot be told apart: "
                f"the dates rise either way. Say --date-format '{one}' or --date-format '{two}'."
            )
        self.form = form
        return readings[form]


def refuse_disorder(label: str, name: str, time: Times, places: Places) -> None:
    """Raise DataError where times (without gaps) step back or repeat; it shows the first rows."""
    offence = disorder(time)
    if offence is None:
        return
    where = f"{label}, column {name!r}"
    if offence.kind == "backwards" and disorder(time[::-1]) is None:
        raise DataError(
            f"{where}: the dates run backwards. Sort the file with the oldest line first."
        )
    row = int(offence.rows[0])
    first = f"{label}, {places.name(row)}, column {name!r}: {_show(time, row)}"
    before = places.name(row - 1)
    more = _also(offence, places)
    if offence.kind == "backwards":
        raise DataError(
            f"{first} comes before the {_show(time, row - 1)} of {before}{more}. Sort the file "
            "with the oldest line first, or number the rows with --time-column none."
        )
    raise DataError(
        f"{first} repeats the time of {before}{more}. A series has one value at a time: keep one "
        "line of each, or sum them up (several series in one file? cut out one)."
    )


def uneven_note(label: str, name: str, time: Times, places: Places) -> str | None:
    """Return a sentence that says where increasing times are uneven, None where they are even."""
    offence = unevenness(time)
    if offence is None:
        return None
    row = int(offence.rows[0])
    return (
        f"{label}, column {name!r}: the times are irregular: the usual step is "
        f"{usual_step(time)}, but {places.name(row)} comes {step_between(time, row)} after "
        f"{places.name(row - 1)}{_also(offence, places)}. A network reads rows, not times."
    )


def _also(offence: Offence, places: Places) -> str:
    others = offence.rows[1:SHOWN]
    if not others.size:
        return ""
    lines = " and ".join(f"{places.line(int(row)):,}" for row in others)
    count = f"; {len(offence.rows):,} in all" if len(offence.rows) > SHOWN else ""
    return f" (so do {places.word}s {lines}{count})" if others.size > 1 else f" (so does {lines})"


def _show(time: Times, row: int) -> str:
    value = time[row]
    if isinstance(value, np.datetime64):
        text = str(value.astype("datetime64[s]"))
        return text.removesuffix("T00:00:00").replace("T", " ")
    return f"{value:g}"
