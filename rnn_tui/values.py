"""What a value in the configuration may look like, and what becomes of it."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from rnn_tui.choices import quantiles_fault


def _as_tuple(value: Any) -> Any:
    """Return one name, or a list of names from a file, as a tuple of names."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return tuple(value) if isinstance(value, list) else value


def _names(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return () if value is None else (value,)
    return tuple(value) if isinstance(value, list) else value


def _list_as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _size_or_time(value: Any) -> Any:
    """Return a share of the series as a float, a point in time as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value.strip()
        if number == 1:
            return _size_or_time(1)
        return number if 0 < number < 1 else value.strip()
    if value is None:
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and value == 1:
        raise ValueError(
            "must be less than 1 as a share of the series, or the time at which the part begins"
        )
    if not (is_number and 0 < value < float("inf")):
        raise ValueError(
            f"must be a share between 0 and 1, or the time at which the part begins, not {value!r}"
        )
    return float(value) if value < 1 else str(value)


def _delimiter(value: Any) -> Any:
    value = {"tab": "\t", "\\t": "\t"}.get(value, value) if isinstance(value, str) else value
    if isinstance(value, str) and (len(value) != 1 or not value.isascii() or value in '"\r\n'):
        raise ValueError(f"must be one ASCII character, or tab, not {value!r}")
    return value


def _encoding(value: Any) -> Any:
    if isinstance(value, str):
        try:
            "".encode(value)
        except LookupError as error:
            known = "utf-8, utf-16, latin-1, cp1252"
            raise ValueError(f"unknown encoding {value!r}; there are {known} and others") from error
    return value


DURATION = re.compile(
    r"(?:(?P<h>\d+(?:\.\d+)?)h)? *(?:(?P<m>\d+(?:\.\d+)?)m(?:in)?)? *(?:(?P<s>\d+(?:\.\d+)?)s?)?"
)


def _seconds(value: Any) -> Any:
    """Return a duration such as "90", "90s", "10m", "1h30m" in seconds."""
    if not isinstance(value, str):
        return value
    found = DURATION.fullmatch(value.strip().lower())
    if found is None or not any(found.groups()):
        raise ValueError(f"must be seconds, or a time such as 90s, 10m or 1h30m, not {value!r}")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def _quantiles(value: tuple[float, ...]) -> tuple[float, ...]:
    fault = quantiles_fault(value)
    if fault:
        raise ValueError(fault)
    return value


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]
Delimiter = Annotated[str, BeforeValidator(_delimiter)]
Encoding = Annotated[str, BeforeValidator(_encoding)]
Words = BeforeValidator(_as_tuple)
"""For a tuple of words that may be given as one text with commas between."""
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
SizeOrTime = Annotated[float | str, BeforeValidator(_size_or_time)]
Quantiles = Annotated[
    tuple[float, ...], BeforeValidator(_list_as_tuple), AfterValidator(_quantiles)
]
Betas = Annotated[tuple[BelowOne, BelowOne], BeforeValidator(_list_as_tuple)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0, allow_inf_nan=False)]
