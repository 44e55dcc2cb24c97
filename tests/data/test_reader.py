import numpy as np
import pytest

from rnn_tui.data.reader import read_csv

GOOD = {
    "plain": (b"year,v\n2000,1.5\n2001,2\n", "v", "year", [2000, 2001], [1.5, 2]),
    "byte-order mark": (b"\xef\xbb\xbfv\n1\n2\n", "v", "row", [0, 1], [1, 2]),
    "windows": (b"year,v\r\n1,3\r\n2,4\r\n", "v", "year", [1, 2], [3, 4]),
    "old mac": (b"v\r1\r2\r", "v", "row", [0, 1], [1, 2]),
    "no end of line": (b"v\n1\n2", "v", "row", [0, 1], [1, 2]),
    "semicolons": (b"year;v\n1;1,5\n2;-2,25\n", "v", "year", [1, 2], [1.5, -2.25]),
    "semicolons, points": (b"year;v\n1;1.5\n2;2\n", "v", "year", [1, 2], [1.5, 2]),
    "tabs": (b"year\tv\n1\t1.5\n2\t2\n", "v", "year", [1, 2], [1.5, 2]),
    "quotes": (b'"a, b","v"\n"x","1"\n"y, z","2"\n', "v", "row", [0, 1], [1, 2]),
    "quotes after blanks": (b'year, "v"\n1, "5"\n2, "6"\n', "v", "year", [1, 2], [5, 6]),
    "blanks": (b" year , v \n 1 , 3\t\n 2 , 4 \n", "v", "year", [1, 2], [3, 4]),
    "blank ends": (b"\n\nv\n1\n2\n\n \n\n", "v", "row", [0, 1], [1, 2]),
    "trailing delimiters": (b"year,v\n1,3\n2,4\n,\n , \n", "v", "year", [1, 2], [3, 4]),
    "no header": (b"1,5\n2,7\n", "table", "column_1", [1, 2], [5, 7]),
    "no header, decimal comma": (b"1;5,5\n2;7\n", "table", "column_1", [1, 2], [5.5, 7]),
    "exponents": (b"v\n1e3\n-2.5E-1\n+.5\n", "v", "row", [0, 1, 2], [1000, -0.25, 0.5]),
    "nameless index": (b",v\n0,3\n1,4\n", "v", "time", [0, 1], [3, 4]),
    "text beside": (b"v,note\n1,good\n2,bad\n", "v", "row", [0, 1], [1, 2]),
    "a short line elsewhere": (b"v,note\n1,a\n2\n", "v", "row", [0, 1], [1, 2]),
    "rising values": (b"v\n1\n2\n3\n", "v", "row", [0, 1, 2], [1, 2, 3]),
    "umlauts": ("größe\n1\n2\n".encode(), "größe", "row", [0, 1], [1, 2]),
}


def save(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", GOOD)
def test_good_files(tmp_path, case):
    data, name, time_name, time, values = GOOD[case]
    series = read_csv(save(tmp_path, data))

    assert (series.name, series.time_name) == (name, time_name)
    np.testing.assert_array_equal(series.time, time)
    np.testing.assert_array_equal(series.values, values)
    assert series.source.endswith("table.csv")


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["2020-01-31", "2020-02-01"], "2020-01-31T00:00:00"),
        (["2020-01", "2020-02"], "2020-01-01T00:00:00"),
        (["2020-01-31 10:00", "2020-01-31 11:00"], "2020-01-31T10:00:00"),
        (["2020-01-31T10:00:01", "2020-01-31T10:00:02"], "2020-01-31T10:00:01"),
        (["2020-01-31T10:00:01.25Z", "2020-01-31T10:00:02Z"], "2020-01-31T10:00:01.250"),
    ],
)
@pytest.mark.parametrize("header", ["n,when,v\n", ""], ids=["header", "no header"])
def test_dates(tmp_path, dates, first, header):
    rows = "\n".join(f"5,{date},{i}" for i, date in enumerate(dates))
    series = read_csv(save(tmp_path, (header + rows).encode()), "v" if header else "column_3")

    assert series.time_name == ("when" if header else "column_2")
    assert series.time.dtype == np.dtype("datetime64[us]")
    assert series.time[0] == np.datetime64(first)
    assert series.time[1] > series.time[0]


@pytest.mark.parametrize("dates", [["2020-13-01", "2020-14-01"], ["2020-01-01", "soon"]])
def test_what_is_no_date_is_no_time_axis(tmp_path, dates):
    series = read_csv(save(tmp_path, f"when,v\n{dates[0]},1\n{dates[1]},2\n".encode()))

    assert series.time_name == "row"


def test_times_that_repeat_are_no_time_axis(tmp_path):
    series = read_csv(save(tmp_path, b"year,v\n2000,1\n2000,2\n"), "v")

    assert series.time_name == "row"


@pytest.mark.parametrize("column", ["Flow", "flow", "FLOW", " flow "])
def test_column_in_any_case(tmp_path, column):
    series = read_csv(save(tmp_path, b"Flow,level\n1,5\n2,3\n"), column)

    assert series.name == "Flow"
    np.testing.assert_array_equal(series.values, [1, 2])


def test_exact_name_comes_before_another_case(tmp_path):
    path = save(tmp_path, b"V,v\n1,5\n2,3\n")

    np.testing.assert_array_equal(read_csv(path, "V").values, [1, 2])
    np.testing.assert_array_equal(read_csv(path, "v").values, [5, 3])


def test_thousands_of_columns(tmp_path):
    names = [f"c{i}" for i in range(4000)]
    rows = [[str((i * j) % 97) for i in range(4000)] for j in range(1, 5)]
    data = "\n".join(",".join(row) for row in [names, *rows]).encode()
    series = read_csv(save(tmp_path, data), "c3999")

    np.testing.assert_array_equal(series.values, [(3999 * j) % 97 for j in range(1, 5)])


def test_many_rows_with_quoted_line_ends(tmp_path):
    rows = "".join(f'"a\nb",{i}.5\n' for i in range(20_000))
    series = read_csv(save(tmp_path, f"note,v\n{rows}".encode()))

    np.testing.assert_array_equal(series.values, np.arange(20_000) + 0.5)
