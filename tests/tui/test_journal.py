"""The event log: what comes in, from where, and what is kept."""

import logging
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from rnn_tui.tui.journal import (
    LARGEST_LOG,
    LOG_NAME,
    MOST_ENTRIES,
    Journal,
    Kind,
    listening,
    log_file,
)

NOON = datetime(2026, 1, 2, 12, 0, 0)  # noqa: DTZ001 - the log shows the time of day here


@pytest.fixture
def journal():
    return Journal(now=lambda: NOON)


def texts(journal):
    return [(entry.kind, entry.text) for entry in journal.entries]


def test_every_line_that_says_something_is_an_entry(journal):
    journal.stray("one\n\n  two\tthree \x1b[31m\n")
    assert texts(journal) == [(Kind.STRAY, "one"), (Kind.STRAY, "  two   three ?[31m")]


def test_a_new_entry_is_seen_by_the_identity_of_the_tuple(journal):
    before = journal.entries
    journal.note(Kind.RUN, "something")
    assert journal.entries is not before


def test_who_watches_is_told_of_entries_and_of_nothing_else(journal):
    told = []
    journal.watch(lambda: told.append(len(journal.entries)))
    journal.note(Kind.RUN, "one\ntwo")
    journal.stray("\n  \n")
    assert told == [2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_ends_nothing(tmp_path):
    (tmp_path / LOG_NAME).symlink_to("/dev/full")
    with log_file([tmp_path]) as write:
        write("lost\n")
        write("lost too\n")


def test_memory_is_bounded(journal):
    for number in range(MOST_ENTRIES + 5):
        journal.note(Kind.RUN, f"{number}")
    assert len(journal.entries) == MOST_ENTRIES
    assert journal.entries[-1].text == f"{MOST_ENTRIES + 4}"


def test_warnings_and_log_records_come_in_and_go_nowhere_else(journal, capsys):
    handlers = logging.getLogger().handlers
    with listening(journal):
        logging.getLogger("a.library").warning("careful: %s", "hot")
        logging.getLogger("a.library").info("not worth a line")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert logging.getLogger().handlers is handlers
    first, *rest = texts(journal)
    assert first == (Kind.WARNING, "warning: careful: hot")
    assert any("DeprecationWarning: old way" in text for _, text in rest)
    assert capsys.readouterr() == ("", "")


def test_a_record_that_cannot_be_formatted_is_left_out(journal):
    with listening(journal):
        logging.getLogger("a.library").warning("%d", "no number")
    assert journal.entries == ()


def test_the_file_gets_every_line_with_its_time(tmp_path):
    with log_file([tmp_path / "new"]) as write:
        Journal(write, now=lambda: NOON).note(Kind.BEST, "best of all")
    log = tmp_path / "new" / LOG_NAME
    assert log.read_text() == "2026-01-02 12:00:00 best     best of all\n"


def test_the_next_folder_is_taken_where_the_first_does_not_let_us(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with log_file([blocked / "log", tmp_path / "other"]) as write:
        write("line\n")
    assert (tmp_path / "other" / LOG_NAME).read_text() == "line\n"
    with log_file([blocked / "log"]) as write:
        assert write is None


def test_a_large_log_makes_way_and_a_talkative_run_is_cut(tmp_path):
    (tmp_path / LOG_NAME).write_text("x" * (LARGEST_LOG + 1))
    with log_file([tmp_path]) as write:
        write("first\n")
        write("x" * LARGEST_LOG)
        write("too much\n")
    assert (tmp_path / LOG_NAME).read_text() == "first\n"
    assert (tmp_path / "rnn-tui.old.log").stat().st_size > LARGEST_LOG


def test_an_entry_after_the_end_harms_nobody(tmp_path):
    with log_file([tmp_path]) as write:
        journal = Journal(write)
    journal.note(Kind.RUN, "late")
    assert journal.entries[-1].text == "late"
