"""What is copied from a panel."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from rnn_tui.tui.journal import Entry, Kind
from rnn_tui.tui.numbers import MOST_CHARACTERS, numbers_of
from tests.tui.fake_session import LOADING, H, T, make_forecast, make_snapshot, make_targets


def table(panel, snapshot=None, gate="f", entries=()):
    text = numbers_of(panel, snapshot or make_snapshot(4000), gate, entries)
    return [line.split("\t") for line in text.splitlines()]


def test_the_loss_has_its_extremes_and_the_validation_loss_where_there_is_one():
    header, *rows = table(1)
    assert header == ["step", "train", "lowest", "highest", "validation"]
    history = make_snapshot(4000).history
    assert len(rows) == len(history.loss.step)
    last = [float(cell) for cell in rows[-1][:4]]
    assert last == pytest.approx(
        [4000, history.loss.value[-1], history.loss.low[-1], history.loss.high[-1]], rel=1e-6
    )
    checked = [row for row in rows if row[4]]
    assert [int(row[0]) for row in checked] == history.validation_loss.step.tolist()


def test_the_forecast_has_its_time_and_part_and_gaps_where_nothing_is_known():
    header, *rows = table(2)
    assert header == ["year", "part", "actual", "predicted"]
    assert rows[0][:2] == ["1700", "train"]
    assert rows[0][3] == ""
    assert rows[221][1] == "validation"
    assert rows[-1][:2] == ["2008", "test"]
    assert float(rows[-1][3]) == pytest.approx(make_forecast(4000).predicted[-1], rel=1e-6)


def test_the_gate_that_is_shown_is_a_row_a_timestep_a_column_a_unit():
    header, *rows = table(3, gate="o")
    assert header[:2] == ["t", "o1"]
    assert (len(rows), len(rows[0])) == (T, H + 1)
    assert float(rows[1][3]) == pytest.approx(make_snapshot(4000).trace.gates["o"][1, 2], rel=1e-6)
    assert table(3, gate="unknown")[0][1] == "f1"


def test_the_gradient_has_a_row_a_timestep():
    header, *rows = table(4)
    assert header == ["t", "norm of dL/dh", "norm of dL/dc"]
    assert len(rows) == T
    assert float(rows[-1][1]) == pytest.approx(make_snapshot(4000).gradient.hidden[-1], rel=1e-6)


def test_the_log_is_copied_as_it_is():
    entry = Entry(datetime(2026, 1, 2, 3, 4, 5), Kind.BEST, "best")  # noqa: DTZ001
    assert table(5, entries=(entry,))[1] == ["2026-01-02 03:04:05", "best", "best"]


@pytest.mark.parametrize("panel", [1, 2, 3, 4, 5])
def test_there_is_nothing_to_copy_before_the_run(panel):
    assert numbers_of(panel, LOADING, "f") == ""


def test_the_latest_rows_are_kept_where_there_are_too_many():
    at = datetime(2026, 1, 2)  # noqa: DTZ001
    entries = [Entry(at, Kind.RUN, f"{number} " + "x" * 90) for number in range(2000)]
    text = numbers_of(5, LOADING, "f", entries)
    assert len(text) <= MOST_CHARACTERS
    lines = text.splitlines()
    assert lines[0].startswith("time\t")
    assert "\t1999 x" in lines[-1]
    first = int(lines[1].split("\t")[2].split()[0])
    assert np.arange(first, 2000).size == len(lines) - 1


def test_the_free_running_forecast_is_copied_where_it_is_shown():
    forecast = make_forecast(4000)
    free = np.where(np.arange(len(forecast.time)) >= 256, 7.5, np.nan)
    snapshot = make_targets(make_snapshot(4000), 1)
    snapshot = replace(snapshot, forecast=replace(snapshot.forecast, free=free))
    header, *rows = table(2, snapshot)
    assert header[3:] == ["groups predicted", "groups free-running"]
    assert rows[255][4] == ""
    assert [row[4] for row in rows[256:]] == 53 * ["7.5"]
