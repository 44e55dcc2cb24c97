"""Whether points in time follow each other, and evenly."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN = 3
LONGEST_SAMPLE = 100_000
"""Of the newest times, by which the usual step of a long series goes on."""
UNITS = ((86_400e6, "day"), (3_600e6, "hour"), (60e6, "minute"), (1e6, "second"))


@dataclass(frozen=True, slots=True)
class Offence:
    """Rows that do not follow the row before them as they should."""

    kind: str
    """"repeated", "backwards" or "irregular"."""
    rows: NDArray[np.int64]
    """All of them, ascending; at least one."""


def increasing(time: NDArray[Any]) -> bool:
    """Return whether every point comes after the one before it."""
    return bool((time[1:] > time[:-1]).all())


def disorder(time: NDArray[Any]) -> Offence | None:
    """Return the rows that do not come after the row before them, None where all do.

    Rows that step back are told before rows that repeat a time.
    """
    backwards = np.flatnonzero(~(time[1:] >= time[:-1])) + 1
    if backwards.size:
        return Offence("backwards", backwards)
    repeated = np.flatnonzero(time[1:] == time[:-1]) + 1
    return Offence("repeated", repeated) if repeated.size else None


def unevenness(time: NDArray[Any]) -> Offence | None:
    """Return the rows of increasing times that do not come one usual step after the row before.

    The usual step is the median one (of an even number, the smaller in the middle).
    Whole months count as even: March follows February.
    """
    steps = np.diff(time)
    if len(steps) < 2 or (steps == steps[0]).all() or _even_months(time):
        return None
    if steps.dtype.kind == "m":
        steps = steps.astype(np.int64).astype(np.float64)
    usual = _median(steps)
    rounding = 4 * np.finfo(np.float64).eps * np.abs(time[1:].astype(np.float64))
    uneven = np.flatnonzero(np.abs(steps - usual) > 1e-6 * usual + rounding) + 1
    return Offence("irregular", uneven) if uneven.size else None


def step_between(time: NDArray[Any], row: int) -> str:
    """Return the step to `row` from the one before it, in words."""
    return _in_words(time[row] - time[row - 1])


def usual_step(time: NDArray[Any]) -> str:
    """Return the median step in words."""
    return _in_words(_median(np.diff(time)))


def times_after(time: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the `count` points that follow increasing times, by months or by the usual step.

    Months keep the day, or the last day of the month where all times have that. Of a long series
    the newest 100,000 times tell the step.
    """
    time = time[-LONGEST_SAMPLE:]
    steps = np.arange(1, count + 1)
    if len(time) > 1 and _even_months(time):
        return _months_after(time, steps)
    one = np.ones(1, "timedelta64[D]" if time.dtype.kind == "M" else np.float64)
    following: NDArray[Any] = time[-1] + steps * (_median(np.diff(time)) if len(time) > 1 else one)
    return following


def _months_after(time: NDArray[Any], steps: NDArray[np.int64]) -> NDArray[Any]:
    days = time.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    following = months[-1] + steps * (months[-1] - months[-2])
    if ((days + 1).astype("datetime64[M]") != months).all():
        new_days = (following + 1).astype("datetime64[D]") - 1
    else:
        new_days = following.astype("datetime64[D]") + (days[-1] - months[-1].astype(days.dtype))
    clock = time[-1] - days[-1].astype(time.dtype)
    points: NDArray[Any] = new_days.astype(time.dtype) + clock
    return points


def _median(steps: NDArray[Any]) -> Any:
    middle = (len(steps) - 1) // 2
    return np.partition(steps, middle)[middle]


def _even_months(time: NDArray[Any]) -> bool:
    if time.dtype.kind != "M":
        return False
    days = time.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day_of_month = (days - months).astype(np.int64)
    is_last_day = ((days + 1).astype("datetime64[M]") != months).all()
    if not is_last_day and (day_of_month != day_of_month[0]).any():
        return False
    steps = np.diff(months.astype(np.int64))
    return bool((steps == steps[0]).all() and steps[0] > 0)


def _in_words(step: Any) -> str:
    if not isinstance(step, np.timedelta64):
        return f"{step:g}"
    micros = float(step.astype("timedelta64[us]").astype(np.int64))
    size, unit = next((known for known in UNITS if abs(micros) >= known[0]), UNITS[-1])
    count = micros / size
    return f"{count:g} {unit}{'' if count == 1 else 's'}"
