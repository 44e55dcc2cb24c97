from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.training.snapshot import Clipping, GradientFlow
from rnn_tui.tui.plots.gradient import describe, draw_gradient, draw_norms
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, fit_words
from tests.tui.fake_session import LOADING, curve, make_snapshot, make_stack
from tests.tui.plots.nasty import CURSORS, HEIGHTS, LOOKS, VALUES, WIDTHS, floats, several

SNAPSHOT = make_snapshot(4000)


def with_flow(hidden, cell=None):
    cell = None if cell is None else np.asarray(cell, np.float64)
    return replace(SNAPSHOT, gradient=GradientFlow(np.asarray(hidden, np.float64), cell))


def words(*norms):
    return [word.text for word in describe(GradientFlow(np.array(norms), None))]


def test_nothing_yet_is_said(text):
    assert "waiting for the first step" in text(draw_gradient, LOADING)


def test_timesteps_and_powers_of_ten_are_written(text):
    rows = text(draw_gradient, SNAPSHOT, 50).splitlines()
    assert rows[-1].split() == ["t", "10", "20", "30", "40", "50"]
    assert any(row.lstrip().startswith("1e-") for row in rows)
    assert "1 % of the last" in "\n".join(rows)


def test_norms_far_below_float32_are_drawn(text):
    flow = with_flow(10.0 ** np.linspace(-44, 0, 200))
    drawn = text(draw_gradient, flow, 60, 16)
    assert "1e-40" in drawn
    assert "▾" not in drawn


def test_reach_is_told_in_words():
    assert words(1e-9, 1e-6, 0.5, 1.0)[0] == "reaches back 1 of 4 steps"
    assert words(0.5, 0.5, 0.5, 1.0)[0] == "reaches back to the first of 4 steps"


@pytest.mark.parametrize(
    ("norms", "expected"),
    [
        ((0.0, 0.0, 1.0), "underflow at t ≤ 2"),
        ((1.0, 0.0, 1.0), "underflow at t = 2"),
        ((np.inf, 1.0, 1.0), "overflow at t ≤ 1"),
        ((1.0, 1.0, np.nan), "not a number at t = 3"),
    ],
)
def test_underflow_and_overflow_are_told_in_words(norms, expected):
    assert expected in words(*norms)


def test_underflow_and_overflow_are_marked(text):
    assert "▾" in text(draw_gradient, with_flow([0.0, 1e-3, 1.0]))
    assert "▴" in text(draw_gradient, with_flow([np.inf, 1e-3, 1.0]))
    drawn = text(draw_gradient, with_flow([0.0, np.inf, 1.0]), look=Look(glyphs="ascii"))
    assert drawn.isascii()
    assert "v" in drawn
    assert "^" in drawn


def test_where_nothing_can_be_drawn_the_words_remain(text):
    assert "underflow" in text(draw_gradient, with_flow([0.0, 0.0]))


@pytest.mark.parametrize("T", [1, 2, 500])
def test_any_length_is_drawn(T, text):
    assert text(draw_gradient, with_flow(np.full(T, 0.5), np.full(T, 0.1))) is not None


@settings(max_examples=80)
@given(st.integers(0, 60), st.data(), st.booleans(), WIDTHS, HEIGHTS, LOOKS, CURSORS)
def test_nothing_breaks_it(T, data, has_cell, width, height, look, cursor):
    norms = floats(T, VALUES.map(abs))
    flow = GradientFlow(data.draw(norms), data.draw(norms) if has_cell else None)
    picture = draw_gradient(replace(SNAPSHOT, gradient=flow), Frame(width, height, look, cursor))
    assert len(picture.rows) == height
    assert all(row.cell_length == width for row in picture.rows)


