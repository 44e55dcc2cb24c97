"""Axes of charts: which values they span, where a value lies on them, what their ticks say."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Scale = Literal["linear", "log"]
Labels = Literal["number", "count", "date"]

LARGEST = 1e307
"""Beyond it the width of an axis could overflow."""
SMALLEST = 1e-300
"""Below it the width of a linear axis would be too coarse to divide."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `position` is 0 at its low and 1 at its high end."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The finite, non-empty interval [low, high] that a chart shows along one side."""

    low: float
    high: float
    scale: Scale = "linear"
    labels: Labels = "number"
    """How ticks are written: plain numbers, counts (12k), or dates (values are Unix seconds)."""

    def positions(self, values: ArrayLike) -> Floats:
        """Return where `values` lie, 0 at `low` and 1 at `high`; NaN where they have no place.

        A value too far away for a float is at ±inf.
        """
        array = np.asarray(values, np.float64)
        array = np.where(np.abs(array) <= LARGEST, array, np.nan)
        low, high = self.low, self.high
        if self.scale == "log":
            array, low, high = _log10(array), math.log10(low), math.log10(high)
        part = 0.5 if high - low > 1 else 1.0  # halves of huge ends differ by a float, of tiny by 0
        with np.errstate(over="ignore"):
            across = (array * part - low * part) / (high * part - low * part)
        return np.asarray(across, np.float64)

    def ticks(self, most: int) -> list[Tick]:
        """Return at most `most` ticks at round values, ascending."""
        if most < 1:
            return []
        if self.labels == "date":
            return _date_ticks(self, most)
        if self.scale == "log":
            values = _log_values(self.low, self.high, most)
            return self._labelled(values, scientific=not all(1e-2 <= v <= 1e3 for v in values))
        return self._labelled(_round_values(self.low, self.high, most), scientific=False)

    def _labelled(self, values: list[float], *, scientific: bool) -> list[Tick]:
        if self.labels == "count":
            texts = [format_count(value) for value in values]
        elif scientific:
            texts = [format_scientific(value) for value in values]
        else:
            texts = [_shortest(value) for value in values]
        return [
            Tick(float(position), text)
            for position, text in zip(self.positions(values), texts, strict=True)
        ]


def fit_axis(
    *arrays: ArrayLike, scale: Scale = "linear", labels: Labels = "number", margin: float = 0.0
) -> Axis | None:
    """Return the axis that shows every representable value of `arrays`, None if there is none.

    Parameters
    ----------
    scale
        "log" represents positive values only.
    margin
        Free room at either end, as a share of the extent. A single value gets room anyhow.
    """
    parts = [np.asarray(array, np.float64).ravel() for array in arrays]
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.abs(values) <= LARGEST]
    if scale == "log":
        values = values[values > 0]
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if scale == "log":
        return _fit_log(low, high, labels, margin)
    size = max(abs(low), abs(high))
    if high - low <= max(1e-9 * size, SMALLEST):
        room = 0.5 * size if size > SMALLEST else 1.0
    else:
        room = (high / 2 - low / 2) * 2 * margin if high - low < LARGEST else 0.0
    return Axis(max(low - room, -LARGEST), min(high + room, LARGEST), scale, labels)


def whole_decades(axis: Axis, parts: int = 1) -> Axis:
    """Return a log axis that reaches to the powers of ten around it, or to `parts`-ths of decades.

    Its ends move rarely while what it shows moves all the time.
    """
    first = math.floor(math.log10(axis.low) * parts) / parts
    last = math.ceil(math.log10(axis.high) * parts) / parts
    low, high = max(10.0**first, 5e-324), min(10.0**last, LARGEST)
    return Axis(low, high if high > low else 10.0 * low, "log", axis.labels)


def _fit_log(low: float, high: float, labels: Labels, margin: float) -> Axis:
    first, last = math.log10(low), math.log10(high)
    if last - first < 1e-6:
        first, last = first - 0.5, last + 0.5
    room = (last - first) * margin
    smallest = math.log10(5e-324)
    first, last = max(first - room, smallest), min(last + room, math.log10(LARGEST))
    return Axis(min(low, 10.0**first) or low, max(high, 10.0**last), "log", labels)


def _log10(array: Floats) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(np.where(array > 0, np.log10(array), np.nan), np.float64)


def _round_values(low: float, high: float, most: int) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten in [low, high]."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return []
    exponent = math.floor(math.log10(span / most)) if span / most > 0 else -320
    for power in range(exponent, exponent + 4):
        for factor in (1, 2, 5):
            step = factor * 10.0**power
            if step == 0 or not math.isfinite(step):
                continue
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first + 1 <= most:
                return [_round_multiple(n, factor, power) for n in range(first, last + 1)]
    return []


def _round_multiple(count: int, factor: int, power: int) -> float:
    """Return count · factor · 10^power, rounded as the decimal number it is."""
    return float(f"{count * factor}e{power}")


def _log_values(low: float, high: float, most: int) -> list[float]:
    """Return powers of ten in [low, high], or rounder values where it holds less than two."""
    first = math.ceil(math.log10(low) - 1e-9)
    last = math.floor(math.log10(high) + 1e-9)
    decades = last - first + 1
    if decades < 2:
        finer = [
            factor * 10.0**power
            for power in range(first - 1, last + 2)
            for factor in (1, 2, 5)
            if low <= factor * 10.0**power <= high
        ]
        return finer if 2 <= len(finer) <= most else _round_values(low, high, min(most, 3))
    stride = next(n for n in _strides() if math.ceil(decades / n) <= most)
    start = -(-first // stride) * stride
    return [value for p in range(start, last + 1, stride) if (value := float(f"1e{p}")) > 0]


def _strides() -> list[int]:
    return [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_STEPS = (
    # seconds between ticks, and how they are written
    *((n, "%H:%M:%S") for n in (1, 5, 15, 30)),
    *((60 * n, "%H:%M") for n in (1, 5, 15, 30, 60, 180, 360)),
    *((86_400 * n, "%d %b") for n in (1, 2, 7, 14)),
)


def _date_ticks(axis: Axis, most: int) -> list[Tick]:
    span = axis.high - axis.low
    for seconds, form in _DATE_STEPS:
        if span / seconds <= most:
            first = math.ceil(axis.low / seconds)
            stamps = [n * seconds for n in range(first, math.floor(axis.high / seconds) + 1)]
            return _date_labels(axis, [float(stamp) for stamp in stamps], form)
    year = 31_556_952
    for months in (1, 3, 6):
        if span / (year / 12 * months) <= most:
            return _date_labels(axis, _month_starts(axis, months), "%b %Y")
    for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if span / (year * years) <= most:
            return _date_labels(axis, _month_starts(axis, 12 * years), "%Y")
    return []


def _month_starts(axis: Axis, stride: int) -> list[float]:
    """Return Unix seconds of the first of every `stride`-th month within the axis."""
    low = np.datetime64(math.floor(axis.low), "s").astype("datetime64[M]").astype(int)
    high = np.datetime64(math.floor(axis.high), "s").astype("datetime64[M]").astype(int)
    first = -(-(int(low) + 1970 * 12) // stride) * stride - 1970 * 12
    months = np.arange(first, int(high) + 1, stride).astype("datetime64[M]")
    stamps = months.astype("datetime64[s]").astype(np.float64)
    return [float(stamp) for stamp in stamps if axis.low <= stamp <= axis.high]


def _date_labels(axis: Axis, stamps: list[float], form: str) -> list[Tick]:
    try:
        texts = [(_EPOCH + timedelta(seconds=stamp)).strftime(form) for stamp in stamps]
    except OverflowError:
        return []
    return [Tick(float(p), t) for p, t in zip(axis.positions(stamps), texts, strict=True)]


def _shortest(value: float) -> str:
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e6:
        return f"{value:.10g}"
    return format_scientific(value)


def format_scientific(value: float) -> str:
    """Return `value` in the style of 1e-3, with no more digits than it has."""
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    digits = mantissa.rstrip("0").rstrip(".")
    return digits if int(exponent) == 0 else f"{digits}e{int(exponent)}"


def format_count(value: float) -> str:
    """Return a count in at most about five characters: 950, 12k, 1.5M."""
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.4g}{unit}"
    return f"{value:.4g}"
