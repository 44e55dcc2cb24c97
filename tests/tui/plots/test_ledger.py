"""Figures below a chart: where they stand, and what gives way."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.cells import Ink
from rnn_tui.tui.plots.compare import draw_forecasts, draw_losses
from rnn_tui.tui.plots.forecast import draw_forecast
from rnn_tui.tui.plots.ledger import LEAST_CHART, Ledger, divide, draw_ledger, figures
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import draw_loss
from rnn_tui.tui.plots.picture import Frame, Word
from tests.tui.fake_session import make_comparison, make_snapshot, make_targets
from tests.tui.plots.nasty import CURSORS, HEIGHTS, LOOKS, WIDTHS

SNAPSHOT = make_snapshot(4000)
LEDGER = Ledger(
    (figures(Word("name"), "one", "second"), figures(Word("a longer name"), "1", "22")),
    ((Word("first"), Word("line")), (), (Word("another"),)),
)


def drawn(ledger, width=60, **frame):
    return [row.text.rstrip() for row in draw_ledger(ledger, Frame(width, 9, **frame))]


def test_columns_end_below_each_other():
    assert drawn(replace(LEDGER, lines=LEDGER.lines[:1])) == [
        " name           one  second",
        " a longer name    1      22",
        " first  line",
    ]


def test_columns_that_do_not_fit_are_left_out_from_the_right():
    assert drawn(replace(LEDGER, lines=()), width=22) == [
        " name           one",
        " a longer name    1",
    ]
    assert drawn(replace(LEDGER, lines=()), width=3) == ["", ""]


def test_it_stands_only_where_there_is_room_and_nothing_else():
    def never():
        raise AssertionError

    for frame in (Frame(80, 40), Frame(59, 40, alone=True), Frame(80, LEAST_CHART, alone=True)):
        assert divide(frame, never) == (frame, ())
    frame = Frame(80, LEAST_CHART + 1, alone=True)
    assert divide(frame, lambda: LEDGER) == (frame, ())
    above, rows = divide(replace(frame, height=LEAST_CHART + 3), lambda: LEDGER)
    assert (above.height, len(rows)) == (LEAST_CHART, 3)
    assert rows[-1].text.strip() == "first  line"
    above, rows = divide(replace(frame, height=40), lambda: LEDGER)
    assert (above.height, len(rows)) == (36, 4)


def test_ascii_is_ascii():
    ledger = Ledger((figures(Word("×"), "−1", ink=Ink.FIRST),), ((Word("1 → 2"),),))
    assert "".join(drawn(ledger, look=Look(glyphs="ascii"))).isascii()


PLOTS = (
    (draw_loss, SNAPSHOT),
    (draw_forecast, make_targets(SNAPSHOT)),
    (draw_losses, make_comparison(4000)),
    (draw_forecasts, make_comparison(4000)),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLOTS), WIDTHS, HEIGHTS, LOOKS, CURSORS)
def test_every_plot_fills_its_frame_with_and_without(plot, width, height, look, cursor):
    draw, snapshot = plot
    for alone in (False, True):
        frame = Frame(width, height, look, cursor, alone)
        picture = draw(snapshot, frame)
        assert len(picture.rows) == height
        assert {row.cell_length for row in picture.rows} <= {width}


@pytest.mark.parametrize(("draw", "snapshot"), PLOTS)
def test_beside_other_panels_no_figure_is_looked_for(draw, snapshot, monkeypatch):
    def never(*_):
        raise AssertionError

    for name in ("loss_ledger", "forecast_ledger", "losses_ledger", "forecasts_ledger"):
        for module in ("loss", "forecast", "compare"):
            path = f"rnn_tui.tui.plots.{module}.{name}"
            monkeypatch.setattr(path, never, raising=False)
    assert draw(snapshot, Frame(100, 30)).rows