def test_the_cursor_reads_both_norms_and_their_share_of_the_last():
    snapshot = with_flow([1e-4, 0.0, 0.5], [1e-3, 1e-2, 0.1])
    for timestep, expected in (
        (1, ["t 1", "∂h 0.000100", "∂c 0.00100", "0.0200 % of the last"]),
        (2, ["t 2", "∂h underflow", "∂c 0.0100", "0 % of the last"]),
    ):
        picture = draw_gradient(snapshot, Frame(80, 12, cursor=timestep))
        assert [word.text for word in picture.reading] == expected
        assert str(timestep) in picture.rows[-1].text.split()


def test_a_cursor_beyond_the_last_timestep_is_left_out():
    picture = draw_gradient(with_flow([0.5, 1.0]), Frame(80, 12, cursor=3))
    assert picture.reading[0].text.startswith("reaches back")


def test_earlier_courses_are_drawn_faintly_behind_and_named():
    past = (GradientFlow(10.0 ** np.linspace(-9, -1, 50), None),)
    plain, with_past = (
        draw_gradient(SNAPSHOT, Frame(80, 20), **options) for options in ({}, {"past": past})
    )
    assert [row.text for row in plain.rows] != [row.text for row in with_past.rows]
    assert "━ earlier" in [word.text for word in with_past.legend]
    assert "━ earlier" not in [word.text for word in plain.legend]


def test_an_earlier_course_of_another_window_is_left_out():
    past = (GradientFlow(np.ones(7), None),)
    before = draw_gradient(SNAPSHOT, Frame(80, 20)).rows
    assert [r.text for r in draw_gradient(SNAPSHOT, Frame(80, 20), past).rows] == [
        r.text for r in before
    ]


def test_a_large_panel_shows_the_norm_over_the_steps_with_the_clipping_threshold(text):
    drawn = text(draw_gradient, replace(SNAPSHOT, clip=0.3), 80, 30)
    assert "clipped at 0.3" in drawn
    assert drawn.splitlines()[-1].split()[0] == "step"
    assert "clipped at" not in text(draw_gradient, replace(SNAPSHOT, clip=0.0), 80, 30)
    assert "clipped at" not in text(draw_gradient, SNAPSHOT, 80, 20)


def test_how_often_it_is_clipped_is_said():
    often = replace(SNAPSHOT, clipped_lately=Clipping(750, 1000))
    picture = draw_gradient(often, Frame(80, 20))
    assert "clipped in 75 % of the last 1,000 steps" in [word.text for word in picture.reading]
    quarter = fit_words(draw_gradient(often, Frame(38, 8)).reading, 34)
    assert [text for text, _ in quarter] == ["reaches 11 of 50", "clipped 75 %"]
    picture = draw_gradient(SNAPSHOT, Frame(80, 20))
    assert not [word for word in picture.reading if "clipped" in word.text]


@given(several(1), WIDTHS, HEIGHTS, LOOKS)
@settings(max_examples=40, deadline=None)
def test_norms_of_any_size_fit_any_panel(values, width, height, look):
    norms = np.abs(values[0])
    broken = replace(SNAPSHOT.history, gradient_norm=curve(range(1, len(norms) + 1), norms))
    rows = draw_norms(replace(SNAPSHOT, history=broken), Frame(width, height, look))
    assert len(rows) == height
    assert {row.cell_length for row in rows} <= {width}


def stacked(layers=3, *, cell=True):
    def of(n):
        norms = 10.0 ** (np.linspace(-1 - n, 0, 50) - n)
        return GradientFlow(norms, norms / 3 if cell else None)

    *below, last = map(of, range(layers, 0, -1))
    return replace(SNAPSHOT, gradient=replace(last, below=tuple(below)))


@pytest.mark.parametrize("cell", [True, False])
def test_the_layers_below_have_lines_with_their_numbers(text, cell):
    drawn = text(draw_gradient, stacked(cell=cell), 60, 14)
    assert drawn.count("1") > 4
    assert drawn.count("2") > 4
    assert "3" not in drawn.replace("30", "").replace("e-3", "")


