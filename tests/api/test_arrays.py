"""What arrays, lists and their times are taken for."""

import datetime as dt

import numpy as np
import pytest

from rnn_tui.api.arrays import series_of
from rnn_tui.errors import DataError

WAVE = np.sin(np.arange(40) / 5)
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(i) for i in range(40)]


class Zoned(np.ndarray):
    """An index of dates with a zone, as pandas has it: two hours ahead of UTC."""

    tz = "somewhere"

    def tz_convert(self, zone):
        assert zone is None
        return np.asarray(self) - np.timedelta64(2, "h")


class Periods:
    """An index of periods, as pandas has it."""

    def to_timestamp(self):
        return np.array(DAYS, "datetime64[D]")


class Column(np.ndarray):
    """A column that has an index."""

    index = None


def column(index):
    values = WAVE.view(Column)
    values.index = index
    return values


@pytest.mark.parametrize(
    "time", [DAYS, [str(day) for day in DAYS], np.array(DAYS, "datetime64[D]")], ids=type
)
def test_dates_of_every_kind(time):
    series = series_of(WAVE, time=time)
    assert series.time.dtype == "datetime64[us]"
    assert series.time[-1] == np.datetime64(DAYS[-1])


def test_indexes_with_zones_and_of_periods():
    zoned = np.array(DAYS, "datetime64[us]").view(Zoned)
    assert series_of(column(zoned)).time[0] == np.datetime64("2019-12-31T22:00")
    assert series_of(column(Periods())).time[-1] == np.datetime64(DAYS[-1])


def test_an_index_of_other_kinds_is_no_time():
    assert series_of(column(np.arange(40)[::-1])).time_name == "row"


def test_columns_read_along_belong_to_the_same_dates():
    assert series_of(column(Periods()), column(Periods())).covariates
    later = (np.array(DAYS, "datetime64[us]") + np.timedelta64(5, "D")).view(Zoned)
    with pytest.raises(DataError, match=r"X: the dates that index it are not those of y"):
        series_of(column(Periods()), column(later))


@pytest.mark.parametrize(
    ("y", "time", "message"),
    [
        (np.array(DAYS, "datetime64[D]"), None, "y: .*these are times; they go to the argument"),
        (WAVE * 1e300, None, r"y: row 1, column 0 is 1\.98.*finite and not above 1e\+100"),
        (WAVE, ["31.12.2020"] * 40, r"time: got <U10 of shape \(40,\), expected numbers or dates"),
    ],
)
def test_what_cannot_be_taken(y, time, message):
    with pytest.raises(DataError, match=message):
        series_of(y, time=time)
