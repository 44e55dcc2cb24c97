"""How the cells of a text stand that has been read, so that later lines can be read alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeForm:
    """The column with the times."""

    index: int
    form: str | None
    """Form of its dates, as `parse_dates` takes it; None: numbers."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which cells of a line are the values, and how they are written."""

    label: str
    """What messages call the source."""
    kind: str
    """"csv" (or "tsv") or "jsonl"."""
    names: tuple[str, ...]
    """Of all columns."""
    has_header: bool
    delimiter: str
    """Between the cells of a line; "" in JSON Lines."""
    columns: tuple[int, ...]
    """Indices of the columns to forecast, then of the covariates."""
    decimals: tuple[str | None, ...]
    """Decimal mark of each of those columns; None: none of its numbers had one."""
    time: TimeForm | None
    """None: the rows are numbered."""
