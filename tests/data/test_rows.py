import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.config import DataConfig
from rnn_tui.data.reader import read_with_layout
from rnn_tui.data.rows import Row, RowReader
from rnn_tui.data.tail import Line
from rnn_tui.errors import DataError

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 4))


def reader_of(text, missing="error", **options):
    """Return what reads lines after `text`, and how many lines that has."""
    config = DataConfig(file="-", missing=missing, **options)
    series, layout = read_with_layout(config, io.BytesIO(text.encode()))
    columns = [series.values, *(c.values for c in (*series.more_targets, *series.covariates))]
    lines = text.count("\n")
    last = Row(lines, series.time[-1], np.array([column[-1] for column in columns]))
    return RowReader(layout, missing, last), lines


def read(reader, lines, text):
    return reader.read(Line(lines + 1, text))


@given(
    st.lists(numbers, min_size=4, max_size=20, unique=True),
    st.sampled_from([(",", "."), (";", ","), ("\t", "."), ("\t", ",")]),
    st.booleans(),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "{row}", ""]),
    st.integers(2, 3),
)
def test_rows_are_read_as_the_whole_table_is(values, dialect, quoted, form, first):
    delimiter, mark = dialect
    rows = []
    for i, value in enumerate(values):
        day = np.datetime64("2023-12-28") + i
        time = day.item().strftime(form).format(row=10 + i)
        cells = [time, repr(value).replace(".", mark), repr(value / 2).replace(".", mark)]
        rows.append(delimiter.join(f'"{cell}"' if quoted else cell for cell in cells if cell))
    names = ["when", "v", "w"] if form else ["v", "w"]
    text = "\n".join([delimiter.join(names), *rows]) + "\n"
    options = {"column": ("v",), "covariates": ("w",), "delimiter": delimiter, "decimal": mark}
    whole, _ = read_with_layout(DataConfig(file="-", **options), io.BytesIO(text.encode()))

    lines = text.splitlines(keepends=True)
    reader, count = reader_of("".join(lines[: first + 1]), **options)
    found = [reader.read(Line(count + 1 + i, line[:-1])) for i, line in enumerate(lines[count:])]

    np.testing.assert_array_equal([row.values[0] for row in found], whole.values[first:])
    np.testing.assert_array_equal(
        [row.values[1] for row in found], whole.covariates[0].values[first:]
    )
    np.testing.assert_array_equal(np.array([row.time for row in found]), whole.time[first:])
    assert [row.line for row in found] == list(range(count + 1, len(lines) + 1))


def test_json_lines():
    reader, lines = reader_of('{"t": 1, "v": 2.5}\n{"t": 2, "v": 3}\n', column=("v",))
    row = read(reader, lines, json.dumps({"v": "4.5", "t": 3, "more": [1]}))
    assert (row.time, row.values.tolist()) == (3, [4.5])
    with pytest.raises(DataError, match=r"line 3: is not JSON \(Expecting"):
        read(reader, lines, "{]")
    with pytest.raises(DataError, match="line 3: is no JSON object"):
        read(reader, lines, "3")
    with pytest.raises(DataError, match="line 3, column 'v': no value"):
        read(reader, lines, '{"t": 4}')


@pytest.mark.parametrize("text", ["", "  ", ",", "t,v", '"t","v"'])
def test_lines_without_a_row_are_left_out(text):
    reader, lines = reader_of("t,v\n1,1\n2,2\n")
    assert read(reader, lines, text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3,x", "column 'v': 'x' is not a number"),
        ("3,1 234", "column 'v': '1 234' is not a number"),
        ("3,1e200", "column 'v': '1e200' is not a usable number"),
        ("3,inf", "column 'v': 'inf' is not a number"),
        ("3,", r"column 'v': no value\. What works: --missing ffill or drop"),
        ("3,n/a", r"column 'v': no value \('n/a'\)"),
        ("3", "column 'v': no value"),
        ("2,5", r"column 't': 2 repeats the time of line 3 \(2\); times must rise"),
        ("1,5", r"column 't': 1 comes before the time of line 3"),
        ("x,5", "column 't': 'x' is no number, as the times before it are"),
        ("3,4,5", r"3 fields, where the first line has 2 \(delimiter ','\)"),
        ('3,"4', "a row that is followed stands on one line"),
    ],
)
def test_lines_that_are_no_rows(text, message):
    reader, lines = reader_of("t,v\n1,1\n2,2\n")
    with pytest.raises(DataError, match=f"^standard input, line 4.*{message}"):
        read(reader, lines, text)
    assert read(reader, lines + 1, "3,7").values.tolist() == [7.0]  # the next one is read on


def test_dates_that_have_another_form():
    reader, lines = reader_of("day,v\n2024-01-01,1\n2024-01-02,2\n")
    with pytest.raises(DataError, match=r"'03\.01\.2024' is no date in the form %Y-%m-%d"):
        read(reader, lines, "03.01.2024,3")
    with pytest.raises(DataError, match=r"2024-01-02 00:00:00 repeats the time of line 3"):
        read(reader, lines, "2024-01-02,3")
    assert str(read(reader, lines, "2024-01-03,3").time)[:10] == "2024-01-03"


def test_gaps_as_the_policy_has_them():
    ffill, lines = reader_of("t,v,w\n1,1,5\n2,2,6\n", "ffill", column=("v", "w"))
    assert read(ffill, lines, "3,,7").values.tolist() == [2.0, 7.0]
    assert read(ffill, lines, "4,8,").values.tolist() == [8.0, 7.0]
    drop, lines = reader_of("t,v\n1,1\n2,2\n", "drop")
    assert read(drop, lines, "3,") is None
    assert drop.dropped == 1
    assert read(drop, lines, "4,4").values.tolist() == [4.0]


def test_a_line_whose_text_could_not_be_taken():
    reader, _ = reader_of("v\n1\n2\n")
    with pytest.raises(DataError, match=r"^standard input, line 4: is longer than 1 MiB\.$"):
        reader.read(Line(4, "", "is longer than 1 MiB"))


def test_numbered_rows_go_on():
    reader, lines = reader_of("v\n1\n2\n5\n")
    assert [read(reader, lines, "4").time, read(reader, lines, "6").time] == [3, 4]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("day,v\n2024-01-01,1\n2024-01-02,2\n", {}),
        ("t;v\n1;1,5\n2;2\n", {"missing": "ffill"}),
        ('{"t": 1, "v": 2}\n{"t": 2, "v": 3}\n', {"column": ("v",), "missing": "drop"}),
    ],
    ids=["dates", "semicolons", "json"],
)
@given(line=st.text(max_size=30) | st.text("0123456789-.,;:{}\"'tve+ \0\r", max_size=30))
def test_any_line_is_a_row_or_a_fault_that_is_told(text, options, line):
    reader, lines = reader_of(text, **options)
    try:
        row = read(reader, lines, line)
    except DataError as error:
        assert str(error).startswith("standard input, line")  # noqa: PT017 - most lines are faults
    else:
        assert row is None or (np.isfinite(row.values).all() and row.time == row.time)
