"""The three plots of a walk: tracks, arrivals, weights."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.tui.plots.arrivals import draw_arrivals
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame
from rnn_tui.tui.plots.tracks import columns_until, draw_tracks, share_out, tracks_of
from rnn_tui.tui.plots.weights import arrange, draw_weights
from rnn_tui.tui.walk.player import Player, Position
from tests.tui.fake_session import make_deep_walk, make_walk
from tests.tui.plots.nasty import HEIGHTS, LOOKS, VALUES, WIDTHS, floats

T = 24
PLAIN = Look(glyphs="ascii", colour=False)


def rows_of(picture):
    return [row.text for row in picture.rows]


def tracks(place, *, cell="lstm", width=78, height=8, look=PLAIN, aside=24):
    walk = make_walk(cell=cell)
    return draw_tracks(walk, Position(place, T), Frame(width, height, look), aside)


def arrivals(place, *, walk=None, width=54, height=7, look=PLAIN):
    return draw_arrivals(walk or make_walk(), Position(place, T), Frame(width, height, look))


def weights(place, *, cell="lstm", width=22, height=7, look=PLAIN):
    return draw_weights(make_walk(cell=cell), Position(place, T), Frame(width, height, look))


@pytest.mark.parametrize(
    ("cell", "symbols"), [("lstm", "xifgochy"), ("gru", "xrznhy"), ("rnn", ["x", "h", "h'", "y"])]
)
def test_tracks_stand_in_the_order_in_which_they_come_about(cell, symbols):
    rows = rows_of(tracks(3, cell=cell, height=len(symbols)))
    assert [row[:7].strip() for row in rows] == [*symbols]


def test_a_value_does_not_touch_a_name_that_grows_in_ascii():
    shown = "\n".join(rows_of(tracks(3, cell="rnn")))
    assert re.search(r"slope 1 - h\^2 +\d", shown)


def test_a_layer_reads_the_one_below_and_the_last_one_is_read_out():
    first, second, last = make_deep_walk().layers
    symbols = [[track.symbol for track in tracks_of(way)] for way in (first, second, last)]
    assert symbols == [[*"xifgoch"], ["h1", *"ifgoch"], ["h2", *"ifgochy"]]
    assert tracks_of(second)[0].name == "from layer 1"
    np.testing.assert_array_equal(tracks_of(second)[0].values, first.activations["h"].T)
    frame = Frame(78, 8, PLAIN)
    words = [word.text for word in draw_tracks(second, Position(3, T), frame, 24).reading]
    assert words == ["t 4 of 24", "h goes up to layer 3"]


def test_what_comes_from_above_comes_from_the_layer_above():
    first, _, last = make_deep_walk().layers
    picture = arrivals(T + 2, walk=first)
    assert "X layer 2" in [word.text for word in picture.legend]
    words = [word.text for word in picture.reading]
    assert words[:2] == ["‖dh‖ 4.1e-3", "layer 2 sends 1.0e-3"]
    early = arrivals(2 * T, walk=first, width=80, height=9)
    assert sum(row.count("X") for row in rows_of(early)) > 8, "a mark at many timesteps"
    assert "X readout" in [word.text for word in arrivals(T + 2, walk=last).legend]


def test_tracks_fill_from_the_left_and_say_their_values():
    early, late = rows_of(tracks(3)), rows_of(tracks(T - 1))
    course = slice(8, 54)
    for row in early:
        assert row[course][8:].strip() == ""
        assert "|" in row[course][:8]
    assert late[2][course].strip("|").count(" ") < 20
    assert "forget gate" in early[2]
    assert "0.50" in early[0] or "0.84" in early[0]


def test_the_tracks_stay_while_the_gradient_goes_back():
    forwards, backwards = rows_of(tracks(T - 1)), rows_of(tracks(2 * T))
    for before, after in zip(forwards, backwards, strict=True):
        same = [a == b for a, b in zip(before[8:54], after[8:54], strict=True)]
        assert sum(same) > 40


def test_the_cursor_stands_at_the_same_column_in_both_passes():
    for place in (5, 2 * T + 1 - 6):
        (column,) = {row[:54].rindex("|") for row in rows_of(tracks(place))}
        upright = {row.rindex("|") for row in rows_of(arrivals(place))[:-1] if row[10:].count("|")}
        assert upright == {column}


def test_the_reading_has_the_truth_where_the_loss_looks():
    texts = [word.text for word in tracks(T - 1).reading]
    assert texts[0] == "t 24 of 24"
    assert texts[2].startswith("truth")
    assert "does not look" in tracks(3).reading[1].text


def test_rows_go_to_every_track_before_one_has_many():
    tracks_of_lstm = tracks_of(make_walk())
    assert share_out(tracks_of_lstm, 8) == [1] * 8
    assert {*share_out(tracks_of_lstm, 12)[1:-1]} == {1, 2}
    assert sum(share_out(tracks_of_lstm, 3)) == 3
    assert share_out(tracks_of_lstm, 10) == [2, 1, 1, 1, 1, 1, 1, 2]


def test_columns_of_the_first_timesteps():
    assert [columns_until(t, 4, 8) for t in range(5)] == [0, 2, 4, 6, 8]
    assert columns_until(100, 200, 10) == 5


def test_before_the_loss_there_is_no_gradient_and_it_says_so():
    assert "once the loss is known" in "\n".join(rows_of(arrivals(3)))
    assert "sets out from the right" in "\n".join(rows_of(arrivals(T)))
    assert arrivals(3).reading == ()


def test_the_gradient_fills_from_the_right():
    text = rows_of(arrivals(T + 6, height=9))
    left = [row[8:30] for row in text[:-1]]
    assert not any("." in row or "o" in row.replace("of", "") for row in left)
    assert any("." in row[42:] for row in text)
    assert any("X" in row for row in text)


def test_the_norm_is_read_with_its_parts_and_its_factor():
    words = [word.text for word in arrivals(T + 2).reading]
    assert words == ["‖dh‖ 0.409", "readout 0", "through time 0.409 ×0.82", "‖dc‖ 0.476 ×0.87"]
    assert [w.text for w in arrivals(T + 1).reading][2].startswith("‖dc‖")
    plain = [w.text for w in arrivals(T + 2, walk=make_walk(cell="rnn")).reading]
    assert len(plain) == 3


def test_underflow_and_overflow_are_marked():
    walk = make_walk(cell="rnn")
    total = walk.hidden.total.copy()
    total[3], total[5] = 0, np.inf
    walk = replace(walk, hidden=replace(walk.hidden, total=total))
    text = "\n".join(rows_of(arrivals(2 * T, walk=walk)))
    assert "v" in text
    assert "^" in text
    nothing = replace(walk.hidden, total=np.zeros(T), here=np.zeros(T))
    assert "no gradient at all" in "\n".join(
        rows_of(arrivals(2 * T, walk=replace(walk, hidden=nothing)))
    )


def test_a_high_panel_has_a_map_of_every_unit():
    text = rows_of(arrivals(2 * T + 1, height=14))
    assert any("|dh|" in row for row in text)
    assert not any("|dh|" in row for row in rows_of(arrivals(2 * T + 1, height=8)))


def test_the_weights_fill_up():
    empty, some, full = (
        sum(len(row.replace(" ", "")) for row in rows_of(weights(place)))
        for place in (3, T + 1, 2 * T + 1)
    )
    assert empty < some <= full
    assert [word.text for word in weights(2 * T + 1).reading][1] == "100 % of the whole"
    assert weights(3).reading == ()


def test_every_gate_has_its_square_and_its_name():
    text = "\n".join(rows_of(weights(3)))
    assert all(name in text for name in "ifgo")
    assert all(name in "\n".join(rows_of(weights(3, cell="gru"))) for name in "rzn")


@pytest.mark.parametrize(
    ("gates", "size", "expected"),
    [(1, (22, 7), (1, 1)), (4, (22, 7), (2, 2)), (3, (36, 12), (3, 1)), (4, (90, 5), (4, 1))],
)
def test_squares_are_as_square_as_may_be(gates, size, expected):
    assert arrange(gates, *size) == expected


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(["lstm", "gru", "rnn"]), WIDTHS, HEIGHTS, LOOKS)
def test_nothing_breaks_them(data, cell, width, height, look):
    steps = data.draw(st.integers(1, 40))
    walk = make_walk(steps, 3, cell=cell)
    norms = floats(steps, VALUES.map(abs))
    hidden = replace(walk.hidden, total=data.draw(norms), here=data.draw(norms))
    walk = replace(
        walk,
        hidden=hidden,
        x=data.draw(floats((steps, 1))),
        dh=data.draw(floats((steps, 3))),
        so_far=data.draw(norms),
        pictures=data.draw(floats(walk.pictures.shape, VALUES.map(abs))),
    )
    place = data.draw(st.integers(0, Player(steps).last))
    frame = Frame(width, height, look)
    aside = data.draw(st.sampled_from([0, 24]))
    for picture in (
        draw_tracks(walk, Position(place, steps), frame, aside),
        draw_arrivals(walk, Position(place, steps), frame),
        draw_weights(walk, Position(place, steps), frame),
    ):
        assert len(picture.rows) == height
        assert {row.cell_length for row in picture.rows} <= {width}


@pytest.mark.parametrize("width", [14, 23, 59])
def test_the_smallest_gradient_has_a_long_name_and_still_fits(width):
    walk = make_walk(1, 3, cell="rnn")
    hidden = replace(walk.hidden, total=np.array([0.0]), here=np.array([5e-324]))
    picture = draw_arrivals(replace(walk, hidden=hidden), Position(0, 1), Frame(width, 4, Look()))
    assert {row.cell_length for row in picture.rows} == {width}
