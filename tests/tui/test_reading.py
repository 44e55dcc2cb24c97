"""The sentences, without a screen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import GradientFlow, HistoryView, State
from rnn_tui.tui.reading import read
from rnn_tui.tui.widgets.lines import fit_sentences
from tests.tui.fake_session import (
    COMPILING,
    LOADING,
    curve,
    ended,
    make_snapshot,
    make_targets,
    scoring,
)

SNAPSHOT = make_snapshot(4000)
ONE_ROW = 69
"""Columns beside the name at a width of 80."""


def texts(snapshot, waited=0.0):
    return [sentence.text for sentence in read(snapshot, waited)]


def test_waiting_is_told_in_seconds():
    assert texts(LOADING, 0.31)[0] == "Loading Numba and the series: 0.3 s."
    assert texts(COMPILING, 4.25)[0] == "Compiling the kernels: 4.2 s."


def test_what_was_found_on_reading_comes_first_for_a_while():
    notes = ("p.csv, column 'v': 2 gaps, the first in line 22, were filled.",)
    assert texts(replace(COMPILING, notes=notes))[1] == notes[0]
    training = replace(SNAPSHOT, notes=notes)
    assert texts(training, 1.0)[0] == notes[0]
    assert notes[0] not in texts(training, 60.0)
    assert texts(replace(training, state=State.PAUSED), 60.0)[1] == notes[0]


def test_the_skill_over_naive_is_told_either_way():
    better = replace(SNAPSHOT, validation_rmse=20.0)
    assert texts(better)[0] == "On validation 34 % better than repeating the last value (naive)."
    worse = replace(SNAPSHOT, validation_rmse=40.0)
    assert texts(worse)[0] == "Not yet better than repeating the last value (naive forecast)."
    early = replace(SNAPSHOT, validation_rmse=None)
    assert texts(early)[0] == "Learning; the first validation is on its way."


def test_rows_that_came_are_told_instead_of_the_validation_part():
    waiting = replace(SNAPSHOT, rows_followed=0, validation_rmse=None, baselines={})
    assert texts(waiting)[0] == "Waiting for the next row; what it will be has been forecast."
    first = replace(waiting, rows_followed=1)
    assert texts(first)[0] == "1 row has come; the first forecast has yet to come true."
    better = replace(SNAPSHOT, rows_followed=1234, validation_rmse=20.0)
    assert texts(better)[0] == "1,234 rows have come, each forecast before: 34 % better than naive."
    worse = replace(better, validation_rmse=40.0, best_step=1, validation_loss=9.0)
    assert texts(worse)[0] == "1,234 rows have come, each forecast before: 32 % worse than naive."
    assert not any("Overfitting" in text for text in texts(worse))


def test_waiting_for_the_first_rows_is_told():
    waiting = replace(LOADING, message="Waiting for rows to learn from: 3 of 250")
    assert texts(waiting, 9.0) == ["Waiting for rows to learn from: 3 of 250."]


def test_at_the_end_the_rows_that_came_are_scored():
    done = ended(Status.COMPLETED, "the input ended; 7 rows came", SNAPSHOT)
    done = replace(done, ended=replace(done.ended, rows_followed=7))
    found = texts(done)
    assert found[0] == "Completed: the input ended; 7 rows came."
    assert any(text.startswith("On the rows that came RMSE 19.8") for text in found)
    assert not any("the best, are kept" in text for text in found)


def test_overfitting_is_told_with_its_step_and_its_size():
    worse = replace(SNAPSHOT, best_step=1000, best_validation_loss=0.1, validation_loss=0.15)
    assert texts(worse)[:2] == [
        "Overfitting: validation loss is up 50 % since its best, step 1,000.",
        "Those weights are kept, w saves them. Try fewer units (e).",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"best_step": 3000},
        {"validation_loss": 0.105},
        {"step": 150},
        {"best_validation_loss": None},
    ],
)
def test_what_is_no_overfitting_is_not_called_so(changes):
    base = {"best_step": 50, "best_validation_loss": 0.1, "validation_loss": 0.15}
    assert "Overfitting" not in " ".join(texts(replace(SNAPSHOT, **(base | changes))))


def flow(*norms):
    return replace(SNAPSHOT, gradient=GradientFlow(np.array(norms), None))


def test_the_reach_of_the_gradient_is_told_where_it_is_short():
    assert "Gradient reaches back 1 of 4 steps: older ones hardly teach." in texts(
        flow(1e-9, 1e-6, 0.5, 1.0)
    )
    assert "Gradient" not in " ".join(texts(flow(0.1, 0.2, 0.5, 1.0)))


def test_overflow_and_underflow_come_first():
    assert "overflows" in texts(flow(np.inf, 1.0))[0]
    assert "is 0 (underflow) up to t = 2" in texts(flow(0.0, 0.0, 0.5, 1.0))[0]
    assert "overflows" in texts(flow(1.0, np.nan))[0]


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0.05, "Training loss fell by 50 %"), (0.1, "is flat"), (0.2, "rose by 100 %")],
)
def test_the_trend_of_the_training_loss_is_told(late, expected):
    step = np.arange(1, 1001)
    loss = curve(step, np.where(step <= 900, 0.1, late))
    history = HistoryView(loss, loss, loss, loss)
    assert any(expected in text for text in texts(replace(SNAPSHOT, history=history)))


def test_a_pause_tells_the_keys_and_what_is_seen():
    first, *rest = texts(replace(SNAPSHOT, state=State.PAUSED))
    assert first == "Paused. space goes on, . takes one optimisation step."
    assert rest == texts(SNAPSHOT)


def test_a_run_that_is_being_scored_says_how_it_ended_and_what_goes_on():
    found = texts(scoring(Status.DIVERGED, "the loss was not finite at step 3", SNAPSHOT))
    assert found == [
        "Diverged: the loss was not finite at step 3.",
        "Scoring the best weights on the test part.",
    ]


def test_the_end_tells_reason_best_weights_and_test_score():
    done = texts(ended(Status.COMPLETED, "took all 4,000 steps", SNAPSHOT))
    assert done[0] == "Completed: took all 4,000 steps."
    assert done[1] == "On the test part RMSE 19.8: 35 % better than naive."
    assert "the best, are kept" in done[2]


def test_a_bad_test_score_is_not_hidden():
    snapshot = ended(Status.COMPLETED, "took all steps", SNAPSHOT)
    scores = {"model": Scores(40.0, 30.0, 53), "naive": Scores(30.3, 24.0, 53)}
    snapshot = replace(snapshot, ended=replace(snapshot.ended, scores=scores))
    assert "On the test part RMSE 40.0: 32 % worse than naive." in texts(snapshot)


@given(st.integers(1, 10**9), st.floats(0, 1e9), st.floats(1e-9, 1e3), st.floats(0, 1e9))
def test_every_sentence_on_training_fits_in_one_row_of_80_columns(step, loss, best, rmse):
    snapshot = replace(
        SNAPSHOT,
        step=step,
        best_step=step // 3 + 1,
        validation_loss=min(loss, 100 * best),
        best_validation_loss=best,
        validation_rmse=rmse,
    )
    for text in texts(snapshot):
        assert len(text) <= ONE_ROW + 8


@given(
    st.text(min_size=1, max_size=300),
    st.lists(st.text(max_size=100), max_size=3),
    st.integers(1, 90),
    st.integers(1, 5),
)
@example("\r00", [], 1, 2)
def test_the_first_sentence_is_never_blank_and_nothing_is_too_long(first, rest, width, height):
    from rnn_tui.tui.reading import Sentence

    lines = fit_sentences(tuple(Sentence(t) for t in (first, *rest)), width, height)
    assert len(lines) <= height
    assert all(len(line) <= width for line, _ in lines)
    if first.strip():
        assert lines[0][0].strip()


def test_a_cut_sentence_says_so():
    long = read(ended(Status.FAILED, "word " * 60, SNAPSHOT), 0)
    (line,) = fit_sentences(long, 40, 1)
    assert line[0].endswith("word …")
    assert len(line[0]) <= 40


def test_a_loss_that_got_away_is_not_called_a_slow_start():
    away = replace(
        SNAPSHOT, validation_rmse=89.0, validation_loss=15_884.0,
        best_validation_loss=9e-7, best_step=3_900,
    )  # fmt: skip
    assert texts(away)[0] == "Validation loss is 1.8e10 times its best, step 3,900: try -."
    endless = replace(away, validation_loss=np.inf)
    assert texts(endless)[0] == "Validation loss is far above its best, step 3,900: try -."
    assert max(map(len, texts(away) + texts(endless))) <= ONE_ROW


def test_underflow_and_overflow_of_a_layer_below_are_told():
    net = flow(0.2, 0.5, 1.0)
    lower = [GradientFlow(np.array(norms), None) for norms in ((0.0, 0.0, 0.1), (0.1, 0.2, 0.3))]
    snapshot = replace(net, gradient=replace(net.gradient, below=tuple(lower)))
    assert texts(snapshot)[0] == "Layer 1: the gradient is 0 up to t = 2: nothing there teaches."
    broken = GradientFlow(np.array([np.inf, 0.2, 0.3]), None)
    snapshot = replace(net, gradient=replace(net.gradient, below=(broken,)))
    assert "overflows" in texts(snapshot)[0]


def test_of_several_columns_the_one_that_is_shown_is_named():
    shown = make_targets(make_snapshot(4000), 1)
    naive = {"naive": Scores(30.3, 24.0, 35)}
    better = replace(shown, validation_rmse=20.0, baselines=naive)
    assert texts(better)[0] == "groups: on validation 34 % better than naive."
    worse = replace(shown, validation_rmse=40.0, baselines=naive, best_step=None)
    assert texts(worse)[0] == "groups: not yet better than the last value (naive)."
    followed = replace(better, rows_followed=67)
    assert texts(followed)[0] == "67 rows have come; groups: 34 % better than naive."
    long = replace(better, forecast=replace(shown.forecast, name="n" * 80))
    assert len(texts(long)[0]) <= ONE_ROW
