"""The command in this process: help, what it needs, and how it ends."""

import errno
import io
import os
import re

import pytest

from rnn_tui import __version__
from rnn_tui.cli import COMMAND, check_terminal, main
from rnn_tui.data.catalogue import catalogue
from rnn_tui.errors import UsageError
from rnn_tui.setting import HEADINGS


def test_the_help_names_every_option_once_under_a_heading(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for option in COMMAND.params:
        assert len(re.findall(rf"^  (?:-\w, )?{option.opts[-1]} ", out, re.MULTILINE)) == 1
    assert [line for line in out.splitlines() if re.fullmatch(r"\w+:", line)] == [
        *(f"{heading}:" for heading in HEADINGS),
        "Commands:",
    ]
    assert max(len(line) for line in out.splitlines()) <= 80


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rnn-tui {__version__}\n"


def test_the_datasets_are_listed_with_source_and_licence(capsys):
    assert main(["datasets"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()[1:]
    for line, dataset in zip(lines, catalogue(), strict=True):
        assert line.split()[0] == dataset.name
        for fact in (dataset.description, dataset.source, dataset.licence):
            assert fact in line


@pytest.mark.parametrize(
    ("stdin", "stdout", "term", "lack"),
    [
        (False, True, "xterm", "standard input is no terminal"),
        (True, False, "xterm", "standard output is no terminal"),
        (True, True, "dumb", "TERM=dumb cannot draw one"),
    ],
)
def test_without_a_screen_the_batch_command_is_offered(monkeypatch, stdin, stdout, term, lack):
    monkeypatch.setattr("sys.stdin.isatty", lambda: stdin, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: stdout, raising=False)
    with pytest.raises(UsageError) as error:
        check_terminal(["--data", "a b.csv"], term)
    assert str(error.value) == (
        f"the app needs a screen, but {lack}. Run without one: rnn-tui --batch --data 'a b.csv'"
    )


def test_with_a_screen_there_is_nothing_to_say(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    check_terminal([], "xterm-256color")


def test_a_bug_is_a_line_with_the_place_of_its_traceback(capsys, monkeypatch, tmp_path):
    def slip(*_):
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr("rnn_tui.cli.run", slip)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [tmp_path])
    assert main(["--batch"]) == 1
    err = capsys.readouterr().err
    [log] = tmp_path.iterdir()
    assert err == (
        "rnn-tui: this is a bug in rnn-tui (ZeroDivisionError: a slip of ours); "
        f"the traceback is in {log}.\n"
    )
    assert "Traceback" in log.read_text()
    assert "arguments: ['--batch']" in log.read_text()


def test_a_bug_is_told_where_no_log_can_be_written(capsys, monkeypatch, tmp_path):
    def slip(*_):
        raise ZeroDivisionError

    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("rnn_tui.cli.run", slip)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [blocked / "log"])
    assert main(["--batch"]) == 1
    assert "its log could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (MemoryError(), 1), (EOFError(), 1)]
)
def test_other_ends(monkeypatch, capsys, tmp_path, error, code):
    def end(*_):
        raise error

    monkeypatch.setattr("rnn_tui.cli.run", end)
    monkeypatch.setattr("rnn_tui.crash.log_folders", lambda: [tmp_path])
    assert main(["--batch"]) == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("code", "told"), [(0, 141), (129, 129), (1, 1)])
def test_a_lost_stdout_never_hides_how_the_run_ended(monkeypatch, code, told):
    class Gone(io.StringIO):
        def flush(self):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("rnn_tui.cli.run", lambda *_: code)
    monkeypatch.setattr("sys.stdout", Gone())
    assert main(["--batch"]) == told
