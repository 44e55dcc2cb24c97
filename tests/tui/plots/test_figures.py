"""What stands below the loss and the forecast where they have the screen to themselves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Clipping, Curve, Happened, Happening, HistoryView
from rnn_tui.tui.plots.compare import draw_forecasts, draw_losses
from rnn_tui.tui.plots.forecast import draw_forecast
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.loss import draw_loss
from rnn_tui.tui.plots.lossfigures import course_of, gap_curve
from rnn_tui.tui.plots.picture import Frame
from rnn_tui.tui.plots.residuals import residuals
from rnn_tui.tui.plots.words import percent, significant
from tests.tui.fake_session import curve, ended, make_comparison, make_snapshot, make_targets
from tests.tui.plots.nasty import CURSORS, LOOKS, VALUES, several

SNAPSHOT = make_snapshot(4000, clipped_lately=Clipping(120, 1000))


def below(draw, snapshot, width=78, height=18, cursor=None, look=None):
    """Return the rows of figures, each as its words."""
    frame = Frame(width, height, look or Look(), cursor, alone=True)
    rows = [row.text.rstrip() for row in draw(snapshot, frame).rows]
    axis = max(n for n, row in enumerate(rows) if row.split()[:1] in (["step"], ["year"]))
    return [" ".join(row.split()) for row in rows[axis + 1 :]]


def test_the_gap_stands_in_line_with_the_losses_above_it():
    small = replace(SNAPSHOT.history.loss, low=SNAPSHOT.history.loss.low * 1e-9)
    history = replace(SNAPSHOT.history, loss=small)
    for shown in (SNAPSHOT, replace(SNAPSHOT, history=history)):
        rows = [row.text for row in draw_loss(shown, Frame(118, 34, alone=True)).rows]
        upper, lower = (row for row in rows if row.split()[:1] == ["step"])
        assert upper == lower


def row_of(rows, name):
    return next(row for row in rows if row.startswith(name))


def test_the_loss_has_both_losses_now_lately_and_at_their_lowest_with_their_gap():
    rows = below(draw_loss, SNAPSHOT)
    assert rows[0] == "loss now mean change lowest at step"
    best = f"{significant(SNAPSHOT.best_validation_loss)} {SNAPSHOT.best_step:,}"
    assert row_of(rows, "train").startswith(f"train {significant(SNAPSHOT.loss)} ")
    validation = row_of(rows, "validation ")
    assert validation.startswith(f"validation {significant(SNAPSHOT.validation_loss)} ")
    assert validation.endswith(best)
    assert row_of(rows, "validation /").endswith("at the best")
    assert "rate 3.00e-3 gradient 0.400 clip 1 (12 %) batch 32 adam" in rows
    assert "a tenth of the run" in rows[-1]


def test_the_change_is_that_of_the_line_through_the_last_tenth():
    steps = np.arange(1, 1001)
    falling = curve(steps, np.exp(-steps / 100))
    course = course_of(falling, 1000)
    assert course.growth == pytest.approx(-0.99)
    assert course.mean == pytest.approx(np.exp(-9.505))
    flat = curve(steps, np.full(1000, 0.5))
    assert course_of(flat, 1000).growth == pytest.approx(0, abs=1e-12)
    assert np.isnan(course_of(curve([1, 2], [np.nan, 0.0]), 2).mean)
    assert np.isnan(course_of(curve([9, 10], [1.0, 1.0]), 10).growth)


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([1e-300, 1.0, 1e300], "- "),
        ([1e300, 1.0, 1e-300], "−100 % "),
        ([1.0, 1.1, 1.2], "+20 % "),
        ([1.0, 6.0, 36.0], "×36.0 "),
    ],
)
def test_a_change_of_any_size_is_said(losses, said):
    train = curve([97, 98, 99], losses)
    history = replace(SNAPSHOT.history, loss=train)
    snapshot = replace(SNAPSHOT, history=history, step=100)
    assert f" {said}" in row_of(below(draw_loss, snapshot), "train")


def test_the_gap_is_the_validation_loss_over_the_smoothed_training_loss():
    steps = np.arange(1, 201)
    history = replace(
        SNAPSHOT.history,
        loss=curve(steps, np.full(200, 0.2)),
        validation_loss=curve([50, 100, 200], [0.2, 0.3, 0.6]),
    )
    np.testing.assert_allclose(gap_curve(history)[1], [1.0, 1.5, 3.0])
    broken = replace(history, loss=curve([1, 2], [np.nan, np.inf]))
    assert np.isnan(gap_curve(broken)[1]).all()


def test_the_gap_has_a_chart_of_its_own_where_there_is_room():
    tall = draw_loss(SNAPSHOT, Frame(118, 45, alone=True))
    text = "\n".join(row.text for row in tall.rows)
    assert "validation = train" in text
    assert [row.text.split()[:1] for row in tall.rows].count(["step"]) == 2
    low = draw_loss(SNAPSHOT, Frame(78, 18, alone=True))
    assert not [row for row in low.rows if "validation = train" in row.text]


def test_what_befell_the_run_is_listed_the_latest_first():
    happened = (
        Happened(1000, Happening.CLIP, "1 → 0.5"),
        Happened(2500, Happening.OPTIMIZER, "adam → sgd"),
    )
    history = replace(SNAPSHOT.history, happened=happened)
    rows = below(draw_loss, replace(SNAPSHOT, history=history))
    assert "O 2,500 optimizer adam → sgd C 1,000 clip 1 → 0.5" in rows


def test_every_part_has_its_scores_but_the_test_part_before_the_end():
    naive = Scores(30.3, 24.0, 35, mase=1.2)
    snapshot = replace(SNAPSHOT, baselines={"naive": naive, "AR(9)": Scores(17.5, 13.0, 35)})
    rows = below(draw_forecast, snapshot)
    assert rows[0] == "one step, now RMSE MAE MASE skill mean sd lag 1 points"
    for name, start, stop in (("train", 0, 221), ("validation", 221, 256)):
        part = residuals(snapshot.forecast, start, stop)
        row = row_of(rows, name).split()
        assert row[1:4] == [
            significant(part.rmse),
            significant(part.mae),
            significant(part.mae / 20.0),
        ]
        assert " ".join(row[4:6]) == percent(part.skill)
        assert row[-1] == str(part.count)
    assert row_of(rows, "test") == "test at the end"
    assert row_of(rows, "validation RMSE").startswith(
        "validation RMSE, as last scored: "
        f"LSTM 32 {significant(snapshot.validation_rmse)} AR(9) 17.5 naive 30.3"
    )
    assert "something is left to learn" in rows[-1]


def test_at_the_end_the_test_part_is_scored_and_ranked():
    done = ended(Status.COMPLETED, "", SNAPSHOT)
    rows = below(draw_forecast, done)
    part = residuals(done.forecast, 256, 309)
    assert row_of(rows, "test ").startswith(f"test {significant(part.rmse)} ")
    assert "test RMSE: LSTM 32 19.8 naive 30.3" in rows


def test_figures_are_those_of_the_column_that_is_shown():
    rows = [below(draw_forecast, make_targets(SNAPSHOT, target)) for target in (0, 1)]
    first, second = (float(row_of(found, "train").split()[1]) for found in rows)
    assert second == pytest.approx(2 * first, rel=0.01)


def test_rows_that_came_are_told_from_those_before():
    followed = replace(
        SNAPSHOT,
        rows_followed=53,
        forecast=replace(SNAPSHOT.forecast, validation_start=256, test_start=256),
    )
    rows = below(draw_forecast, followed)
    assert row_of(rows, "before").endswith(" 206")
    assert row_of(rows, "new").endswith(" 53")
    assert not [row for row in rows if row.startswith(("test", "train"))]
    assert "new rows RMSE:" in "\n".join(rows)


def test_the_point_at_the_cursor_is_read_with_its_error_and_the_naive_forecast():
    forecast, index = SNAPSHOT.forecast, SNAPSHOT.trace.start + 9
    row = row_of(below(draw_forecast, SNAPSHOT, width=118, cursor=10), "at the cursor:")
    error = forecast.actual[index] - forecast.predicted[index]
    assert f"year {1700 + index}" in row
    assert f"error {significant(error)}" in row
    assert f"naive {significant(forecast.actual[index - 1])}" in row
    newest = row_of(below(draw_forecast, SNAPSHOT), "newest point:")
    assert "year 2008" in newest


def test_of_several_nets_each_has_a_row():
    nets = make_comparison(4000, nets=3)
    rows = below(draw_losses, nets, width=118)
    assert rows[0] == "loss train validation lowest at step parameters reaches"
    assert [row.rpartition(" of ")[0].split()[0] for row in rows[1:]] == ["LSTM", "RNN", "GRU"]
    assert "4,385" in rows[1]
    rows = below(draw_forecasts, nets, width=118)
    assert rows[0].startswith("validation, one step, now RMSE MAE")
    assert rows[-1] == "below: as last scored"
    part = residuals(nets.peers[0].forecast, 221, 256)
    assert rows[2].startswith(f"RNN 32 {significant(part.rmse)} {significant(part.mae)}")


def test_of_several_nets_that_have_ended_the_test_part_is_shown():
    nets = make_comparison(4000)
    peers = tuple(ended(Status.COMPLETED, "", net) for net in nets.peers)
    done = ended(Status.COMPLETED, "", replace(nets, peers=peers))
    assert below(draw_forecasts, done)[0].startswith("test, one step ahead")


@pytest.mark.parametrize("draw", [draw_loss, draw_forecast])
def test_plain_terminals_get_plain_figures(draw):
    rows = below(draw, SNAPSHOT, width=118, height=40, look=Look(glyphs="ascii"))
    assert "".join(rows).isascii()


@settings(max_examples=60, deadline=None)
@given(several(3), several(1), VALUES, st.integers(0, 50), LOOKS)
def test_no_loss_breaks_its_figures(train, validation, number, height, look):
    step, checked = np.arange(1, len(train[0]) + 1), np.arange(1, len(validation[0]) + 1)
    loss = Curve(step, *train)
    history = HistoryView(loss, loss, curve(checked, validation[0]), loss)
    snapshot = replace(
        SNAPSHOT,
        history=history,
        loss=number,
        validation_loss=number,
        best_validation_loss=number,
        gradient_norm=number,
    )
    picture = draw_loss(snapshot, Frame(80, height, look, alone=True))
    assert [row.cell_length for row in picture.rows] == [80] * height


@settings(max_examples=60, deadline=None)
@given(several(3), st.integers(0, 60), st.integers(0, 60), VALUES, st.integers(0, 50), CURSORS)
def test_no_forecast_breaks_its_figures(arrays, first, second, rmse, height, cursor):
    time, actual, predicted = np.sort(arrays[0]), arrays[1], arrays[2]
    validation, test = sorted((min(first, len(time)), min(second, len(time))))
    forecast = replace(
        SNAPSHOT.forecast,
        time=time,
        actual=actual,
        predicted=predicted,
        validation_start=validation,
        test_start=test,
    )
    naive = Scores(rmse, rmse, 9, mase=rmse)
    snapshot = replace(
        SNAPSHOT, forecast=forecast, validation_rmse=rmse, baselines={"naive": naive}
    )
    for shown in (snapshot, ended(Status.COMPLETED, "", snapshot)):
        picture = draw_forecast(shown, Frame(80, height, cursor=cursor, alone=True))
        assert [row.cell_length for row in picture.rows] == [80] * height


def test_the_mase_of_the_test_part_is_the_one_that_is_told_elsewhere():
    done = ended(Status.COMPLETED, "", SNAPSHOT)
    part = residuals(done.forecast, 256, 309)
    scores = {"model": Scores(part.rmse, part.mae, 53, mase=part.mae / 25.0)}
    scores["naive"] = Scores(30.3, 30.0, 53, mase=1.2)
    baselines = {"naive": Scores(30.3, 24.0, 35, mase=1.2)}
    done = replace(done, baselines=baselines, ended=replace(done.ended, scores=scores))
    rows = below(draw_forecast, done)
    assert row_of(rows, "test ").split()[3] == significant(scores["model"].mase)
    validation = residuals(done.forecast, 221, 256)
    assert row_of(rows, "validation").split()[3] == significant(validation.mae / 20.0)