def test_the_legend_tells_the_layers_apart():
    picture = draw_gradient(stacked(), Frame(60, 14, Look()))
    assert [word.text for word in picture.legend] == [
        "━ ‖∂L/∂h‖ layer 3",
        "•━ ‖∂L/∂c‖",
        "1 2 below",
    ]
    plain = draw_gradient(SNAPSHOT, Frame(60, 14, Look()))
    assert not any("below" in word.text or "layer" in word.text for word in plain.legend)


def test_the_cursor_reads_every_layer_and_the_reach_of_the_first_is_told():
    snapshot = stacked()
    reading = draw_gradient(snapshot, Frame(60, 14, Look(), cursor=50)).reading
    assert [word.text for word in reading][3:5] == ["layer 1 ∂h 0.00100", "layer 2 ∂h 0.0100"]
    assert "layer 1: 24 of 50" in [word.text for word in describe(snapshot.gradient)]


def test_a_large_panel_has_the_cell_states_of_all_layers(text):
    small, large = (text(draw_gradient, stacked(), 70, height) for height in (20, 50))
    assert large.count("1") > small.count("1")


@settings(max_examples=60)
@given(st.integers(0, 60), st.data(), st.booleans(), WIDTHS, st.integers(0, 40), LOOKS, CURSORS)
def test_nothing_breaks_several_layers(T, data, has_cell, width, height, look, cursor):
    norms = floats(T, VALUES.map(abs))
    below = tuple(
        GradientFlow(data.draw(norms), data.draw(norms) if has_cell else None) for _ in range(3)
    )
    flow = GradientFlow(data.draw(norms), data.draw(norms) if has_cell else None, below)
    picture = draw_gradient(replace(SNAPSHOT, gradient=flow), Frame(width, height, look, cursor))
    assert len(picture.rows) == height
    assert all(row.cell_length == width for row in picture.rows)


@pytest.mark.parametrize(
    ("look", "tags"),
    [
        (Look(colour=False), ("1", "2", "3", "•1", "•2", "•3")),
        (Look(glyphs="ascii", colour=False), ("1", "2", "3", "a", "b", "c")),
    ],
)
def test_without_colours_every_line_of_a_large_panel_has_a_sign_of_its_own(look, tags, text):
    snapshot = make_stack(4000, layers=4)
    legend = draw_gradient(snapshot, Frame(100, 40, look)).legend
    words = [word.text for word in legend]
    assert words[2:4] == [f"{' '.join(tags[:3])} below", " ".join(tags[3:])]
    drawn = "\n".join(
        line[9:] for line in text(draw_gradient, snapshot, 100, 40, look=look).splitlines()[:30]
    )
    for tag in tags:
        assert drawn.count(tag) >= 3, tag


def test_a_large_panel_reads_out_the_cell_states_of_the_layers_below():
    snapshot = stacked()
    reading = draw_gradient(snapshot, Frame(80, 40, cursor=50)).reading
    assert [word.text for word in reading] == [
        "t 50",
        "∂h 0.100",
        "∂c 0.0333",
        "layer 1 ∂h 0.00100",
        "∂c 0.000333",
        "layer 2 ∂h 0.0100",
        "∂c 0.00333",
        "100 % of the last",
    ]


def test_underflow_and_overflow_of_a_layer_below_are_told_and_marked(text):
    good = np.full(4, 0.5)
    below = (
        GradientFlow(np.array([0.0, 0.0, 0.1, 0.2]), None),
        GradientFlow(np.array([0.1, 0.1, np.inf, 0.2]), None),
    )
    flow = GradientFlow(good, None, below)
    words = [word.text for word in describe(flow)]
    assert "layer 1 underflow at t ≤ 2" in words
    assert "layer 2 overflow at t = 3" in words
    drawn = text(draw_gradient, replace(SNAPSHOT, gradient=flow))
    assert drawn.count("▾") == 2
    assert drawn.count("▴") == 1
