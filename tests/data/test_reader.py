import gzip
import io
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.reader import read_series


def read(path, column=()):
    return read_series(DataConfig(file=str(path), column=column))


def zstd_packed(data):
    stream = io.BytesIO()
    pl.DataFrame({"text": data.decode().splitlines()}).write_csv(
        stream, include_header=False, quote_style="never", compression="zstd"
    )
    return stream.getvalue()


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
    "blank ends": (b"\n \n\nv\n1\n2\n\n \n\n", "v", "row", [0, 1], [1, 2]),
    "trailing delimiters": (b"year,v\n1,3\n2,4\n,\n , \n", "v", "year", [1, 2], [3, 4]),
    "no header": (b"1,5\n2,7\n", "table", "column_1", [1, 2], [5, 7]),
    "no header, decimal comma": (b"1;5,5\n2;7\n", "table", "column_1", [1, 2], [5.5, 7]),
    "exponents": (b"v\n1e3\n-2.5E-1\n+.5\n", "v", "row", [0, 1, 2], [1000, -0.25, 0.5]),
    "nameless index": (b",v\n0,3\n1,4\n", "v", "time", [0, 1], [3, 4]),
    "text beside": (b"v,note\n1,good\n2,bad\n", "v", "row", [0, 1], [1, 2]),
    "a short line elsewhere": (b"v,note\n1,a\n2\n", "v", "row", [0, 1], [1, 2]),
    "rising values": (b"v\n1\n2\n3\n", "v", "row", [0, 1, 2], [1, 2, 3]),
    "tabs, decimal commas": (b"year\tv\n1\t1,5\n2\t2,25\n", "v", "year", [1, 2], [1.5, 2.25]),
    "bars": (b"year|v\n1|1.5\n2|2\n", "v", "year", [1, 2], [1.5, 2]),
    "a column of points, one of commas": (
        b"t;x;v\n1.5;a;1,5\n2.5;b;2,5\n",
        "v",
        "t",
        [1.5, 2.5],
        [1.5, 2.5],
    ),
    "latin-1": ("t,größe\n1,3\n2,4\n".encode("latin-1"), "größe", "t", [1, 2], [3, 4]),
    "utf-16": ("t,größe\n1,3\n2,4\n".encode("utf-16"), "größe", "t", [1, 2], [3, 4]),
    "utf-16, big end first": (
        b"\xfe\xff" + "v\n1\n2\n".encode("utf-16-be"),
        "v",
        "row",
        [0, 1],
        [1, 2],
    ),
    "utf-16 without a mark": ("v\r\n1\r\n2\r\n".encode("utf-16-le"), "v", "row", [0, 1], [1, 2]),
    "a text at the end of a quoted line": (b'v,note\n1,"a"\n2,"b\n"\n', "v", "row", [0, 1], [1, 2]),
    "hard blanks": ("v\n1\u00a0\n\u00a02\n".encode(), "v", "row", [0, 1], [1, 2]),
    "gzip": (gzip.compress(b"year,v\n1,3\n2,4\n"), "v", "year", [1, 2], [3, 4]),
    "zstd": (zstd_packed(b"year,v\n1,3\n2,4\n"), "v", "year", [1, 2], [3, 4]),
    "JSON Lines": (b'{"year": 1, "v": 3.5}\n{"v": 4, "year": 2}\n', "v", "year", [1, 2], [3.5, 4]),
    "JSON Lines, texts": (b'{"v": "3.5"}\n{"v": "4"}', "v", "row", [0, 1], [3.5, 4]),
    "JSON Lines, a mark": (b'\xef\xbb\xbf\n{"v": 3}\r\n{"v": 4}\r\n', "v", "row", [0, 1], [3, 4]),
    "umlauts": ("größe\n1\n2\n".encode(), "größe", "row", [0, 1], [1, 2]),
}


