"""Which columns of a table to read: those to forecast, those read along, the one with the times."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnn_tui.config import DataConfig
from rnn_tui.data.dates import DateColumn, date_formats, parse_dates, typed_dates
from rnn_tui.data.naming import nearest
from rnn_tui.data.numbers import numberlike_columns, numeric_columns, tidy
from rnn_tui.data.order import increasing
from rnn_tui.data.table import BLANKS, Table, shorten
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

TIME_NAMES = frozenset(
    {"", "date", "datetime", "day", "ds", "hour", "index", "month", "period", "step", "t"}
    | {"time", "timestamp", "week", "year", "datum", "zeit", "quarter"}
)
"""Names (lower case) of columns that may stand for time; a data frame's index has none."""
NO_TIME = "none"


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """The column that is taken for the time axis."""

    index: int
    kind: Literal["number", "text", "typed"]
    forms: tuple[str, ...] = ()
    """Forms that dates in text may have."""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Indices of the columns to read."""

    targets: tuple[int, ...]
    covariates: tuple[int, ...]
    time: TimeChoice | None


def choose(table: Table, config: DataConfig) -> Choice:
    """Return the columns that `config` names, or those that the first rows suggest.

    Raises
    ------
    DataError
        A name is not there or fits two columns, or there is no telling which column to forecast.
    """
    told_time = _told_time(table, config)
    covariates = tuple(_index_of(table, name, "--covariate") for name in config.covariates)
    targets = tuple(_index_of(table, name, "--column") for name in config.column)
    if not targets:
        targets = (_only_numeric(table, config, told_time, covariates),)
    _refuse_twice(table, targets, covariates, told_time)
    if config.time_column == NO_TIME and told_time is None:
        return Choice(targets, covariates, None)
    time = told_time or _found_time(table, (*targets, *covariates), config)
    return Choice(targets, covariates, time)


def _refuse_twice(
    table: Table, targets: tuple[int, ...], covariates: tuple[int, ...], time: TimeChoice | None
) -> None:
    chosen = [*targets, *covariates, *([time.index] if time else [])]
    for index in chosen:
        if chosen.count(index) > 1:
            raise DataError(
                f"{table.label}: column {table.names[index]!r} is chosen twice; each column is the "
                "time (--time-column), is forecast (--column) or is read along (--covariate)."
            )


def _index_of(table: Table, name: str, option: str) -> int:
    for matches in (
        [i for i, known in enumerate(table.names) if known == name],
        [i for i, known in enumerate(table.names) if known.casefold() == name.strip().casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            same = ", ".join(str(i + 1) for i in matches)
            raise DataError(
                f"{table.label}: {option} {name} fits the columns number {same}: "
                "rename all but one of them."
            )
    hint = "" if table.has_header else " It has no header, so that the columns are numbered."
    raise DataError(
        f"{table.label}: {option} {name}: no such column.{nearest(name, table.names)} "
        f"There are: {table.list_names()}.{hint}"
    )


def _only_numeric(
    table: Table, config: DataConfig, told: TimeChoice | None, covariates: tuple[int, ...]
) -> int:
    """Return the only column that is numeric and neither the time axis nor read along."""
    if len(table.names) == 1:
        return 0
    numeric = [i for i in numeric_columns(table) if i not in covariates]
    time = told.index if told else None
    if told is None and config.time_column != NO_TIME:
        time = next((i for i in numeric if _is_numeric_time(table, i)), None)
    elif time in numeric:
        numeric.remove(time)
    others = [i for i in numeric if i != time] or numberlike_columns(table)
    if len(others) == 1:
        return others[0]
    numeric = others or numeric
    if numeric == [time] and _is_named_like_time(table, numeric[0]):
        raise DataError(
            f"{table.label}: no column holds numbers but {table.list_names(numeric)}, which may be "
            f"the time (columns: {table.list_names()}). Say which one to forecast with "
            "--column NAME."
        )
    if len(numeric) == 1:
        return numeric[0]
    if numeric:
        raise DataError(
            f"{table.label}: several columns hold numbers: {table.list_names(numeric)}. "
            "Say which one to forecast with --column NAME."
        )
    raise DataError(
        f"{table.label}: no column holds numbers (columns: {table.list_names()}; "
        f"{table.layout}). A series is a column with one number on each line."
    )


def _told_time(table: Table, config: DataConfig) -> TimeChoice | None:
    if config.time_column is None:
        return None
    if config.time_column == NO_TIME and NO_TIME not in table.names:
        return None
    index = _index_of(table, config.time_column, "--time-column")
    cells = table.sample.to_series(index)
    if cells.dtype.is_temporal():
        return TimeChoice(index, "typed", told=True)
    forms = _forms(cells, config, compact=True, of_first=True)
    if forms:
        return TimeChoice(index, "text", forms, told=True)
    if index in numeric_columns(table):
        return TimeChoice(index, "number", told=True)
    first = next((cell for cell in cells if cell is not None and cell.strip(BLANKS)), "")
    where = f"{table.label}, {table.word} {table.first_line:,}, column {table.names[index]!r}"
    if config.date_format:
        raise DataError(
            f"{where}: {shorten(first)!r} does not have the form --date-format "
            f"{config.date_format!r}."
        )
    raise DataError(
        f"{where}: {shorten(first)!r} is no date in a known form and no number. "
        "Say its form, such as --date-format '%d %B %Y'."
    )


def _found_time(table: Table, taken: tuple[int, ...], config: DataConfig) -> TimeChoice | None:
    """Return the first other column whose first rows rise and are times by type, form or name.

    Where none rises, one that is named like a time, or dates that stand first, are taken
    nevertheless, so that their disorder is told.
    """
    disordered = None
    for index in range(table.sample.width):
        if index in taken:
            continue
        choice, rises = _candidate(table, index, config)
        if choice is not None and rises:
            return choice
        if choice is not None and _may_be_time(table, index):
            disordered = disordered or choice
    return disordered


def _candidate(table: Table, index: int, config: DataConfig) -> tuple[TimeChoice | None, bool]:
    cells = table.sample.to_series(index)
    if cells.dtype.is_temporal():
        return TimeChoice(index, "typed"), increasing(typed_dates(cells))
    forms = _forms(cells, config, compact=_is_named_like_time(table, index))
    if forms:
        column = DateColumn(list(forms))
        column.add(cells)
        readings = column.readings()
        return TimeChoice(index, "text", forms), any(map(increasing, readings.values()))
    if _is_numeric_time(table, index):
        return TimeChoice(index, "number"), True
    is_named = table.names[index] and _is_named_like_time(table, index)
    is_numeric = is_named and index in numeric_columns(table)
    return (TimeChoice(index, "number") if is_numeric else None), False


def _forms(
    cells: "pl.Series", config: DataConfig, *, compact: bool, of_first: bool = False
) -> tuple[str, ...]:
    """Return the forms of dates that fit all of the first rows, or the first date among them."""
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    if cells.dtype != pl.String:
        return ()
    cells = tidy(cells)
    first = next((cell for cell in cells if cell is not None), "")
    if of_first:
        cells = cells.drop_nulls().head(1)
    forms = [config.date_format] if config.date_format else date_formats(first, compact=compact)
    fitting = []
    for form in forms:
        try:
            dates = parse_dates(cells, form)
        except ValueError as error:
            raise DataError(f"--date-format {form!r}: {str(error).rstrip('.')}.") from error
        if dates.null_count() == cells.null_count() < len(cells):
            fitting.append(form)
    return tuple(fitting)


def _is_numeric_time(table: Table, index: int) -> bool:
    """Return whether a column's first rows are strictly increasing numbers that may be times."""
    import polars as pl  # noqa: PLC0415 - as above

    if not _may_be_time(table, index):
        return False
    cells = table.sample.to_series(index)
    if cells.dtype == pl.String:
        cells = tidy(cells)
        if "," in table.decimal_marks:
            cells = cells.str.replace(",", ".", literal=True)
        cells = cells.cast(pl.Float64, strict=False)
    if not cells.dtype.is_numeric() or cells.null_count():
        return False
    time = cells.cast(pl.Float64).to_numpy()
    return bool(np.isfinite(time).all()) and increasing(time)


def _may_be_time(table: Table, index: int) -> bool:
    return index == 0 or _is_named_like_time(table, index)


def _is_named_like_time(table: Table, index: int) -> bool:
    return table.names[index].casefold() in TIME_NAMES
