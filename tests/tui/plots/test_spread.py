"""A gate without its units: mean and band, histogram."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.cells import Ink
from rnn_tui.tui.plots.gates import GatesView, Kind, draw_gates
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame
from rnn_tui.tui.plots.spread import draw_band, draw_histogram
from rnn_tui.tui.plots.units import Order
from tests.tui.fake_session import make_snapshot
from tests.tui.plots.nasty import HEIGHTS, LOOKS, WIDTHS

SNAPSHOT = make_snapshot(4000)
VIEWS = st.builds(GatesView, st.sampled_from(Kind), st.sampled_from(Order))


def rows(strips):
    return [strip.text for strip in strips]


def test_the_mean_rises_with_the_gate_inside_its_band():
    ramp = np.linspace(0.1, 0.9, 20)
    values = ramp + np.array([-0.1, 0.0, 0.1])[:, None]
    strips, span = draw_band(values, 0.0, 1.0, Frame(40, 12), None)
    drawn = rows(strips)
    assert (span.T, len(drawn)) == (20, 12)
    assert "⣀" in drawn[-3][:12] or "⡠" in drawn[-3][:12] or "⠤" in drawn[-3][:12]
    assert drawn[0][6:20].strip(" ┈") == ""
    assert "t" in drawn[-1]


def test_a_histogram_is_high_where_the_values_are():
    values = np.array([[0.0] * 5 + [0.5] * 1 + [1.0] * 10])
    drawn = rows(draw_histogram(values, 0.0, 1.0, Frame(30, 9), (0.05, 0.95)))
    heights = [sum(row[column] != " " for row in drawn[:8]) for column in (0, 15, 29)]
    assert heights[2] > heights[0] > heights[1] > 0
    assert drawn[-1].split() == ["0", "0.25", "0.5", "0.75", "1"]
    assert "most: 62 %" in drawn[0]


def test_plain_terminals_get_a_plain_histogram():
    values = np.linspace(0, 1, 50)[None]
    drawn = rows(draw_histogram(values, -1.0, 1.0, Frame(30, 9, Look(glyphs="ascii")), None))
    assert all(row.isascii() for row in drawn)
    assert "#" in drawn[5]


def test_a_large_panel_has_the_mean_below_the_map():
    large = draw_gates(SNAPSHOT, Frame(100, 30), "f")
    small = draw_gates(SNAPSHOT, Frame(50, 20), "f")
    assert sum("▀" in row for row in rows(large.rows)) == 21
    assert sum("▀" in row for row in rows(small.rows)) == 19
    assert large.timesteps is not None


def test_sorted_units_are_named_at_the_ends_of_the_map():
    view = GatesView(order=Order.MEAN)
    plain = rows(draw_gates(SNAPSHOT, Frame(50, 12), "f").rows)
    ordered = rows(draw_gates(SNAPSHOT, Frame(50, 12), "f", view).rows)
    means = SNAPSHOT.trace.gates["f"].mean(axis=0)
    assert plain[0].startswith(" 1 ")
    assert ordered[0].split()[0] == str(int(np.argmax(means)) + 1)
    assert ordered[-2].split()[0] == str(int(np.argmin(means)) + 1)


@given(WIDTHS, HEIGHTS, LOOKS, VIEWS, st.sampled_from([None, 1, 50]))
@settings(max_examples=60, deadline=None)
def test_every_view_fits_every_size(width, height, look, view, cursor):
    picture = draw_gates(SNAPSHOT, Frame(width, height, look, cursor), "f", view)
    assert len(picture.rows) == height
    assert {strip.cell_length for strip in picture.rows} <= {width}


@pytest.mark.parametrize("kind", Kind)
def test_values_that_are_not_finite_break_nothing(kind):
    trace = SNAPSHOT.trace
    broken = {name: gate.copy() for name, gate in trace.gates.items()}
    broken["f"][3:9] = np.nan
    broken["f"][20] = np.inf
    snapshot = replace(SNAPSHOT, trace=replace(trace, gates=broken))
    picture = draw_gates(snapshot, Frame(60, 20), "f", GatesView(kind))
    assert len(picture.rows) == 20
    assert "not finite" in picture.reading[0].text


def test_few_values_make_broad_bars_rather_than_a_comb():
    values = np.linspace(0.0, 1.0, 100)[None]
    drawn = rows(draw_histogram(values, 0.0, 1.0, Frame(118, 9), None))
    assert all("█" in column for column in zip(*drawn[:8], strict=True))


def test_the_ends_of_a_histogram_are_coloured_where_it_is_saturated():
    look = Look()
    strips = draw_histogram(np.linspace(0, 1, 400)[None], 0.0, 1.0, Frame(40, 9), (0.05, 0.95))
    colours = [s.style.color for s in strips[7] for _ in s.text]
    assert colours[0] == colours[1] == colours[-1] == look.style(Ink.SECOND).color
    assert colours[2] == look.style(Ink.FIRST).color
