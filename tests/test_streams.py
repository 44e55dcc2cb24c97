import errno
import io
import os
import sys

import pytest

from rnn_tui.streams import (
    Output,
    OutputLostError,
    are_one,
    complain,
    discard_the_rest,
    prepare_standard_streams,
    printable,
)


class Lost(io.StringIO):
    def __init__(self, number):
        super().__init__()
        self.number = number

    def flush(self):
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(
    ("number", "code", "is_closed"),
    [(errno.EPIPE, 141, True), (errno.EIO, 141, True), (errno.ENOSPC, 1, False)],
)
def test_a_lost_stream_says_how(number, code, is_closed):
    with pytest.raises(OutputLostError) as error:
        Output(Lost(number)).write("text")
    assert (error.value.exit_code, error.value.is_closed) == (code, is_closed)


def test_every_write_is_flushed():
    stream = io.StringIO()
    Output(stream).write("text")
    assert stream.getvalue() == "text"


def test_control_characters_of_a_file_never_reach_the_terminal(capsys):
    complain("a.csv: '\x1b[2J' is bad\nsecond\tline\x07")
    assert capsys.readouterr().err == ("rnn-tui: a.csv: '?[2J' is bad\nrnn-tui: second?line?\n")
    assert printable("größe ∂ 数") == "größe ∂ 数"


def test_complaining_never_fails(monkeypatch):
    monkeypatch.setattr("sys.stderr", Lost(errno.ENOSPC))
    complain("nobody hears it")


def test_streams_to_one_place(tmp_path):
    with (tmp_path / "a").open("w") as a, (tmp_path / "a").open() as b:
        assert are_one(a, b)
    with (tmp_path / "a").open() as a, (tmp_path / "b").open("w") as b:
        assert not are_one(a, b)
    assert not are_one(io.StringIO(), io.StringIO())


def test_what_is_discarded_goes_nowhere(tmp_path):
    path = tmp_path / "out"
    with path.open("w") as stream:
        discard_the_rest(stream)
        stream.write("lost")
    assert path.read_text() == ""
    discard_the_rest(io.StringIO())


def test_closed_streams_become_real_ones(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    prepare_standard_streams()
    with sys.stdout:
        sys.stdout.write("nowhere")


def test_what_a_stream_cannot_encode_is_replaced(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    prepare_standard_streams()
    stream.write("∂")
    stream.flush()
    assert stream.buffer.getvalue() == b"?"
