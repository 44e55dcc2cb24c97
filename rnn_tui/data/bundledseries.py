"""The series that are bundled as files, each with its source and licence."""

import csv
import gzip
import io
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from rnn_tui.data.series import Channel, Floats, Series, SplitTimes, Times

PUBLIC_DOMAIN = "public domain"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A table in the folder `bundled`; the first of its columns is the time."""

    name: str
    description: str
    file: str
    unit: str
    source: str
    period: int | None = None
    standard_split: SplitTimes | None = None
    licence: str = PUBLIC_DOMAIN


SERIES = (
    # The standard split trains to 1895, validates on 1896-1920 and tests on 1921-1987, the years
    # that the literature scores; the rows after 1987 take no part.
    Bundled(
        "sunspots",
        "yearly mean number of sunspots, 1700-2008",
        "sunspots.csv",
        "sunspots",
        "NOAA National Geophysical Data Center, by way of statsmodels",
        period=11,
        standard_split=SplitTimes(validation=1896, test=1921, end=1987),
    ),
    Bundled(
        "nile",
        "yearly flow of the Nile at Aswan, 1871-1970",
        "nile.csv",
        "10⁸ m³",
        "Cobb (1978), by way of statsmodels",
    ),
    Bundled(
        "co2",
        "monthly CO2 in the air at Mauna Loa, 1958-2001",
        "co2.csv",
        "ppm",
        "Keeling and Whorf (2004), CDIAC, by way of statsmodels (monthly means)",
        period=12,
    ),
    Bundled(
        "elnino",
        "monthly sea surface temperature, Niño 1+2, 1950-2010",
        "elnino.csv",
        "°C",
        "NOAA, ERSST.V3B, by way of statsmodels",
        period=12,
    ),
    Bundled(
        "macrodata",
        "US macroeconomy by quarter, 1959-2009: realgdp and 11 more columns",
        "macrodata.csv",
        "",
        "FRED and Bureau of Labor Statistics, by way of statsmodels",
    ),
    Bundled(
        "wti",
        "daily price of WTI crude oil, 1986-2019: the market-price series",
        "wti.csv.gz",
        "dollars per barrel",
        "US Energy Information Administration, by way of FRED and arch",
    ),
)


def read_bundled(entry: Bundled) -> tuple[str, Times, list[Channel]]:
    """Return a table's time axis with its name, and its other columns, NaN at gaps."""
    data = (files("rnn_tui.data") / "bundled" / entry.file).read_bytes()
    text = (gzip.decompress(data) if entry.file.endswith(".gz") else data).decode()
    names, *rows = csv.reader(io.StringIO(text))
    first, *others = zip(*rows, strict=True)
    channels = [
        Channel(name, np.array([float(cell or "nan") for cell in cells]))
        for name, cells in zip(names[1:], others, strict=True)
    ]
    is_dated = "-" in first[0]
    time: Times = (
        np.array(first, dtype="datetime64[D]").astype("datetime64[us]")
        if is_dated
        else np.array(first, dtype=np.float64)
    )
    return names[0], time, channels


def bundled_series(
    entry: Bundled, target_names: tuple[str, ...], covariate_names: tuple[str, ...]
) -> Series:
    """Return the columns of those names as a series; without names the first column.

    Gaps are interpolated over the rows, and a note says so.

    Raises
    ------
    KeyError
        There is no column of a name.
    """
    time_name, time, channels = read_bundled(entry)
    notes: list[str] = []
    by_name = {channel.name: channel for channel in channels}
    targets = [by_name[name] for name in target_names] or channels[:1]
    chosen = [*targets, *(by_name[name] for name in covariate_names)]
    filled = [Channel(c.name, _filled(entry.name, c, time, time_name, notes)) for c in chosen]
    is_whole = not target_names or len(channels) == 1
    return Series(
        name=entry.name if is_whole else filled[0].name,
        unit=entry.unit,
        time_name=time_name,
        time=time,
        values=filled[0].values,
        source=entry.source,
        licence=entry.licence,
        period=entry.period,
        standard_split=entry.standard_split,
        more_targets=tuple(filled[1 : len(targets)]),
        covariates=tuple(filled[len(targets) :]),
        notes=tuple(notes),
    )


def _filled(name: str, channel: Channel, time: Times, time_name: str, notes: list[str]) -> Floats:
    gaps = np.isnan(channel.values)
    if not gaps.any():
        return channel.values
    known = np.flatnonzero(~gaps)
    first = str(time[int(np.argmax(gaps))].astype("datetime64[M]"))
    notes.append(
        f"{name}: {int(gaps.sum())} {time_name}s without a value, the first {first}, were "
        "interpolated."
    )
    return np.interp(np.arange(len(gaps)), known, channel.values[known])
