"""What a painter sends brings a terminal to the same screen as what it was given."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.tui.terminal.painter import SYNC_END, SYNC_START, Painter, Style, read_style

WIDTH, HEIGHT = 12, 4


class Pair:
    """A terminal that gets everything, and one that gets what a painter lets through."""

    def __init__(self):
        self.plain, self.thrifty = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
        self.painter = Painter()
        self.sent = ""
        for screen in (self.plain, self.thrifty):
            screen.reset_mode(pyte.modes.DECAWM)

    def write(self, data):
        self.sent = self.painter.paint(data)
        pyte.Stream(self.plain).feed(data.replace("\n", "\r\n"))
        pyte.Stream(self.thrifty).feed(self.sent)

    def check(self):
        for row in range(HEIGHT):
            for column in range(WIDTH):
                one = seen(self.plain.buffer[row][column])
                other = seen(self.thrifty.buffer[row][column])
                assert one == other, (row, column)


def seen(cell):
    """Return what can be seen of a cell: a blank has no colour and no weight."""
    if cell.data == " " and not cell.underscore and not cell.reverse:
        return cell.data, cell.bg
    return cell.data, cell.fg, cell.bg, cell.bold, cell.underscore, cell.reverse


def move(row, column):
    return f"\x1b[{row + 1};{column + 1}H"


def styled(text, style):
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


STYLES = ["", "31", "1;31", "94;40", "30;107", "4;92", "7", "1", "38;2;1;2;3;48;2;4;5;6", "38;5;9"]
RUNS = st.builds(
    lambda row, column, text, style: move(row, column) + styled(text[: WIDTH - column], style),
    st.integers(0, HEIGHT - 1),
    st.integers(0, WIDTH - 1),
    st.text("ab ⣿─", min_size=1, max_size=WIDTH),
    st.sampled_from(STYLES),
)
FRAMES = st.lists(st.lists(RUNS, max_size=6).map("".join), max_size=8)


@given(FRAMES)
@settings(max_examples=150, deadline=None)
def test_both_terminals_show_the_same_after_every_frame(frames):
    pair = Pair()
    for frame in frames:
        pair.write(frame)
        pair.check()


def test_nothing_is_sent_where_nothing_changes():
    pair = Pair()
    frame = move(0, 0) + styled("same", "31") + "\n" + move(1, 0) + "row two" + move(3, 3)
    pair.write(frame)
    assert pair.sent
    for data in (SYNC_START, frame, SYNC_END):
        pair.write(data)
        assert pair.sent == ""


def test_a_frame_is_marked_where_there_is_something_in_it():
    pair = Pair()
    sent = [pair.painter.paint(data) for data in (SYNC_START, move(0, 0) + "x", SYNC_END)]
    assert sent == ["", f"{SYNC_START}\x1b[1;1H\x1b[0mx", SYNC_END]


def test_only_the_changed_cells_are_sent():
    painter = Painter()
    row = "0123456789"
    painter.paint(move(0, 0) + styled(row, "31;40"))
    assert painter.paint(move(0, 0) + styled("0123x56789", "31;40")) == "\x1b[1;5Hx"
    assert painter.paint(move(0, 0) + styled("0123x56y89", "31;40")) == "56y"
    assert painter.paint(move(0, 0) + styled("z123x56y89", "94;40")).startswith("\x1b[1;1H\x1b[94m")


def test_the_last_column_leaves_the_cursor_where_it_is_known_to_be():
    pair = Pair()
    pair.write(move(0, WIDTH - 2) + "ab" + move(1, 0) + "c")
    pair.write(move(0, WIDTH - 1) + "x")
    pair.write(move(0, WIDTH - 2) + "yz")
    pair.check()


def test_wide_characters_and_marks_keep_their_places():
    pair = Pair()
    pair.write(move(0, 0) + "a価格e\u0301b")
    assert pair.thrifty.display == pair.plain.display
    pair.write(move(0, 0) + "c価格e\u0301d")
    assert pair.thrifty.display == pair.plain.display
    pair.write(move(0, 0) + "plain again ")
    assert pair.thrifty.display == pair.plain.display


@pytest.mark.parametrize("data", ["\x1b[?1049h", "\x1b[?25l", "\x1b[>13u", "\x1b]52;c;eA==\x07"])
def test_what_draws_nothing_goes_through(data):
    assert Painter().paint(data) == data


def test_another_screen_is_drawn_from_the_start():
    painter = Painter()
    row = move(0, 0) + "text"
    first = painter.paint(row)
    assert painter.paint(row) == ""
    painter.paint("\x1b[?1049l\x1b[?1049h")
    assert painter.paint(row) == first
    painter.forget()
    assert painter.paint(row) == first


def test_what_is_not_understood_goes_through_and_all_is_drawn_anew():
    painter = Painter()
    row = move(0, 0) + "text"
    first = painter.paint(row)
    assert painter.paint("\x1b[2Jx") == "\x1b[2Jx"
    assert painter.paint(row) == first


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("", Style()),
        ("0", Style()),
        ("1;38;2;1;2;3;48;5;7", Style("1", "38;2;1;2;3", "48;5;7")),
        ("31;0;92;100", Style("", "92", "100")),
        ("31;41;39", Style("", None, "41")),
        ("31;41;49;4", Style("4", "31", None)),
    ],
)
def test_colour_sequences_are_read(parameters, style):
    assert read_style(parameters) == style
