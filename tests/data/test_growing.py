import gzip
import io
from contextlib import ExitStack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.config import DataConfig
from rnn_tui.data.growing import GrowingSource
from rnn_tui.errors import DataError

LINES = ["t,v", *(f"{i},{i % 7}" for i in range(30))]
TEXT = "\n".join(LINES) + "\n"


@pytest.fixture
def file_source():
    """Return a source for a path; what it opens is closed at the end."""
    with ExitStack() as stack:

        def build(path, rows, **options):
            config = DataConfig(file=str(path), **options.pop("config", {}))
            source = GrowingSource(config, rows, **options)
            stack.callback(source.close)
            opens = source.open

            def opening():
                opened = opens()
                stack.callback(opened.tail.close)
                return opened

            source.open = opening
            return source

        yield build


def source_of(text, rows=10):
    data = text if isinstance(text, bytes) else text.encode()
    return GrowingSource(DataConfig(file="-"), rows, every=True, stream=io.BytesIO(data))


def rows_after(opened, count):
    lines = [opened.tail.next_line(0) for _ in range(count)]
    return [opened.reader.read(line) for line in lines if line is not None]


def test_of_a_pipe_the_first_rows_are_the_series_and_the_others_come():
    source = source_of(TEXT)
    assert source.gather(0)
    opened = source.open()
    assert opened.series.values.tolist() == [i % 7 for i in range(10)]
    assert (opened.line, opened.series.name) == (11, "v")
    rows = rows_after(opened, 20)
    assert [row.time for row in rows] == list(range(10, 30))
    assert [row.line for row in rows] == list(range(12, 32))


def test_a_pipe_that_ends_early_has_to_do():
    source = source_of("v\n1\n2\n3\n", rows=100)
    assert not source._tail.ended
    assert source.gather(0)
    assert source.rows == 3
    opened = source.open()
    assert opened.series.values.tolist() == [1, 2, 3]
    assert opened.tail.ended
    empty = source_of("")
    assert empty.gather(0)
    with pytest.raises(DataError, match="is empty"):
        empty.open()


def test_of_a_file_every_row_is_the_series(tmp_path, file_source):
    path = tmp_path / "v.csv"
    path.write_text("\n".join(LINES[:5]) + "\n4,")  # the last line is being written
    source = file_source(path, 10, every=True)
    assert not source.gather(0)
    assert source.rows == 4
    with path.open("a") as file:
        file.write("4\n" + "\n".join(LINES[6:]))
    assert source.gather(0)
    opened = source.open()
    assert opened.series.values.tolist() == [i % 7 for i in range(29)]
    assert opened.line == 30
    assert opened.tail.next_line(0) is None
    with path.open("a") as file:
        file.write("\n30,5\n")
    assert [row.values[0] for row in rows_after(opened, 2)] == [1, 5]


def test_of_a_file_so_many_rows_as_told(tmp_path, file_source):
    path = tmp_path / "v.csv"
    path.write_text(TEXT)
    source = file_source(path, 10, every=False)
    assert source.gather(0)
    opened = source.open()
    assert len(opened.series) == 10
    assert opened.series.source == str(path)
    assert len(rows_after(opened, 20)) == 20


def test_quoted_line_ends_in_what_a_file_has(tmp_path, file_source):
    path = tmp_path / "v.csv"
    path.write_text('note,v\n"a\nb",1\n' + "c,2\n" * 11)
    opened = file_source(path, 10, every=True, config={"column": ("v",)})
    assert opened.gather(0)
    assert opened.open().line == 14


def test_a_text_in_latin_1():
    source = source_of(b"t,gr\xf6\xdfe\n" + b"".join(b"%d,%d\n" % (i, i % 3) for i in range(12)))
    assert source.gather(0)
    assert source.open().series.name == "größe"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(TEXT.encode()), "it is compressed with gzip; unpack it: zcat"),
        (b"\x28\xb5\x2f\xfd1234\n", "compressed with zstd"),
        (b"PAR1....\n", "a Parquet file, which does not grow"),
        (TEXT.encode("utf-16"), "UTF-16 text; follow UTF-8"),
        (b"x" * (3 << 20), "line 1: is longer than 1 MiB"),
    ],
    ids=["gzip", "zstd", "parquet", "utf-16", "endless"],
)
def test_what_does_not_grow_by_lines(tmp_path, data, message):
    with pytest.raises(DataError, match=message):
        source_of(data).gather(0)
    if b"xxx" not in data:
        (tmp_path / "file").write_bytes(data)
        with pytest.raises(DataError, match=message):
            GrowingSource(DataConfig(file=str(tmp_path / "file")), 10, every=True)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        GrowingSource(DataConfig(file=str(tmp_path / "no.csv")), 10, every=True)
    with pytest.raises(DataError, match="is a directory"):
        GrowingSource(DataConfig(file=str(tmp_path)), 10, every=True)


def test_the_last_row_is_what_the_next_is_compared_with():
    source = source_of("t,v\n1,1\n2,2\n2,3\n", rows=2)
    assert source.gather(0)
    opened = source.open()
    assert isinstance(opened.series.time[-1], np.floating)
    with pytest.raises(DataError, match=r"line 4, column 't': 2 repeats the time of line 3"):
        rows_after(opened, 1)


@given(st.binary(max_size=200) | st.text('0123456789,;.\n"tv-', max_size=200).map(str.encode))
def test_any_pipe_is_a_series_or_a_fault_that_is_told(data):
    source = source_of(data, rows=5)
    try:
        while not source.gather(0):
            pass
        opened = source.open()
    except DataError as error:
        assert "standard input" in str(error)  # noqa: PT017 - most pipes are faults
    else:
        assert np.isfinite(opened.series.values).all()
