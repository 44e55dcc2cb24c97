"""The plots of several nets that train in lockstep."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import GradientFlow
from rnn_tui.tui.plots.compare import draw_forecasts, draw_gradients, draw_losses
from rnn_tui.tui.plots.forecast import ForecastView
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import LossView
from rnn_tui.tui.plots.picture import Frame, fit_words
from rnn_tui.tui.plots.words import significant
from tests.tui.fake_session import COMPILING, curve, ended, make_comparison, make_targets
from tests.tui.plots.nasty import CURSORS, HEIGHTS, LOOKS, VALUES, WIDTHS, floats

BOTH = make_comparison(4000)
PLAIN = Look(glyphs="ascii", colour=False)
ROOM = 34
"""Columns of a reading on a quarter of 80 columns."""
PLOTS = (draw_losses, draw_forecasts, draw_gradients)


def words(picture):
    return [word.text for word in picture.reading]


@pytest.mark.parametrize("draw", PLOTS)
def test_every_net_has_a_label_of_its_own(draw):
    legend = [word.text for word in draw(BOTH, Frame(60, 12)).legend]
    assert legend[:2] == ["━ LSTM 32", "•━ RNN 32"]
    three = draw(make_comparison(4000, nets=3), Frame(60, 12)).legend
    assert [word.text for word in three][2] == "×━ GRU 32"
    assert len({word.ink for word in three[:3]}) == 3
    plain = draw(BOTH, Frame(60, 12, PLAIN)).legend
    assert [word.text for word in plain][:2] == [". LSTM 32", "o RNN 32"]


def test_a_panel_of_a_quarter_of_120_columns_says_which_loss_it_shows():
    legend = fit_words(draw_losses(BOTH, Frame(58, 15)).legend, 44, gap=1)
    assert [text for text, _ in legend] == ["━ LSTM 32", "•━ RNN 32", "validation"]


@pytest.mark.parametrize("draw", PLOTS)
def test_every_net_has_a_line_told_apart_by_what_stands_on_it(draw, text):
    drawn = text(draw, BOTH, 60, 14, look=PLAIN)
    assert "." in drawn
    assert "o" in drawn
    braille = text(draw, BOTH, 60, 14)
    assert "•" in braille
    assert "×" in text(draw, make_comparison(4000, nets=3), 60, 14)


@pytest.mark.parametrize("draw", PLOTS)
def test_nothing_yet_is_said(draw, text):
    nothing = replace(COMPILING, peers=(COMPILING,), match="units")
    assert "waiting for the first" in text(draw, nothing)


def test_losses_and_errors_are_read_one_beside_the_other():
    best, now = (significant(x) for x in (BOTH.best_validation_loss, BOTH.validation_loss))
    lead, first, second = words(draw_losses(BOTH, Frame(70, 12)))
    assert (lead, first) == ("best", f"LSTM 32 {best}, now {now}")
    assert second.startswith("RNN 32 0.0")
    assert ", now " in second
    lead, first, second = words(draw_losses(BOTH, Frame(58, 12)))
    assert (lead, first) == ("best", f"LSTM 32 {best}"), "both nets are read in the same way"
    assert second.startswith("RNN 32 0.0")
    assert ", now " not in second
    errors = words(draw_forecasts(BOTH, Frame(60, 12)))
    assert errors[0] == "val RMSE"
    assert errors[-1] == "naive 30.3"
    done = ended(Status.COMPLETED, "took all", BOTH)
    done = replace(done, peers=tuple(replace(p, ended=done.ended) for p in BOTH.peers))
    assert words(draw_forecasts(done, Frame(60, 12)))[:2] == ["test RMSE", "LSTM 32 19.8"]


def test_the_last_part_of_the_run_and_the_linear_scale(text):
    view = LossView(scale="linear", recent=True)
    drawn = text(partial(draw_losses, view=view), BOTH, 60, 14)
    assert drawn.splitlines()[-1].split()[1].startswith("3")
    legend = [word.text for word in draw_losses(BOTH, Frame(60, 12), view).legend]
    assert legend[-1] == "(validation, linear, recent)"


def test_the_losses_are_smoothed_on_request(text):
    noise = np.exp(np.random.default_rng(0).normal(0, 0.5, 200))
    net = make_comparison(4000)
    rough = replace(net.history, validation_loss=curve(np.arange(200) * 20, 0.1 * noise))
    net = replace(net, history=rough, peers=(replace(net.peers[0], history=rough),))
    plain = text(draw_losses, net, 60, 14, look=PLAIN)
    smooth = text(partial(draw_losses, view=LossView(smooth=True)), net, 60, 14, look=PLAIN)
    rows = [
        sum("." in row or "o" in row for row in drawn.splitlines()) for drawn in (plain, smooth)
    ]
    assert rows[1] < rows[0]
    legend = draw_losses(net, Frame(60, 12), LossView(smooth=True)).legend
    assert legend[-1].text == "(validation, log, whole run, smoothed)"


def test_the_reach_of_both_gradients_is_read():
    lead, first, second = words(draw_gradients(BOTH, Frame(60, 12)))
    assert lead == "reaches back"
    reaches = [int(word.split()[2].removesuffix("/50")) for word in (first, second)]
    assert first.startswith("LSTM 32 ")
    assert reaches[0] > reaches[1]


@pytest.mark.parametrize("draw", PLOTS)
@pytest.mark.parametrize("cursor", [None, 1, 50])
def test_every_one_of_three_nets_is_read_in_a_quarter_of_a_small_screen(draw, cursor):
    reading = draw(make_comparison(4000, nets=3), Frame(38, 7, cursor=cursor)).reading
    shown = " ".join(text for text, _ in fit_words(reading, ROOM))
    assert [cell for cell in ("LSTM", "RNN", "GRU") if cell in shown] == ["LSTM", "RNN", "GRU"]


def test_the_cursor_reads_every_net():
    assert words(draw_gradients(BOTH, Frame(60, 12, cursor=50)))[0] == "t 50"
    assert len(words(draw_gradients(BOTH, Frame(60, 12, cursor=50)))) == 3
    at = words(draw_forecasts(BOTH, Frame(60, 12, cursor=50)))
    assert at[0].startswith("year 1949")
    assert at[1].startswith("LSTM 32")
    assert at[-1].startswith("actual")


def test_the_axis_holds_the_gradients_of_all(text):
    faint = replace(BOTH.peers[0], gradient=GradientFlow(10.0 ** np.linspace(-40, 0, 50), None))
    drawn = text(draw_gradients, replace(BOTH, peers=(faint,)), 60, 14)
    assert "1e-40" in drawn


@settings(max_examples=25, deadline=None)
@given(st.data(), WIDTHS, HEIGHTS, LOOKS, CURSORS)
def test_nothing_breaks_them(data, width, height, look, cursor):
    steps = data.draw(st.integers(0, 40))
    loss = curve(np.arange(steps), data.draw(floats(steps)))
    flow = data.draw(floats(50, VALUES.map(abs)))
    predicted = data.draw(floats(len(BOTH.forecast.time)))
    peer = BOTH.peers[0]
    nasty = replace(
        BOTH,
        peers=(
            replace(
                peer,
                history=replace(peer.history, validation_loss=loss),
                gradient=GradientFlow(flow, None),
                forecast=replace(peer.forecast, predicted=predicted),
            ),
        ),
    )
    for draw in PLOTS:
        picture = draw(nasty, Frame(width, height, look, cursor))
        assert len(picture.rows) == height
        assert {row.cell_length for row in picture.rows} <= {width}


def test_the_column_that_all_nets_forecast_is_named_where_there_are_several():
    nets = make_comparison(4000)
    peers = tuple(make_targets(net, 1) for net in nets.peers)
    nets = replace(make_targets(nets, 1), peers=peers)
    word = draw_forecasts(nets, Frame(118, 30)).legend[-1]
    assert (word.text, word.short) == ("▄ groups (2 of 2)", "groups 2/2")
    word = draw_forecasts(nets, Frame(118, 30), ForecastView(residuals=True)).legend[-1]
    assert word.text == "errors of groups (2 of 2)"
