"""Marks at the foot of the loss."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.axes import Axis
from rnn_tui.training.snapshot import Happened, Happening, Marks
from rnn_tui.tui.plots.compare import draw_losses
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import LossView, draw_loss, smoothed
from rnn_tui.tui.plots.milestones import COLUMNS_APART, SIGNS, thin_out
from rnn_tui.tui.plots.picture import Frame
from tests.tui.fake_session import make_comparison, make_snapshot


def marks(step, value):
    return Marks(np.asarray(step, np.int64), np.asarray(value, float))


def with_marks(epochs=None, rates=None):
    snapshot = make_snapshot(4000)
    none = Marks.none()
    history = replace(snapshot.history, epochs=epochs or none, rates=rates or none)
    return replace(snapshot, history=history)


@pytest.mark.parametrize(("last", "stride"), [(5, 1), (20, 2), (40, 5), (70, 10), (4000, 500)])
def test_epochs_stand_apart_and_have_round_numbers(last, stride):
    numbers = np.arange(1, last + 1)
    found, kept = thin_out(marks(numbers * 10, numbers), Axis(1, 10 * last), 60)
    assert found == stride
    assert (kept.value % stride == 0).all()
    columns = kept.step / (10 * last) * 60
    assert len(columns) < 2 or np.diff(columns).min() >= COLUMNS_APART * 0.9


def test_epochs_and_rates_are_marked_at_the_foot_and_explained(text):
    epochs = marks(np.arange(1, 5) * 800, [1, 2, 3, 4])
    snapshot = with_marks(epochs, marks([1, 1000, 3000], [0.01, 0.0125, 0.005]))
    foot = text(draw_loss, snapshot, 100, 20).splitlines()[-2]
    assert foot.count("╵") == 4
    assert foot.index("▴") < foot.index("▾")
    assert [foot.count(symbol) for symbol in "▴▾"] == [1, 1]
    words = [word.text for word in draw_loss(snapshot, Frame(100, 20)).legend]
    assert "╵ epochs" in words
    assert "▴▾ learning rate" in words


def test_what_has_not_happened_is_not_explained():
    words = [word.text for word in draw_loss(with_marks(), Frame(100, 20)).legend]
    assert not [word for word in words if "epoch" in word or "rate" in word]


def test_plain_terminals_get_plain_marks(text):
    snapshot = with_marks(marks([800], [1]), marks([1, 2000], [0.01, 0.1]))
    drawn = text(draw_loss, snapshot, 60, 12, look=Look(glyphs="ascii"))
    assert drawn.isascii()
    assert "'" in drawn.splitlines()[-2]
    assert "^" in drawn.splitlines()[-2]


def test_smoothing_is_a_geometric_mean_that_leaves_out_what_is_not_finite():
    value = np.array([1.0, 100.0, 1.0, 100.0, np.nan, np.inf, 0.0, 1.0])
    smooth = smoothed(value)
    assert smooth[1] == pytest.approx((1 * 100 * 1) ** (1 / 3))
    assert smooth[3] == pytest.approx((1 * 100) ** 0.5)
    assert np.isnan(smooth[5])
    assert smoothed(np.empty(0)).size == 0


def test_the_smoothed_line_is_calmer_and_says_so(text):
    snapshot = make_snapshot(4000)
    plain, calm = (
        text(draw_loss, snapshot, 80, 20, view=LossView(smooth=smooth)) for smooth in (False, True)
    )
    assert plain != calm
    legend = draw_loss(snapshot, Frame(80, 20), LossView(smooth=True)).legend
    assert any("smoothed" in word.text for word in legend)


def with_happened(*happened, rates=None):
    snapshot = with_marks(rates=rates)
    history = replace(snapshot.history, happened=tuple(Happened(*one) for one in happened))
    return replace(snapshot, history=history)


EVERYTHING = tuple((600 * n, kind, "") for n, kind in enumerate(Happening, start=1))


@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
def test_whatever_befell_the_run_is_marked_with_a_letter_and_explained(text, glyphs):
    snapshot, look = with_happened(*EVERYTHING), Look(glyphs=glyphs)
    foot = text(draw_loss, snapshot, 120, 20, look=look).splitlines()[-2]
    assert [sign for sign in foot if sign in "CBOWU!"] == [*"CBOWU!"]
    words = [word.text for word in draw_loss(snapshot, Frame(120, 20, look)).legend]
    assert words[-6:] == [
        *("C clip", "B batch", "O optimizer", "W written", "U goal", "! gradient lost")
    ]
    assert set(Happening) == set(SIGNS)


def test_a_sign_stands_where_its_step_is(text):
    rows = text(draw_loss, with_happened((2000, Happening.CLIP, "")), 90, 20).splitlines()
    tick = rows[-1].index("2k")
    assert abs(rows[-2].index("C") - tick) <= 1


def test_what_happens_at_one_step_stands_side_by_side(text):
    one_step = [(2000, kind, "") for kind in (Happening.CLIP, Happening.BATCH, Happening.OPTIMIZER)]
    rates = marks([1, 2000], [0.01, 0.1])
    foot = text(draw_loss, with_happened(*one_step, rates=rates), 60, 12).splitlines()[-2]
    around = foot[foot.index("O") - 3 : foot.index("O") + 4]
    assert set("CBO▴") <= set(around)


def test_one_sign_a_column_is_enough_for_what_happens_again_and_again(text):
    often = [(2000 + n, Happening.SAVED, "") for n in range(20)]
    foot = text(draw_loss, with_happened(*often), 60, 12).splitlines()[-2]
    assert 1 <= foot.count("W") <= 2


def test_a_line_leads_from_the_best_loss_to_its_step(text):
    early = replace(make_snapshot(4000), best_step=2000, best_validation_loss=0.3)
    rows = text(draw_loss, early, 60, 20).splitlines()
    column = next(row.index("◆") for row in rows if "◆" in row)
    assert sum(row[column] == "┊" for row in rows[:-1]) > 5


def test_nets_that_are_compared_have_the_marks_too(text):
    nets = make_comparison(4000)
    nets = replace(nets, history=with_happened(*EVERYTHING).history)
    foot = text(draw_losses, nets, 120, 20).splitlines()[-2]
    assert [sign for sign in foot if sign in "CBOWU!"] == [*"CBOWU!"]
