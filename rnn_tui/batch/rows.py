"""Rows that come, each with its forecast, as lines of a table."""

import math

import numpy as np

from rnn_tui.forecasting.verdict import figure
from rnn_tui.training.events import RowFollowed, Time

HEADINGS = ("time", "actual", "predicted", "error", "RMSE", "naive RMSE", "next")
WIDTHS = (20, 12, 12, 12, 12, 12, 12)
DIGITS = 5


def row_text(event: RowFollowed) -> str:
    """Return the lines of a row, of its first column; the beginning has the headings as well."""
    rmse = event.rmse
    cells = (
        time_text(event.time),
        *(_figure(float(value)) for value in (event.actual[0], event.predicted[0])),
        _figure(float(event.predicted[0] - event.actual[0])),
        _figure(rmse.get("model", math.nan)),
        _figure(rmse.get("naive", math.nan)),
        _figure(float(event.ahead[0, 0])),
    )
    return _line(cells) if event.row else f"{_line(HEADINGS)}{_line(cells)}"


def time_text(time: Time) -> str:
    """Return a point in time as ISO 8601, or a number."""
    if isinstance(time, np.datetime64):
        return str(time.astype("datetime64[s]")).removesuffix("T00:00:00")
    return f"{time:.15g}"


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else figure(value, DIGITS)


def _line(cells: tuple[str, ...]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True)) + "\n"
