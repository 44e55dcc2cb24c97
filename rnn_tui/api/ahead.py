"""A forecast of what comes after the last row."""

from dataclasses import dataclass

import numpy as np

from rnn_tui.api.tables import html_table
from rnn_tui.data.order import times_after
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats, Times
from rnn_tui.forecasting.conformal import Margins
from rnn_tui.forecasting.verdict import figure

ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A forecast of the rows after the last one, in data units.

    `predicted`, `lower` and `upper` have shape (steps,), or (steps, O) with several columns.
    """

    names: tuple[str, ...]
    """Of the columns that were forecast."""
    time_name: str
    time: Times
    """Of the rows that were forecast, shape (steps,)."""
    predicted: Floats
    level: float | None = None
    """Share of values that is to lie from `lower` to `upper`; None: there is no interval."""
    lower: Floats | None = None
    upper: Floats | None = None

    def __len__(self) -> int:
        return len(self.time)

    def _repr_html_(self) -> str:
        """Return a table of the first rows, for a notebook."""
        bounds = [] if self.level is None else [("lower", self.lower), ("upper", self.upper)]
        columns = [
            (f"{name} {word}".strip(), _column(values, i))
            for i, name in enumerate(self.names)
            for word, values in [("", self.predicted), *bounds]
            if values is not None
        ]
        rows = [
            (str(point), *(figure(float(values[row]), 4) for _, values in columns))
            for row, point in enumerate(self.time[:ROWS_SHOWN])
        ]
        left = len(self) - len(rows)
        interval = "" if self.level is None else f", interval {self.level:g}"
        return html_table(
            f"{len(self):,} steps ahead{interval}",
            (self.time_name, *(heading for heading, _ in columns)),
            rows,
            f"and {left:,} more" if left else "",
        )


def ahead_of(prepared: Prepared, path: Floats, margins: Margins | None) -> Ahead:
    """Return a path after the last row of a series, shape (steps, O), with its interval."""
    series = prepared.series
    lower, upper = (None, None) if margins is None else margins.around(path[np.newaxis])
    return Ahead(
        names=series.target_names,
        time_name=series.time_name,
        time=times_after(series.time, len(path)),
        predicted=_flat(path),
        level=None if margins is None else margins.level,
        lower=None if lower is None else _flat(lower[0]),
        upper=None if upper is None else _flat(upper[0]),
    )


def _flat(values: Floats) -> Floats:
    """Return (n, O) as (n,) where there is one column."""
    return values[:, 0] if values.shape[1] == 1 else values


def _column(values: Floats, number: int) -> Floats:
    return values if values.ndim == 1 else values[:, number]
