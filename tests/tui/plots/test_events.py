"""The event log as rows."""

from datetime import datetime, timedelta

import pytest

from rnn_tui.tui.journal import Entry, Kind
from rnn_tui.tui.plots.events import draw_events
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame

NOON = datetime(2026, 1, 2, 12, 0, 0)  # noqa: DTZ001 - shown as it is


def entries(*texts, kind=Kind.RUN):
    return tuple(Entry(NOON + timedelta(seconds=n), kind, text) for n, text in enumerate(texts))


def rows(picture):
    return [strip.text.rstrip() for strip in picture.rows]


def test_the_latest_stand_at_the_bottom_with_their_time():
    picture = draw_events(entries("one", "two", "three"), Frame(50, 2))
    assert rows(picture) == ["12:00:01 two", "12:00:02 three"]
    assert picture.reading[0].text == "the latest of 3"


def test_a_few_entries_begin_at_the_top():
    picture = draw_events(entries("one"), Frame(50, 3))
    assert rows(picture) == ["12:00:00 one", "", ""]
    assert picture.reading[0].text == "so far 1"


def test_a_long_one_wraps_in_its_own_column_and_a_narrow_panel_has_no_seconds():
    picture = draw_events(entries("word " * 9), Frame(30, 4))
    assert rows(picture)[:2] == ["12:00 word word word word word", "      word word word word"]


def test_what_was_printed_is_counted():
    both = entries("a", kind=Kind.STRAY) + entries("b", kind=Kind.WARNING)
    assert [word.text for word in draw_events(both, Frame(50, 4)).reading] == [
        "so far 2",
        "2 printed or warned",
    ]


def test_an_empty_log_says_so():
    assert "nothing has happened yet" in " ".join(rows(draw_events((), Frame(50, 4))))


def test_plain_terminals_get_plain_characters():
    picture = draw_events(entries("rate 1 → 2"), Frame(50, 1, Look(glyphs="ascii")))
    assert rows(picture) == ["12:00:00 rate 1 > 2"]


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (5, 1), (200, 0), (6, 3)])
def test_no_size_is_too_small(size):
    picture = draw_events(entries("some text", "more"), Frame(*size))
    assert all(strip.cell_length == size[0] for strip in picture.rows)
    assert len(picture.rows) == size[1]
