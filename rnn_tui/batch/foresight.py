"""What is said of prediction intervals and of the rows beyond the end of a series."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.future import Future
from rnn_tui.forecasting.verdict import figure
from rnn_tui.streams import printable

DIGITS = 4
MOST_ROWS = 24
"""Of the table of the future; `--output` has all."""


def time_text(time: Any) -> str:
    """Return a time, a date or a number, as text."""
    if isinstance(time, np.datetime64):
        return str(time.astype("datetime64[s]")).removesuffix("T00:00:00")
    return f"{time:.15g}"


def coverage_sentence(coverage: Coverage) -> str:
    """Return what the intervals of a column turned out to hold on the test part."""
    promised, held = f"{100 * coverage.level:.3g} %", f"{100 * coverage.coverage:.1f} %"
    width = figure(coverage.width, DIGITS)
    return f"{promised} prediction intervals held {held} of the test part; mean width {width}"


def future_records(future: Future) -> Iterator[dict[str, Any]]:
    """Yield a record for every row and column beyond the end, for JSON."""
    for row, time in enumerate(future.time):
        when = time_text(time) if isinstance(time, np.datetime64) else float(time)
        for o, name in enumerate(future.names):
            yield {
                "time": when,
                "column": name,
                "step": row + 1,
                "predicted": float(future.predicted[row, o]),
                "lower": float(future.lower[row, o]),
                "upper": float(future.upper[row, o]),
            }


def future_rows(
    future: Future, time_name: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return headings and the first rows beyond the end, the ends of intervals where known."""
    has_ends = bool(np.isfinite(future.lower).any())
    several = len(future.names) > 1
    ends = ("lower", "upper") if has_ends else ()
    head = (time_name, *(h for n in future.names for h in (n if several else "forecast", *ends)))
    rows = []
    for row in range(min(len(future.time), MOST_ROWS)):
        cells = [time_text(future.time[row])]
        for o in range(len(future.names)):
            around = (future.lower[row, o], future.upper[row, o]) if has_ends else ()
            cells += [_cell(float(value)) for value in (future.predicted[row, o], *around)]
        rows.append(tuple(cells))
    return head, tuple(rows)


def future_table(future: Future, time_name: str) -> Table:
    """Return the first rows beyond the end as a table."""
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    head, rows = future_rows(future, time_name)
    for n, heading in enumerate(head):
        table.add_column(Text(printable(heading)), justify="right" if n else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _cell(value: float) -> str:
    return "-" if math.isnan(value) else figure(value, DIGITS)
