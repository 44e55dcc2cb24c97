import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rnn_tui.data.reader import read_csv
from rnn_tui.data.series import Series
from rnn_tui.errors import DataError

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\r\n", "is empty"),
    "only a byte-order mark": (b"\xef\xbb\xbf", "is empty"),
    "only a header": (b"year,v\n", "a header and no data"),
    "one row": (b"year,v\n2000,1\n", "one row of data"),
    "one number": (b"1", "one row of data"),
    "text": (b"v\n1\nx\ny\n", "line 3, column 'v': 'x' is not a number"),
    "text, windows": (b"v\r\n1\r\n2\r\nx\r\n", "line 4, column 'v': 'x' is not a number"),
    "text after blank lines": (b"\n\nv\n1\nx\n", "line 5, column 'v': 'x' is not a number"),
    "text after quoted line ends": (
        b'"no\nte",v\n"a\nb\nc",1\n"d",x\n"e",5\n"f",6\n',
        "line 6, column 'v': 'x' is not a number",
    ),
    "decimal comma in quotes": (b'v,w\n"1,5",a\n2,a\n3,a\n', "line 2, column 'v': '1,5' is not"),
    "commas and points": (b"t;v\n1;1.234\n2;1,5\n3;2.5\n", "line 3, column 'v': '1,5' is not"),
    "very long text": (b"v\n1\n2\n" + b"x" * 1000, "line 4, column 'v': '" + "x" * 39 + "…'"),
    "empty cell": (b"t,v\n1,1\n2,\n3,4\n", "line 3, column 'v': no value, the only gap"),
    "blank line": (b"v\n1\n\n2\n", "line 3, column 'v': no value, the only gap"),
    "NA": (b"t,v\n1,1\n2,NA\n3,null\n4,4\n", "line 3, column 'v': no value ('NA'), the first of 2"),
    "NaN": (b"v\nNaN\n1\n2\n", "line 2, column 'v': no value ('NaN')"),
    "short line": (b"t,v\n1,1\n2\n3,4\n", "line 3, column 'v': no value"),
    "inf": (b"v\n1\n2\n-inf\n", "line 4, column 'v': '-inf' is not a usable number"),
    "huge": (b"v\n1\n1e300\n", "line 3, column 'v': '1e300' is not a usable number"),
    "overflow": (b"v\n1\n1e999\n", "line 3, column 'v': '1e999' is not a usable number"),
    "constant": (b"v\n3\n3\n3\n", "column 'v': all 3 values are 3"),
    "latin-1": (b"v\n1\n2 \xb0C\n", "line 3: byte 0xb0 is not UTF-8"),
    "utf-16": ("v\n1\n2\n".encode("utf-16"), "is binary or UTF-16"),
    "zip": (b"PK\x03\x04\x00\x00", "byte 5: is binary"),
    "too many fields": (b"t,v\n1,2\n2,3,4\n", "line 3: 3 fields, where line 1 has 2"),
    "too many fields after quotes": (
        b'"no\nte",v\n"a,\nb",1\n"d",2,3\n',
        "line 5: 3 fields, where line 1 has 2",
    ),
    "notes above the header": (b"My data\nyear,v\n1,2\n2,3\n", "line 2: 2 fields, where line 1"),
    "open quote": (b'v\n"1\n2\n3\n', "is opened and never closed"),
    "several columns": (b"a,b,c\n3,1,2\n1,3,4\n", "several columns hold numbers: a, b, c"),
    "no numbers": (b"a,b\nx,y\nz,w\n", "no column holds numbers (columns: a, b;"),
    "backwards": (b"date,v\n2020-01-02,1\n2020-01-01,2\n", "column 'date': the dates run back"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files(tmp_path, case):
    data, message = BAD[case]
    path = tmp_path / "table.csv"
    path.write_bytes(data)

    with pytest.raises(DataError) as error:
        read_csv(path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))


def test_unknown_column_lists_what_there_is(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"year,flow,level\n1,2,3\n2,3,4\n")

    with pytest.raises(DataError) as error:
        read_csv(path, "flwo")
    assert "--column flwo: no such column. Did you mean 'flow'?" in str(error.value)
    assert "There are: year, flow, level." in str(error.value)


def test_column_that_fits_two(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"v,v\n1,2\n2,3\n")

    with pytest.raises(DataError, match="fits the columns number 1, 2"):
        read_csv(path, "v")


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.csv: no such file"):
        read_csv(tmp_path / "nothing.csv")


def test_directory(tmp_path):
    with pytest.raises(DataError, match="is a directory"):
        read_csv(tmp_path)


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DataError, match="is a pipe or a device"):
        read_csv(tmp_path / "pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_refused(device):
    with pytest.raises(DataError, match="is a pipe or a device"):
        read_csv(Path(device))


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"], ids=["too long", "NUL"])
def test_impossible_names(name):
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(Path(name))


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_bytes(b"v\n1\n2\n")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    # Not by chmod: the superuser, as whom containers run tests, may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"table\.csv'?: cannot be read: Permission denied"):
        read_csv(path)


def test_a_huge_sparse_file_is_refused_by_its_first_bytes(tmp_path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(DataError, match="byte 1: is binary"):
        read_csv(path)


cells = st.sampled_from(
    ["1", "2.5", "-3", "1e5", "1e999", "nan", "", " ", "x", "é", '"', '"a"', '"1,5"', "1,5", "\r"]
)
oddities = st.sampled_from(
    ["2020-01-01", "2020-01-02", "2020-13", "9999-12-31", "inf", "year", "\ufeff", "\u2028", "#"]
)
structured = st.builds(
    lambda rows, delimiter, end: end.join(delimiter.join(row) for row in rows).encode(),
    st.lists(st.lists(cells | oddities, max_size=4), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | structured, st.sampled_from([None, "1", "x", "", "column_1"]))
@example(b'"', None)
@example(b'1"\n2"\n', None)
def test_no_bytes_raise_anything_but_a_data_error(tmp_path, data, column):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(data)
    try:
        series = read_csv(path, column)
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017 - raising is allowed, not required
    else:
        assert isinstance(series, Series)
        assert len(series) >= 2
