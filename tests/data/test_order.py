import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.order import disorder, increasing, times_after, unevenness
from rnn_tui.data.reader import read_series


def dates(*texts):
    return np.array(texts, dtype="datetime64[us]")


@pytest.mark.parametrize(
    ("time", "kind", "rows"),
    [
        ([1, 2, 2, 3, 3, 3], "repeated", [2, 4, 5]),
        ([1, 3, 2, 4, 4], "backwards", [2]),
        ([3, 2, 1], "backwards", [1, 2]),
    ],
)
def test_disorder_names_the_rows(time, kind, rows):
    offence = disorder(np.array(time, dtype=float))

    assert (offence.kind, offence.rows.tolist()) == (kind, rows)
    assert not increasing(np.array(time))


def test_order():
    assert disorder(np.array([1.0, 2.0, 5.0])) is None
    assert disorder(np.array([1.0])) is None


@pytest.mark.parametrize(
    "time",
    [
        np.arange(10.0),
        np.arange(1000) * 0.1,
        1e9 + np.arange(1000) * 0.1,
        np.array([1.0, 5.0]),
        dates("2020-01-01", "2020-01-02", "2020-01-03"),
        dates("2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"),
        dates("2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"),
        dates("2020-01-15", "2020-04-15", "2020-07-15"),
        dates("2019-02-28", "2020-02-28", "2021-02-28", "2022-02-28"),
    ],
    ids=["numbers", "tenths", "far", "two", "days", "months", "ends", "quarters", "years"],
)
def test_even(time):
    assert unevenness(time) is None


@pytest.mark.parametrize(
    ("time", "rows"),
    [
        (np.array([0.0, 1, 2, 4, 5, 6, 9]), [3, 6]),
        (dates("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06"), [3]),
        (dates("2020-01-01", "2020-02-01", "2020-04-01", "2020-05-01"), [1, 2, 3]),
    ],
)
def test_uneven(time, rows):
    found = unevenness(time)

    assert found.kind == "irregular"
    assert set(found.rows) <= set(rows)
    assert rows[-1] in found.rows or len(rows) > 1


def test_uneven_times_are_said_with_the_first_rows(tmp_path):
    path = tmp_path / "table.csv"
    days = ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08"]
    days += ["2020-01-13", "2020-01-14", "2020-01-15", "2020-01-20", "2020-01-30"]
    path.write_text("date,v\n" + "".join(f"{day},{i * i}\n" for i, day in enumerate(days)))
    series = read_series(DataConfig(file=str(path)))

    assert series.time_name == "date"
    assert series.notes == (
        (
            f"{path}, column 'date': the times are irregular: the usual step is 1 day, but line 5 "
            "comes 3 days after line 4 (so do lines 8 and 11; 4 in all). A network reads rows, not "
            "times."
        ),
    )


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (np.array([0.0, 1, 2]), [3.0, 4.0]),
        (np.array([5.0]), [6.0, 7.0]),
        (
            dates("2020-01-01", "2020-01-02", "2020-01-05", "2020-01-06"),
            ["2020-01-07", "2020-01-08"],
        ),
        (dates("2020-01-15", "2020-02-15", "2020-03-15"), ["2020-04-15", "2020-05-15"]),
        (dates("2019-12-31", "2020-01-31", "2020-02-29"), ["2020-03-31", "2020-04-30"]),
        (
            dates("2020-01-01T06", "2020-04-01T06", "2020-07-01T06"),
            ["2020-10-01T06", "2021-01-01T06"],
        ),
        (dates("2020-01-01T00", "2020-01-01T06"), ["2020-01-01T12", "2020-01-01T18"]),
        (dates("2020-01-01"), ["2020-01-02", "2020-01-03"]),
    ],
)
def test_times_go_on(time, expected):
    following = times_after(time, 2)

    assert following.dtype == time.dtype
    np.testing.assert_array_equal(following, np.array(expected, dtype=time.dtype))
