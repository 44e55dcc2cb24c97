from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Forecast
from rnn_tui.tui.plots.forecast import (
    ForecastView,
    draw_forecast,
    first_shown,
    index_of_timestep,
)
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, fit_words
from rnn_tui.tui.plots.words import significant
from tests.tui.fake_session import LOADING, ended, make_forecast, make_snapshot
from tests.tui.plots.nasty import CURSORS, HEIGHTS, LOOKS, VALUES, WIDTHS, several

SNAPSHOT = make_snapshot(4000)
RESIDUALS = ForecastView(residuals=True)


def reading(snapshot):
    return [word.text for word in draw_forecast(snapshot, Frame(80, 20)).reading]


def test_nothing_yet_is_said(text):
    assert "waiting for the first forecast" in text(draw_forecast, LOADING)


def test_the_three_parts_and_the_datas_own_time_are_written(text):
    drawn = text(draw_forecast, SNAPSHOT, 100, 20)
    assert all(part in drawn.splitlines()[0] for part in ("train", "validation", "test"))
    assert drawn.splitlines()[-1].split()[0] == "year"
    assert "1800" in drawn


def test_rows_that_came_are_the_new_part_and_the_reading_is_about_them(text):
    followed = replace(SNAPSHOT, rows_followed=67, validation_rmse=20.0)
    top = text(draw_forecast, followed, 100, 20).splitlines()[0]
    assert "new" in top
    assert "test" not in top
    assert reading(followed) == ["67 new rows: RMSE 20.0", "naive 30.3", "34 % better"]
    assert reading(replace(followed, validation_rmse=None)) == []


def test_dates_are_written_as_dates(text):
    time = np.arange("2020-01", "2024-01", dtype="datetime64[M]")
    value = np.sin(np.arange(48))
    forecast = Forecast("x", "", "month", time, value, value, 30, 40)
    drawn = text(draw_forecast, replace(SNAPSHOT, forecast=forecast), 60, 10)
    assert "2022" in drawn


def test_the_validation_part_is_read_while_it_trains_and_the_test_part_at_the_end():
    assert reading(SNAPSHOT)[0].startswith("validation RMSE")
    done = ended(Status.COMPLETED, "", SNAPSHOT)
    assert reading(done) == ["test RMSE 19.8", "naive 30.3", "35 % better"]


def test_a_forecast_worse_than_naive_is_said_to_be_worse():
    scores = {"model": Scores(45.45, 1.0, 53), "naive": Scores(30.3, 1.0, 53)}
    done = ended(Status.COMPLETED, "", SNAPSHOT)
    done = replace(done, ended=replace(done.ended, scores=scores))
    assert reading(done)[-1] == "50 % worse"
    overflown = replace(SNAPSHOT, validation_rmse=np.inf)
    assert reading(overflown)[-1] == "not finite"


def test_which_of_several_steps_ahead_is_shown_is_said():
    several_steps = replace(SNAPSHOT, forecast=replace(SNAPSHOT.forecast, horizon=12))
    word = draw_forecast(several_steps, Frame(80, 20)).legend[1]
    assert word.text.endswith("predicted (1 of 12 ahead)")
    assert word.short.endswith("pred t+1")


def test_the_test_part_is_always_shown_whole():
    forecast = SNAPSHOT.forecast
    total, test = len(forecast.time), len(forecast.time) - forecast.test_start
    for columns in (1, 10, 50, 1000):
        assert first_shown(forecast, columns) <= total - test


def test_a_wild_prediction_does_not_flatten_the_truth(text):
    wild = SNAPSHOT.forecast.predicted.copy()
    wild[-1] = 1e12
    snapshot = replace(SNAPSHOT, forecast=replace(SNAPSHOT.forecast, predicted=wild))
    assert "200┤" in text(draw_forecast, snapshot)


def test_ascii_is_ascii(text):
    assert text(draw_forecast, SNAPSHOT, look=Look(glyphs="ascii")).isascii()


@pytest.mark.parametrize("values", [[], [np.nan] * 4, [np.inf, -np.inf]])
def test_no_truth_to_show_is_said(values, text):
    values = np.array(values)
    forecast = Forecast("x", "", "t", np.arange(len(values)) + 0.0, values, values, 1, 1)
    drawn = " ".join(text(draw_forecast, replace(SNAPSHOT, forecast=forecast)).split())
    assert "waiting" in drawn or "no finite value" in drawn


@settings(max_examples=60)
@given(several(3), st.integers(0, 60), st.integers(0, 60), VALUES, WIDTHS, HEIGHTS, LOOKS, CURSORS)
def test_nothing_breaks_it(arrays, first, second, rmse, width, height, look, cursor):
    time, actual, predicted = np.sort(arrays[0]), arrays[1], arrays[2]
    validation, test = sorted((min(first, len(time)), min(second, len(time))))
    forecast = Forecast("x", "", "t", time, actual, predicted, validation, test)
    snapshot = replace(SNAPSHOT, forecast=forecast, validation_rmse=rmse)
    picture = draw_forecast(snapshot, Frame(width, height, look, cursor))
    assert len(picture.rows) == height
    assert all(row.cell_length == width for row in picture.rows)


