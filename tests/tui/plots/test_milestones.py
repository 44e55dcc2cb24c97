"""Marks at the foot of the loss."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.axes import Axis
from rnn_tui.training.snapshot import Marks
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import LossView, draw_loss, smoothed
from rnn_tui.tui.plots.milestones import COLUMNS_APART, thin_out
from rnn_tui.tui.plots.picture import Frame
from tests.tui.fake_session import make_snapshot


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
