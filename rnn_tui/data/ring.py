"""The newest rows of a series that grows, ready for a network, in bounded memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.data.prepared import Inputs, Prepared
from rnn_tui.data.rows import Row
from rnn_tui.data.series import Floats, Times
from rnn_tui.data.transforms import Transformed, transform
from rnn_tui.data.windows import Starts
from rnn_tui.errors import DataError


class Ring:
    """At most `capacity` of the newest rows, transformed and scaled as `prepared` is.

    The rows lie one after the other in buffers twice as long, which move back to their beginning
    when they have reached the end.

    Parameters
    ----------
    prepared
        The rows before the first that comes; the newest of them are kept.
    capacity
        Rows to keep, at least `least_capacity(prepared)`.
    """

    def __init__(self, prepared: Prepared, capacity: int) -> None:
        series = prepared.series
        self._prepared = prepared
        self._capacity = capacity
        self._targets = len(prepared.transformed)
        self._lag = prepared.transformed[0].lost
        columns = [series.targets, *(c.values[:, np.newaxis] for c in series.covariates)]
        self._buffers: dict[str, NDArray[Any]] = {}
        for name, values in (
            ("time", series.time),
            ("columns", np.concatenate(columns, axis=1)),
            ("inputs", prepared.inputs),
            ("targets", prepared.targets),
        ):
            kept = values[-capacity:]
            self._buffers[name] = np.zeros((2 * capacity, *values.shape[1:]), values.dtype)
            self._buffers[name][: len(kept)] = kept
        self._end = min(len(series), capacity)
        self._first_known = max(0, self._lag - (len(series) - self._end))
        """First row that has a value after the transform."""

    @property
    def time(self) -> Times:
        """Times of the rows, shape (n,)."""
        return self._view("time")

    @property
    def columns(self) -> Floats:
        """Columns to forecast, then covariates, in data units, shape (n, O + C)."""
        return self._view("columns")

    @property
    def inputs(self) -> Inputs:
        """What the network reads, shape (n, D)."""
        return self._view("inputs")

    @property
    def targets(self) -> Inputs:
        """What it is to say after each row, shape (n, H·O); whole for the first n - H rows."""
        return self._view("targets")

    def __len__(self) -> int:
        return min(self._end, self._capacity)

    @property
    def newest(self) -> Starts:
        """First row of the window that ends with the newest row, shape (1,)."""
        return np.array([len(self) - self._prepared.input_chunk_length])

    @property
    def learnable(self) -> range:
        """First rows of the windows whose truth is known."""
        T, H = self._prepared.input_chunk_length, self._prepared.horizon
        first = max(0, self._first_known - (self._end - len(self)))
        return range(first, len(self) - T - H + 1)

    def append(self, row: Row) -> None:
        """Take a row; the oldest one goes where there is no more room.

        Raises
        ------
        DataError
            A value has no logarithm, or lies too far from the others; the ring is as before.
        """
        inputs = self._read(row)
        if self._end == 2 * self._capacity:
            for buffer in self._buffers.values():
                buffer[: self._capacity] = buffer[self._capacity :]
            self._end, self._first_known = self._capacity, 0
        end, O = self._end, self._targets  # noqa: E741 - the field's own name
        self._buffers["time"][end] = row.time
        self._buffers["columns"][end] = row.values
        self._buffers["inputs"][end] = inputs
        for h in range(min(self._prepared.horizon, end)):
            self._buffers["targets"][end - 1 - h, h * O : (h + 1) * O] = inputs[:O]
        self._end = end + 1

    def restore(self, said: Inputs) -> Floats:
        """Return what the network says after the newest row in data units.

        `said` has shape (1, H·O), the result (H, O).
        """
        steps = said.astype(np.float64).reshape(1, -1, self._targets)
        origin = np.array([self._lag])
        columns = [
            self._tail(o).undo(self._prepared.scalers[o].inverse(steps[:, :, o]), origin)
            for o in range(self._targets)
        ]
        path: Floats = np.stack(columns, axis=2)[0]
        return path

    def _view(self, name: str) -> NDArray[Any]:
        return self._buffers[name][self._end - len(self) : self._end]

    def _tail(self, number: int, following: float | None = None) -> Transformed:
        """Return the newest values of a column, as many as its transform needs, transformed."""
        values = self.columns[-self._lag - 1 :, number]
        if following is not None:
            values = np.append(values[1:], following)
        return transform(values, self._prepared.transformed[number].steps, "")

    def _read(self, row: Row) -> Inputs:
        """Return a row as the network reads it, shape (D,)."""
        read = np.empty(len(row.values), self._prepared.inputs.dtype)
        series = self._prepared.series
        names = (*series.target_names, *(channel.name for channel in series.covariates))
        where = f"{series.source}, line {row.line:,}, column"
        for i, value in enumerate(row.values.tolist()):
            known = value
            if i < self._targets:
                try:
                    known = float(self._tail(i, value).values[-1])
                except DataError as error:
                    raise DataError(
                        f"{where} {names[i]!r}: {value:g} has no logarithm (--transform)."
                    ) from error
            scaled = float(self._prepared.scalers[i].transform(np.array([known]))[0])
            if not abs(scaled) <= float(np.finfo(read.dtype).max) ** 0.5:
                raise DataError(
                    f"{where} {names[i]!r}: {value:g} lies {abs(scaled):.3g} standard "
                    "deviations from the rows learned first."
                )
            read[i] = scaled
        return read


def least_capacity(prepared: Prepared) -> int:
    """Return how many rows a ring must hold: a window, its truth, and what the transform needs."""
    first = prepared.transformed[0]
    season = prepared.series.period or 1
    return max(prepared.input_chunk_length + prepared.horizon + first.lost + 1, season + 1)
