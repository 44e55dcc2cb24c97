import json

import numpy as np
import pytest

from rnn_tui.batch.json_lines import to_json_lines
from rnn_tui.batch.rows import row_text, time_text
from rnn_tui.training.events import Noted, RowFollowed

NONE = np.array([np.nan, np.nan])


def followed(row=7, actual=(10.5, 1.0), predicted=(10.25, 2.0), rmse=None, **changes):
    fields = {
        "line": 99,
        "time": np.datetime64("2024-02-29T00:00:00", "us"),
        "ahead": np.array([[10.75, 3.0], [np.inf, 4.0]]),
        "rmse": {"model": 0.125, "naive": np.nan} if rmse is None else rmse,
    }
    return RowFollowed(
        row=row, actual=np.array(actual), predicted=np.array(predicted), **(fields | changes)
    )


def test_a_row_is_one_line_of_the_first_column():
    (line,) = row_text(followed()).splitlines()
    assert line.split() == ["2024-02-29", "10.500", "10.250", "-0.25000", "0.12500", "-", "10.750"]


def test_the_beginning_has_the_headings_and_the_first_forecast():
    head, line = row_text(followed(0, NONE, NONE, {}, time=-3.5)).splitlines()
    assert head.split() == ["time", "actual", "predicted", "error", "RMSE", "naive", "RMSE", "next"]
    assert line.split() == ["-3.5", "-", "-", "-", "-", "-", "10.750"]
    assert len(head) == len(line) == 92


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (np.datetime64("2024-02-29T12:30:00", "us"), "2024-02-29T12:30:00"),
        (2024.0, "2024"),
        (0.1, "0.1"),
    ],
)
def test_times(time, text):
    assert time_text(time) == text


def test_json_of_a_row():
    record = json.loads(to_json_lines(followed(), "LSTM"))
    assert record == {
        "event": "row",
        "row": 7,
        "line": 99,
        "time": "2024-02-29",
        "actual": [10.5, 1.0],
        "predicted": [10.25, 2.0],
        "ahead": [[10.75, 3.0], [None, 4.0]],
        "rmse": {"model": 0.125, "naive": None},
    }


def test_json_of_the_beginning_has_a_forecast_and_no_row():
    record = json.loads(to_json_lines(followed(0, NONE, NONE, {}, time=3.0), "LSTM"))
    assert record == {
        "event": "following",
        "row": 0,
        "line": 99,
        "time": 3.0,
        "ahead": [[10.75, 3.0], [None, 4.0]],
        "rmse": {},
    }


def test_json_of_a_note():
    record = json.loads(to_json_lines(Noted("It grew.", is_bad_row=True), "LSTM"))
    assert record == {"event": "note", "text": "It grew.", "is_bad_row": True}
