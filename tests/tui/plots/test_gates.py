from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui.training.snapshot import SLOPE, Trace
from rnn_tui.tui.plots.gates import GatesView, draw_gates, find_bounds
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, fit_words
from tests.tui.fake_session import LOADING, make_snapshot, make_stack
from tests.tui.plots.nasty import CURSORS, HEIGHTS, LOOKS, WIDTHS

SNAPSHOT = make_snapshot(4000)
PLAIN = Look(colour=False)


def with_gate(name, values):
    values = np.asarray(values, np.float32)
    return replace(SNAPSHOT, trace=Trace({name: values}, start=0))


def reading(snapshot, selected="f"):
    return [w.text for w in draw_gates(snapshot, Frame(80, 20), selected).reading]


def test_nothing_yet_is_said(text):
    assert "waiting for the first window" in text(draw_gates, LOADING, selected="f")


def test_units_and_timesteps_are_numbered_and_the_scale_has_its_ends(text):
    rows = text(draw_gates, SNAPSHOT, 50, selected="f").splitlines()
    assert rows[0].startswith(" 1 ")
    assert rows[0].endswith("▀1")
    assert rows[-2].startswith("32 ")
    assert rows[-2].endswith("▀0")
    assert rows[-1].split() == ["t", "10", "20", "30", "40", "50"]


@pytest.mark.parametrize("selected", ["f", "c"])
def test_the_mean_below_the_map_stands_in_line_with_it(selected):
    frame = Frame(118, 34, cursor=17)
    rows = [row.text for row in draw_gates(SNAPSHOT, frame, selected).rows]
    upper, lower = (row.split("t", 1)[1] for row in rows if row.split()[:1] == ["t"])
    assert abs(upper.index("17") - lower.index("17")) <= 1
    assert abs(upper.index("50") - lower.index("50")) <= 2
    assert "mean over units, and where 80 % of them lie" in "\n".join(rows)
    assert {len(row) for row in rows} == {118}


def test_a_cell_state_beyond_1_widens_the_scale():
    assert find_bounds("c", np.array([[-2.5, 0.3]])).labels == ("−2.5", "2.5")
    assert find_bounds("c", np.array([[-0.5, 0.3]])).labels == ("−1", "1")
    assert find_bounds("f", np.array([[0.5]])).labels == ("0", "1")


def test_dark_to_bright_follows_the_value_also_without_colours(text):
    gate = np.repeat(np.linspace(0, 1, 10)[:, None], 4, axis=1)
    rows = text(draw_gates, with_gate("i", gate), 43, 5, selected="i", look=PLAIN).splitlines()
    ramp = " .:-=+*#%@"
    shown = [ramp.index(c) for c in rows[1][2:40]]
    assert shown == sorted(shown)
    assert {shown[0], shown[-1]} == {0, 9}


def test_both_signs_can_be_told_apart_without_colours(text):
    gate = np.array([[-1.0] * 4, [1.0] * 4])
    row = text(draw_gates, with_gate("g", gate), 40, 5, selected="g", look=PLAIN).splitlines()[1]
    assert "MM" in row
    assert "##" in row


def test_the_forget_gate_is_read_as_a_horizon():
    assert reading(with_gate("f", np.full((6, 4), 0.9)))[:3] == [
        "forget gate", "mean 0.90", "horizon 9.5 steps",
    ]  # fmt: skip
    assert "keeps all: horizon without end" in reading(with_gate("f", np.ones((6, 4))))


def test_saturation_is_told_as_a_share():
    half = np.array([[0.01, 0.5], [0.99, 0.5]])
    assert reading(with_gate("i", half), "i")[-1] == "saturated 50 %"


def test_values_that_are_not_finite_are_told_and_marked(text):
    broken = np.full((4, 4), 0.5)
    broken[2] = np.nan
    snapshot = with_gate("f", broken)
    assert reading(snapshot) == ["forget gate: 4 values not finite"]
    assert "?" in text(draw_gates, snapshot, selected="f", look=PLAIN)


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (1, 1), (1, 4096), (3000, 1)])
def test_any_shape_is_drawn(shape, text):
    assert text(draw_gates, with_gate("f", np.full(shape, 0.5)), selected="f") is not None


@settings(max_examples=60)
@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)),
    st.sampled_from("ifgoch"),
    WIDTHS,
    HEIGHTS,
    LOOKS,
    CURSORS,
)
def test_nothing_breaks_it(values, name, width, height, look, cursor):
    picture = draw_gates(with_gate(name, values), Frame(width, height, look, cursor), name)
    assert len(picture.rows) == height
    assert all(row.cell_length == width for row in picture.rows)
    if look.ascii:
        assert all(row.text.isascii() for row in picture.rows)


def test_the_cursor_draws_a_line_and_reads_every_gate():
    gate = np.tile([[0.25, 0.75]], (8, 1))
    gate[2] = [0.5, 0.7]
    trace = Trace({"i": gate.astype(np.float32), "g": -gate.astype(np.float32)}, 0)
    picture = draw_gates(replace(SNAPSHOT, trace=trace), Frame(60, 9, cursor=3), "g")
    assert [word.text for word in picture.reading] == ["t 3", "mean |g| 0.60", "i 0.60"]
    columns = {row.text.index("│") for row in picture.rows[:-1]}
    assert len(columns) == 1
    (column,) = columns
    assert picture.rows[-1].text[column] == "3"


def test_a_slope_near_1_is_not_saturated():
    slope = np.array([[0.99, 1.0], [0.1, 0.5]])
    assert reading(with_gate(SLOPE, slope), SLOPE)[-1] == "saturated 25 %"


def test_a_candidate_near_either_end_is_saturated():
    assert reading(with_gate("g", [[-0.95, 0.95], [0.5, 0.0]]), "g")[-1] == "saturated 50 %"


def test_a_negative_mean_has_a_minus_sign():
    assert "mean −0.50" in reading(with_gate("h", np.full((4, 4), -0.5)), "h")


def test_saturation_is_told_on_a_quarter_of_80_columns():
    words = draw_gates(with_gate("f", np.full((6, 4), 0.97)), Frame(38, 8), "f").reading
    assert [text for text, _ in fit_words(words, 34)] == ["mean f 0.97", "horizon 33", "sat 100 %"]


@pytest.mark.parametrize(("turns", "layer"), [(0, 3), (1, 1), (2, 2), (3, 3), (4, 1)])
def test_of_several_layers_the_last_is_shown_first_and_turns_go_up_from_the_first(turns, layer):
    stack, frame = make_stack(4000), Frame(80, 20)
    own = replace(SNAPSHOT, trace=Trace(stack.trace.layers[layer - 1].gates, start=200))
    shown, alone = (
        draw_gates(stack, frame, "f", GatesView(turns=turns)),
        draw_gates(own, frame, "f"),
    )
    assert shown.rows == alone.rows
    assert shown.reading == alone.reading
    assert [word.text for word in shown.legend] == [
        *(word.text for word in alone.legend),
        f"layer {layer} of 3",
    ]
