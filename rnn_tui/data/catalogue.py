"""The series that come with the program, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from rnn_tui.data.naming import nearest
from rnn_tui.data.series import Series, SplitTimes
from rnn_tui.data.synthetic import mackey_glass, sine
from rnn_tui.errors import DataError

DEFAULT_DATASET = "sunspots"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A name in the catalogue with its description in one line."""

    name: str
    description: str


def catalogue() -> list[Dataset]:
    """Return the bundled and generated series."""
    return [Dataset(name, description) for name, (description, _) in _entries().items()]


def load_dataset(name: str) -> Series:
    """Return the series called `name`.

    Raises
    ------
    DataError
        There is no such name; the message has the nearest one and all of them.
    """
    entries = _entries()
    if name not in entries:
        raise DataError(
            f"--dataset {name}: no such series.{nearest(name, entries)} "
            f"There are: {', '.join(entries)}. For a file of your own use --data FILE."
        )
    return entries[name][1]()


def _entries() -> dict[str, tuple[str, Callable[[], Series]]]:
    return {
        "sunspots": ("yearly mean number of sunspots, 1700-2008 (NOAA)", _sunspots),
        "sine": ("clean sine, 1,000 points, period 25 (generated)", _sine),
        "mackey-glass": ("Mackey-Glass chaos, τ = 17, 2,000 points (generated)", _mackey_glass),
    }


def _sunspots() -> Series:
    """Return the yearly sunspots.

    The standard split trains to 1895, validates on 1896-1920 and tests on 1921-1987, the years
    that the literature scores; the rows after 1987 are left out of the run.
    """
    with (files("rnn_tui.data") / "bundled" / "sunspots.csv").open(encoding="utf-8") as file:
        year, number = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    return Series(
        name="sunspots",
        unit="sunspots",
        time_name="year",
        time=year,
        values=number,
        source="NOAA National Geophysical Data Center, by way of statsmodels",
        licence="public domain",
        period=11,
        standard_split=SplitTimes(validation=1896, test=1921, end=1987),
    )


def _sine() -> Series:
    return Series(
        name="sine",
        unit="",
        time_name="t",
        time=np.arange(1000.0),
        values=sine(1000, period=25),
        source="generated: sin(2πt/25)",
        period=25,
    )


def _mackey_glass() -> Series:
    return Series(
        name="mackey-glass",
        unit="",
        time_name="t",
        time=np.arange(2000.0),
        values=mackey_glass(2000),
        source="generated: Mackey and Glass (1977), τ = 17",
    )