@settings(max_examples=30)
@given(st.lists(st.one_of(st.none(), st.integers(-(10**10), 10**11)), max_size=30), WIDTHS)
def test_no_date_breaks_it(seconds, width):
    stamps = sorted(-(10**12) if s is None else s for s in seconds)
    time = np.array(stamps, "datetime64[s]")
    time[np.array(stamps) == -(10**12)] = np.datetime64("NaT")
    value = np.arange(len(stamps)) + 0.0
    forecast = Forecast("x", "", "t", time, value, value, 0, 0)
    picture = draw_forecast(replace(SNAPSHOT, forecast=forecast), Frame(width, 9))
    assert all(row.cell_length == width for row in picture.rows)


def test_the_cursor_marks_and_reads_the_point_of_its_timestep():
    frame = Frame(80, 20, cursor=10)
    picture = draw_forecast(SNAPSHOT, frame)
    index = SNAPSHOT.trace.start + 9
    assert [word.text for word in picture.reading] == [
        f"year {1700 + index}",
        f"actual {significant(SNAPSHOT.forecast.actual[index])}",
        f"predicted {significant(SNAPSHOT.forecast.predicted[index])}",
    ]
    assert str(1700 + index) in picture.rows[-1].text
    assert all("│" in row.text[6:] for row in picture.rows[1:4])


def test_the_cursor_counts_from_where_the_shown_points_begin():
    late = replace(SNAPSHOT.forecast, start=150)
    snapshot = replace(SNAPSHOT, forecast=late)
    assert index_of_timestep(snapshot, 1) == SNAPSHOT.trace.start - 150
    assert index_of_timestep(replace(snapshot, trace=None), 1) is None
    far = replace(SNAPSHOT, forecast=replace(SNAPSHOT.forecast, start=10_000))
    assert index_of_timestep(far, 1) is None


def test_what_the_cursor_points_at_is_always_shown():
    assert first_shown(SNAPSHOT.forecast, 10, cursor=7) == 7


def test_residuals_are_drawn_around_zero_with_their_mean():
    forecast = make_forecast(4000)
    above = replace(forecast, predicted=forecast.actual - 5)
    picture = draw_forecast(replace(SNAPSHOT, forecast=above), Frame(60, 15), RESIDUALS)
    drawn = [row.text for row in picture.rows]
    middle = next(n for n, row in enumerate(drawn) if row.lstrip().startswith("0┤"))
    lines = [n for n, row in enumerate(drawn[:-1]) if any("⠀" < glyph < "⣿" for glyph in row[6:])]
    assert lines
    assert max(lines) < middle
    assert "mean error 5.0" in [word.text for word in picture.reading]
    assert picture.legend[0].text == "━ actual − predicted"
    assert "train" in drawn[0]


def test_residuals_of_a_forecast_that_is_not_there_are_said_to_be_missing(text):
    forecast = make_forecast(4000)
    nothing = replace(forecast, predicted=np.full_like(forecast.actual, np.nan))
    drawn = text(draw_forecast, replace(SNAPSHOT, forecast=nothing), view=RESIDUALS)
    assert "no finite value to show" in drawn


@given(several(2), WIDTHS, HEIGHTS, LOOKS)
@settings(max_examples=40, deadline=None)
def test_residuals_of_any_size_fit_any_panel(values, width, height, look):
    actual, predicted = values
    n = len(actual)
    parts = {"validation_start": n // 2, "test_start": 2 * n // 3}
    forecast = replace(
        make_forecast(1), time=np.arange(float(n)), actual=actual, predicted=predicted, **parts
    )
    snapshot = replace(SNAPSHOT, forecast=forecast)
    picture = draw_forecast(snapshot, Frame(width, height, look), RESIDUALS)
    assert len(picture.rows) == height
    assert {row.cell_length for row in picture.rows} <= {width}


def test_the_prediction_is_read_out_on_a_quarter_of_80_columns():
    words = draw_forecast(SNAPSHOT, Frame(38, 8, cursor=10)).reading
    assert [text.split()[0] for text, _ in fit_words(words, 34)] == ["year", "actual", "pred"]


def test_names_of_wide_characters_fit_as_well(text):
    forecast = replace(
        SNAPSHOT.forecast,
        name="温度センサー室内の",
        targets=("温度センサー室内の", "y"),
        time_name="日付",
    )
    snapshot = replace(SNAPSHOT, forecast=forecast)
    assert "日付" in text(draw_forecast, snapshot, 80, 20)
    legend = draw_forecast(snapshot, Frame(38, 8)).legend
    words = fit_words(legend, 22, gap=1)
    assert [text for text, _ in words] == ["▄ 温度セン… 1/2", "━ pred"]
    picture = draw_forecast(snapshot, Frame(78, 18, cursor=3, alone=True))
    assert [row.cell_length for row in picture.rows] == [78] * 18
    assert [cell_len(row.text) for row in picture.rows] == [78] * 18
