import numpy as np
import polars as pl
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.dates import date_formats, looks_like_date, parse_dates
from rnn_tui.data.reader import read_series
from rnn_tui.errors import DataError

FORMS = [
    (["2020-01-31", "2020-02-01"], "2020-01-31"),
    (["2020-1-9", "2020-1-10"], "2020-01-09"),
    (["2020-01", "2020-02"], "2020-01-01"),
    (["2020/01", "2020/02"], "2020-01-01"),
    (["1/2020", "2/2020"], "2020-01-01"),
    (["2020-01-31 10:00", "2020-01-31 11:00"], "2020-01-31T10:00"),
    (["2020-01-31T10:00:01", "2020-01-31T10:00:02"], "2020-01-31T10:00:01"),
    (["2020-01-31T10:00:01.25Z", "2020-01-31T10:00:02Z"], "2020-01-31T10:00:01.250"),
    (["2020-01-31 10:00:00+02:00", "2020-01-31 10:00:00+01:00"], "2020-01-31T08:00"),
    (["31.12.2020", "1.1.2021"], "2020-12-31"),
    (["31.12.20", "1.1.21"], "2020-12-31"),
    (["31.12.2020 23:30", "1.1.2021 0:00"], "2020-12-31T23:30"),
    (["31/12/2020", "01/01/2021"], "2020-12-31"),
    (["12/31/2020", "01/01/2021"], "2020-12-31"),
    (["12/31/20", "1/1/21"], "2020-12-31"),
    (["12/31/2020 11:30 PM", "1/1/2021 12:00 AM"], "2020-12-31T23:30"),
    (["12/31/2020 11:30:00PM", "1/1/2021 12:00:00AM"], "2020-12-31T23:30"),
    (["2020/12/31", "2021/01/01"], "2020-12-31"),
    (["31 Dec 2020", "01 Jan 2021"], "2020-12-31"),
    (["31-Dec-2020", "01-Jan-2021"], "2020-12-31"),
    (["31-Dec-20", "01-Jan-21"], "2020-12-31"),
    (["Dec 31, 2020", "Jan 1, 2021"], "2020-12-31"),
    (["December 31, 2020", "January 1, 2021"], "2020-12-31"),
    (["Dec 2020", "Jan 2021"], "2020-12-01"),
    (["December 2020", "January 2021"], "2020-12-01"),
    (["2020Q4", "2021Q1"], "2020-10-01"),
    (["2020-Q4", "2021-Q1"], "2020-10-01"),
    (["01/01/2020", "02/02/2020"], "2020-01-01"),
]


def write(tmp_path, dates, header="n,when,v\n"):
    path = tmp_path / "table.csv"
    rows = "\n".join(f'5,"{date}",{i}' for i, date in enumerate(dates))
    path.write_text(header + rows)
    return str(path)


@pytest.mark.parametrize(("dates", "first"), FORMS, ids=[dates[0] for dates, _ in FORMS])
@pytest.mark.parametrize("header", ["n,when,v\n", ""], ids=["header", "no header"])
def test_forms_are_found(tmp_path, dates, first, header):
    path = write(tmp_path, dates, header)
    series = read_series(DataConfig(file=path, column="v" if header else "column_3"))

    assert series.time_name == ("when" if header else "column_2")
    assert series.time.dtype == np.dtype("datetime64[us]")
    assert series.time[0] == np.datetime64(first)
    assert series.time[1] > series.time[0]


def test_compact_dates_need_a_name_that_says_so(tmp_path):
    dates = ["20201231", "20210101"]
    named = read_series(DataConfig(file=write(tmp_path, dates, "n,date,v\n"), column="v"))
    unnamed = read_series(DataConfig(file=write(tmp_path, dates), column="v"))

    assert named.time[0] == np.datetime64("2020-12-31")
    assert unnamed.time_name == "row"


def test_day_and_month_are_told_apart_by_a_later_row(tmp_path):
    days = [f"{day:02}/{month:02}/2020" for month in (1, 2) for day in range(1, 29)]
    path = tmp_path / "table.csv"
    path.write_text("date,v\n" + "\n".join(f"{day},{i}" for i, day in enumerate(days)) + "\n")
    whole = read_series(DataConfig(file=str(path)))
    pieces = read_series(DataConfig(file=str(path)), piece_bytes=50)

    for series in (whole, pieces):
        assert series.time[1] == np.datetime64("2020-01-02")
        assert series.time[28] == np.datetime64("2020-02-01")


@pytest.mark.parametrize(
    ("form", "second"), [("%d/%m/%Y", "2020-03-01"), ("%m/%d/%Y", "2020-01-03")]
)
def test_the_form_can_be_told(tmp_path, form, second):
    path = write(tmp_path, ["01/02/2020", "01/03/2020"])
    series = read_series(DataConfig(file=path, column="v", date_format=form))

    assert series.time[1] == np.datetime64(second)


def test_a_form_of_ones_own(tmp_path):
    path = write(tmp_path, ["d2020.031", "d2020.032"])
    series = read_series(
        DataConfig(file=path, column="v", time_column="when", date_format="d%Y.%j")
    )

    assert series.time[0] == np.datetime64("2020-01-31")


def test_a_form_that_is_none():
    with pytest.raises(ValueError, match="Invalid format"):
        parse_dates(pl.Series(["12"]), "%H")


@pytest.mark.parametrize("text", ["", "5", "20200101", "2020", "1.5.2", "soon", "2020-13-", "Q4"])
def test_what_is_no_date(text):
    assert not looks_like_date(text)
    assert date_formats(text) == []


@pytest.mark.parametrize("dates", [["2020-13-01", "2020-14-01"], ["2020-01-01", "soon"]])
def test_what_is_no_date_is_no_time_axis(tmp_path, dates):
    series = read_series(DataConfig(file=write(tmp_path, dates, "when,n,v\n"), column="v"))

    assert series.time_name == "row"


def test_a_date_that_turns_up_late_as_none_is_said(tmp_path):
    dates = [str(np.datetime64("2000-01-01") + i) for i in range(2000)] + ["soon"]
    series = read_series(DataConfig(file=write(tmp_path, dates), column="v"))

    assert series.time_name == "row"
    assert "line 2,002, column 'when': 'soon' is no date like those before it" in series.notes[0]
    assert series.notes[0].endswith("The rows were numbered instead.")


def test_a_time_that_is_missing_is_left_out_on_request(tmp_path):
    path = write(tmp_path, ["2020-01-01", "", "2020-01-03", "2020-01-05"])
    config = DataConfig(file=path, column="v", time_column="when", missing="drop")
    series = read_series(config)

    assert series.values.tolist() == [0, 2, 3]
    assert "1 of 4 rows, the first line 3, have no time and were left out" in series.notes[0]
    with pytest.raises(DataError, match="line 3, column 'when': no time, the only one"):
        read_series(config.model_copy(update={"missing": "ffill"}))
