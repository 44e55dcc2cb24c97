from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.training.snapshot import Curve, HistoryView
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import LossView, draw_loss
from rnn_tui.tui.plots.picture import Frame
from tests.tui.fake_session import LOADING, curve, make_snapshot
from tests.tui.plots.nasty import HEIGHTS, LOOKS, VALUES, WIDTHS, several

SNAPSHOT = make_snapshot(4000)
VIEWS = st.builds(LossView, st.sampled_from(["log", "linear"]), st.booleans())


def with_loss(train, validation=None, **changes):
    empty = curve([], [])
    history = HistoryView(train, train, empty if validation is None else validation, train)
    return replace(SNAPSHOT, history=history, **changes)


def test_nothing_yet_is_said(text):
    assert "waiting for the first step" in text(draw_loss, LOADING)


def test_steps_and_powers_of_ten_are_written_at_the_axes(text):
    drawn = text(draw_loss, SNAPSHOT)
    assert drawn.splitlines()[-1].split() == ["step", "1k", "2k", "3k", "4k"]
    assert "0.1┤" in drawn
    assert "◆" in drawn


def test_the_reading_names_all_three_numbers():
    picture = draw_loss(SNAPSHOT, Frame(80, 20))
    words = [word.text for word in picture.reading]
    assert words[0].startswith("train 0.0")
    assert words[1].startswith("validation 0.0")
    assert words[2].startswith("best 0.0")


def test_the_lines_differ_by_symbol_where_there_is_no_colour(text):
    drawn = text(draw_loss, SNAPSHOT)
    assert "•" in drawn
    ascii_only = text(draw_loss, SNAPSHOT, look=Look(glyphs="ascii"))
    assert ascii_only.isascii()
    assert "o" in ascii_only
    assert "X" in ascii_only


def test_a_falling_loss_falls_on_the_screen(text):
    step = np.arange(1, 200)
    falling = curve(step, 10.0 ** (-step / 50))
    plain = with_loss(falling, best_step=None, best_validation_loss=None)
    rows = text(draw_loss, plain, 60, 10).splitlines()[:-1]
    places = [[x for x, glyph in enumerate(row) if "\u2800" < glyph < "\u2900"] for row in rows]
    middles = [sum(place) / len(place) for place in places]
    assert middles == sorted(middles)
    assert middles[0] < 15
    assert middles[-1] > 50


def test_a_loss_of_zero_has_no_place_and_says_so(text):
    flat = with_loss(curve([1, 2], [0.0, 0.0]), best_step=None)
    assert "no loss so far is finite and above zero" in " ".join(text(draw_loss, flat).split())


@settings(max_examples=60)
@given(several(3), several(1), VALUES, WIDTHS, HEIGHTS, LOOKS, VIEWS)
def test_nothing_breaks_it(train, validation, best, width, height, look, view):
    step = np.arange(1, len(train[0]) + 1)
    checked = np.arange(1, len(validation[0]) + 1)
    snapshot = with_loss(
        Curve(step, *train),
        curve(checked, validation[0]),
        best_validation_loss=best,
        loss=best,
        validation_loss=best,
    )
    picture = draw_loss(snapshot, Frame(width, height, look), view)
    assert len(picture.rows) == height
    assert all(row.cell_length == width for row in picture.rows)
    assert all(word.text for word in picture.reading)


def test_the_recent_view_shows_the_last_steps_one_by_one(text):
    drawn = text(draw_loss, SNAPSHOT, 60, view=LossView(recent=True))
    first = SNAPSHOT.history.recent_loss.step[0]
    ticks = drawn.splitlines()[-1].split()[1:]
    assert all(float(tick.rstrip("k")) * 1000 >= first for tick in ticks if tick.endswith("k"))
    assert "1k" not in ticks


def test_the_linear_view_has_a_linear_axis(text):
    drawn = text(draw_loss, SNAPSHOT, 60, 16, view=LossView(scale="linear"))
    labels = [float(row.split("┤")[0]) for row in drawn.splitlines() if "┤" in row]
    steps = np.diff(labels)
    assert len(labels) > 2
    assert np.allclose(steps, steps[0])


def test_a_best_step_before_the_recent_ones_is_not_marked(text):
    early = replace(SNAPSHOT, best_step=10)
    assert "◆" not in text(draw_loss, early, view=LossView(recent=True))
    assert "◆" in text(draw_loss, early)