def save(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", GOOD)
def test_good_files(tmp_path, case):
    data, name, time_name, time, values = GOOD[case]
    series = read(save(tmp_path, data))

    assert (series.name, series.time_name) == (name, time_name)
    np.testing.assert_array_equal(series.time, time)
    np.testing.assert_array_equal(series.values, values)
    assert series.source.endswith("table.csv")


def test_times_that_repeat_are_no_time_axis(tmp_path):
    series = read(save(tmp_path, b"year,v\n2000,1\n2000,2\n"), "v")

    assert series.time_name == "row"
    assert series.notes == (
        (
            f"{tmp_path}/table.csv, line 3, column 'year': 2000 repeats the time of line 2. "
            "A series has one value at a time: keep one line of each, or sum them up (several "
            "series in one file? cut out one). The rows were numbered instead."
        ),
    )


@pytest.mark.parametrize("column", ["Flow", "flow", "FLOW", " flow "])
def test_column_in_any_case(tmp_path, column):
    series = read(save(tmp_path, b"Flow,level\n1,5\n2,3\n"), column)

    assert series.name == "Flow"
    np.testing.assert_array_equal(series.values, [1, 2])


def test_exact_name_comes_before_another_case(tmp_path):
    path = save(tmp_path, b"V,v\n1,5\n2,3\n")

    np.testing.assert_array_equal(read(path, "V").values, [1, 2])
    np.testing.assert_array_equal(read(path, "v").values, [5, 3])


def test_thousands_of_columns(tmp_path):
    names = [f"c{i}" for i in range(4000)]
    rows = [[str((i * j) % 97) for i in range(4000)] for j in range(1, 5)]
    data = "\n".join(",".join(row) for row in [names, *rows]).encode()
    series = read(save(tmp_path, data), "c3999")

    np.testing.assert_array_equal(series.values, [(3999 * j) % 97 for j in range(1, 5)])


def test_many_rows_with_quoted_line_ends(tmp_path):
    rows = "".join(f'"a\nb",{i}.5\n' for i in range(20_000))
    series = read(save(tmp_path, f"note,v\n{rows}".encode()))

    np.testing.assert_array_equal(series.values, np.arange(20_000) + 0.5)


@pytest.mark.parametrize("name", ["table.csv", "table.tsv.gz", "table", "table.jsonl"])
def test_kind_is_found_by_content_where_the_name_says_nothing_or_less(tmp_path, name):
    row = (
        '{{"t": {0}, "v": {0}5}}\n'
        if "json" in name
        else "{0}\t{0}5\n"
        if "tsv" in name
        else "{0},{0}5\n"
    )
    data = "".join(row.format(i) for i in range(1, 4)).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    series = read(path)

    np.testing.assert_array_equal(series.values, [15, 25, 35])
    np.testing.assert_array_equal(series.time, [1, 2, 3])


TABLE = pl.DataFrame(
    {
        "when": ["2020-01-01", "2020-01-02", "2020-01-03"],
        "flow": [1, 3, 2],
        "level": [1.5, 2.5, 0.5],
        "wet": [True, False, True],
    }
).with_columns(pl.col("when").str.to_date())


@pytest.mark.parametrize("name", ["table.parquet", "table.bin", "table[1]*.parquet"])
def test_parquet(tmp_path, name):
    TABLE.write_parquet(tmp_path / name)
    series = read_series(
        DataConfig(file=str(tmp_path / name), column=["level", "flow"], covariates=["wet"])
    )

    assert series.target_names == ("level", "flow")
    assert [channel.name for channel in series.covariates] == ["wet"]
    np.testing.assert_array_equal(series.targets, [[1.5, 1], [2.5, 3], [0.5, 2]])
    np.testing.assert_array_equal(series.covariates[0].values, [1, 0, 1])
    assert series.time_name == "when"
    assert series.time[0] == np.datetime64("2020-01-01")


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl", "csv.gz"])
def test_standard_input(kind):
    stream = io.BytesIO()
    if kind == "parquet":
        TABLE.write_parquet(stream)
    elif kind == "jsonl":
        TABLE.write_ndjson(stream)
    else:
        TABLE.write_csv(stream)
    data = gzip.compress(stream.getvalue()) if kind.endswith("gz") else stream.getvalue()
    series = read_series(DataConfig(file="-", column="flow"), io.BytesIO(data))

    assert series.source == "standard input"
    assert (series.name, series.time_name) == ("flow", "when")
    np.testing.assert_array_equal(series.values, [1, 3, 2])


def test_the_process_own_standard_input():
    code = (
        "from rnn_tui.config import DataConfig; from rnn_tui.data.reader import read_series;"
        "print(read_series(DataConfig(file='-')).values.tolist())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=b"1\n5\n3\n", capture_output=True, check=True
    )

    assert run.stdout == b"[1.0, 5.0, 3.0]\n"


def test_several_columns_share_rows_and_times(tmp_path):
    path = save(tmp_path, b"year,a,note,b,c\n1,5,x,7,1\n2,6,y,9,2\n3,4,z,8,4\n")
    series = read_series(DataConfig(file=str(path), column=["b", "a"], covariates="c"))

    assert series.target_names == ("b", "a")
    np.testing.assert_array_equal(series.targets, [[7, 5], [9, 6], [8, 4]])
    np.testing.assert_array_equal(series.covariates[0].values, [1, 2, 4])
    np.testing.assert_array_equal(series.first(2).targets, [[7, 5], [9, 6]])
    assert len(series.first(2).covariates[0].values) == 2


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (b"1:5\n2:7\n", {"delimiter": ":"}),
        (b"1 5\n2 7\n", {"delimiter": " ", "header": False}),
        ("1;5,0\n2;7,0\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (b'1,"5,0"\n2,"7,0"\n', {"decimal": ","}),
        (b"10;20\n1;5\n2;7\n", {"header": True}),
        (b"1,5\n2,7\n", {"format": "csv", "column": "column_2"}),
    ],
    ids=["delimiter", "blank", "encoding", "decimal", "header", "format"],
)
def test_what_is_told_is_not_guessed(tmp_path, data, options):
    series = read_series(DataConfig(file=str(save(tmp_path, data)), **options))

    np.testing.assert_array_equal(series.time, [1, 2])
    np.testing.assert_array_equal(series.values, [5, 7])


def test_latin_1_is_said(tmp_path):
    series = read(save(tmp_path, b"note,v\nx,1\n\xe4,2\n"))

    assert series.notes == (
        (
            f"{tmp_path}/table.csv, line 3: byte 0xe4 is not UTF-8, so the file was read as "
            "Latin-1 (--encoding)."
        ),
    )


def test_no_time_column_is_wanted(tmp_path):
    path = save(tmp_path, b"date,v\n2020-01-01,1\n2020-01-01,5\n")
    series = read_series(DataConfig(file=str(path), time_column="none"))

    assert series.time_name == "row"
    np.testing.assert_array_equal(series.values, [1, 5])


def test_a_time_column_that_is_told_need_not_look_like_one(tmp_path):
    path = save(tmp_path, b"v,depth\n1,0.5\n5,1.5\n3,2.5\n")
    series = read_series(DataConfig(file=str(path), time_column="depth"))

    assert (series.name, series.time_name) == ("v", "depth")
    np.testing.assert_array_equal(series.time, [0.5, 1.5, 2.5])
