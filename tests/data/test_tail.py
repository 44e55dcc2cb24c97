import io
import os
import threading
import time
from contextlib import ExitStack
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.tail import (
    LONGEST_LINE,
    FileTail,
    FirstBytes,
    Line,
    LineBuffer,
    PipeTail,
    whole_lines,
)


@pytest.fixture
def tail_of():
    with ExitStack() as stack:

        def build(*arguments, **options):
            tail = FileTail(*arguments, **options)
            stack.callback(tail.close)
            return tail

        yield build


def taken(tail):
    lines = []
    while (line := tail.next_line(0)) is not None:
        lines.append(line)
    return lines


def texts(tail):
    return [line.text for line in taken(tail)]


@given(st.text("ab\r\né,", max_size=40), st.lists(st.integers(0, 60), max_size=6))
def test_lines_are_the_same_however_they_come(text, cuts):
    data = text.encode()
    whole, pieces = LineBuffer(), LineBuffer()
    whole.feed(data)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(edges):
        pieces.feed(data[begin:end])
    for buffer in (whole, pieces):
        buffer.finish()
    lines = iter(whole.pop, None)
    expected = [line.removesuffix("\r") for line in text.split("\n")]
    if not expected[-1] and not text.endswith("\r"):
        expected.pop()

    found = list(lines)
    assert found == list(iter(pieces.pop, None))
    assert [line.text for line in found] == expected
    assert [line.number for line in found] == list(range(1, len(found) + 1))


def test_a_line_that_is_no_utf_8_is_latin_1():
    buffer = LineBuffer()
    buffer.feed(b"\xef\xbb\xbfn\xc3\xa4\nn\xe4\n")

    assert [buffer.pop().text, buffer.pop().text] == ["nä", "nä"]


def test_of_an_endless_line_nothing_is_kept():
    buffer = LineBuffer()
    for _ in range(40):
        buffer.feed(b"x" * (LONGEST_LINE // 8))
        assert len(buffer._left) <= 1.2 * LONGEST_LINE
    buffer.feed(b"\n7\n")

    assert buffer.pop() == Line(1, "", "is longer than 1 MiB, so it is no row")
    assert buffer.pop() == Line(2, "7")
    assert buffer.pop() is None


def test_a_file_that_grows_gives_whole_lines(tmp_path, tail_of):
    path = tmp_path / "grows.csv"
    path.write_bytes(b"1\n2\n3")
    tail = tail_of(path)
    assert texts(tail) == ["1", "2"]
    with path.open("ab") as file:
        file.write(b"0\n4\n5")
    assert taken(tail) == [Line(3, "30"), Line(4, "4")]
    assert tail.take_notes() == []
    assert not tail.ended


def test_following_begins_where_reading_has_ended(tmp_path, tail_of):
    path = tmp_path / "grows.csv"
    path.write_bytes(b"v\n1\n2\n3")
    size = whole_lines(path)
    first = FirstBytes(path, size)
    with io.BufferedReader(first) as stream:
        assert stream.read() == b"v\n1\n2\n"
    tail = tail_of(path, size, first.lines)
    assert taken(tail) == []
    with path.open("ab") as file:
        file.write(b"\n")
    assert taken(tail) == [Line(4, "3")]


def test_a_file_that_is_cut_short_begins_anew(tmp_path, tail_of):
    path = tmp_path / "grows.csv"
    path.write_bytes(b"v\n1\n2\n3\npart")
    tail = tail_of(path)
    taken(tail)
    path.write_bytes(b"v\n9\n")
    assert taken(tail) == [Line(1, "v"), Line(2, "9")]
    assert tail.take_notes() == [f"{path}: was cut short; it is read from its start again."]
    assert tail.take_notes() == []


def test_a_file_that_is_replaced_is_read_to_its_end_first(tmp_path, tail_of):
    path = tmp_path / "grows.csv"
    path.write_bytes(b"v\n1\n")
    tail = tail_of(path)
    assert texts(tail) == ["v", "1"]
    with path.open("ab") as file:
        file.write(b"2\nhal")
    path.rename(tmp_path / "grows.csv.1")
    assert texts(tail) == ["2"]  # nobody has made the new one yet
    path.write_bytes(b"v\n3\n")
    assert taken(tail) == [Line(1, "v"), Line(2, "3")]
    left_out, replaced = tail.take_notes()
    assert left_out == f"{path}: line 4 has no end and was left out, for the file was replaced."
    assert replaced == f"{path}: was replaced; the new file is read from its start."


def test_waiting_takes_what_comes_meanwhile(tmp_path, tail_of):
    path = tmp_path / "grows.csv"
    path.write_bytes(b"")
    tail = tail_of(path, sleep=lambda _: path.write_bytes(b"1\n"))
    assert tail.next_line(0) is None
    assert tail.next_line(0.5) == Line(1, "1")


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"", 0), (b"1", 0), (b"1\n", 2), (b"1\n2", 2), (b"a\n" + b"x" * 200_000, 2)],
)
def test_whole_lines(tmp_path, data, size):
    (tmp_path / "f").write_bytes(data)
    assert whole_lines(tmp_path / "f") == size


def test_a_pipe_ends_and_its_last_line_needs_no_end():
    tail = PipeTail(io.BytesIO(b"1\n2\r\n3"))
    assert tail.next_line(0) == Line(1, "1")
    assert not tail.ended
    assert texts(tail) == ["2", "3"]
    assert tail.ended
    assert tail.next_line(1) is None
    assert tail.take_notes() == []


def test_a_pipe_is_not_waited_for_longer_than_told():
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream, os.fdopen(write, "wb", buffering=0) as sink:
        tail = PipeTail(stream)
        began = time.perf_counter()
        assert tail.next_line(0.05) is None
        assert 0.04 < time.perf_counter() - began < 2
        threading.Timer(0.05, sink.write, [b"7\n8\n"]).start()
        assert tail.next_line(5) == Line(1, "7")
        assert tail.next_line(0) == Line(2, "8")  # it has come already
        sink.close()
        assert tail.next_line(5) is None
        assert tail.ended
