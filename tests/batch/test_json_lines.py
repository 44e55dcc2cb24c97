import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.batch.backtestsummary import backtest_json
from rnn_tui.batch.gridsummary import grid_json
from rnn_tui.batch.json_lines import to_json_lines
from rnn_tui.batch.many import Outcome, Plan
from rnn_tui.batch.run import resolve
from rnn_tui.config import RunConfig
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.future import Future
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import (
    KernelsReady,
    Noted,
    RowFollowed,
    RunEnded,
    RunStarted,
    Status,
    StepsDone,
)
from tests.batch.fake_session import SCORES, burst


def strict(text):
    """Return the records of JSON Lines; NaN and Infinity, which are no JSON, raise."""

    def refuse(token):
        raise AssertionError(f"{token} is no JSON")

    assert text == "" or text.endswith("\n")
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def only(event):
    [record] = strict(to_json_lines(event, "LSTM"))
    return record


def steps_done(loss, norm=None, **changes):
    loss = np.array(loss, np.float64)
    norm = np.ones_like(loss) if norm is None else np.array(norm, np.float64)
    fields = {
        "first_step": 8,
        "epoch": 2,
        "loss": loss,
        "gradient_norm": norm,
        "learning_rate": 0.01,
        "clip": 1.0,
        "steps_per_second": 500.0,
        "seconds": 0.5,
    }
    return StepsDone(**(fields | changes))


def test_the_start_has_the_whole_configuration():
    config = resolve(RunConfig())
    event = RunStarted(
        config, {"numpy": "2.0"}, parameters=99, windows={"train": 5, "test": 2}, notes=("Uneven.",)
    )
    record = only(event)
    assert record == {
        "event": "run_started",
        "schema": 1,
        "config": config.model_dump(mode="json"),
        "versions": {"numpy": "2.0"},
        "seed": 0,
        "parameters": 99,
        "windows": {"train": 5, "test": 2},
        "notes": ["Uneven."],
    }
    assert record["config"]["data"]["dataset"] == "sunspots"
    assert record["config"]["training"]["steps"] == 1000
    assert RunConfig.model_validate(record["config"]) == config


def metrics(rmse, mae, mase, smape, r2, count=67):
    return {"rmse": rmse, "mae": mae, "count": count, "mase": mase, "smape": smape, "r2": r2}


def test_every_step_has_a_line_of_its_own():
    records = strict(to_json_lines(steps_done([1.5, 0.1 + 0.2, 1e-300]), "LSTM"))
    assert [record["step"] for record in records] == [8, 9, 10]
    assert [record["loss"] for record in records] == [1.5, 0.1 + 0.2, 1e-300]
    for record in records:
        assert list(record) == [
            "event", "step", "epoch", "loss", "gradient_norm", "learning_rate",
            "steps_per_second", "seconds",
        ]  # fmt: skip
        assert record["event"] == "step"


@pytest.mark.parametrize("last", [4.0, math.nan])
def test_every_step_has_its_own_epoch_where_a_burst_crosses_several(last):
    event = steps_done([1.0, 2.0, 3.0, last], epoch=4, epoch_starts=(1, 3))
    assert [r["epoch"] for r in strict(to_json_lines(event, "LSTM"))] == [2, 3, 3, 4]


def test_the_validation_loss_stands_at_the_step_it_belongs_to():
    records = strict(to_json_lines(burst(1), "LSTM"))
    assert ["validation_loss" in record for record in records] == [False] * 4 + [True]
    assert records[-1]["validation_loss"] == 0.125


@pytest.mark.parametrize(
    ("event", "key", "reason"),
    [
        (steps_done([math.nan]), "loss", "loss is nan"),
        (steps_done([math.inf]), "loss", "loss is inf"),
        (steps_done([1.0], [-math.inf]), "gradient_norm", "gradient_norm is -inf"),
        (steps_done([1.0], validation_loss=math.inf), "validation_loss", "validation_loss is inf"),
    ],
)
def test_what_is_not_finite_is_null_and_said_in_words(event, key, reason):
    record = only(event)
    assert record[key] is None
    assert record["reason"] == reason


def test_finite_steps_of_a_burst_with_a_fault_have_no_reason():
    records = strict(to_json_lines(steps_done([1.0, math.nan], validation_loss=2.0), "LSTM"))
    assert records[0] == only(steps_done([1.0]))
    assert "reason" not in records[0]
    assert records[1]["validation_loss"] == 2.0


def test_a_rate_that_is_not_finite_is_null():
    assert only(steps_done([1.0], steps_per_second=math.inf))["steps_per_second"] is None


def test_the_end_has_status_metrics_and_baselines():
    record = only(RunEnded(Status.COMPLETED, "took all 5 steps", 5, 3, 0.25, SCORES))
    assert record == {
        "event": "run_ended",
        "status": "completed",
        "reason": "took all 5 steps",
        "steps": 5,
        "best_step": 3,
        "seconds": 0.25,
        "test_metrics": metrics(19.81, 14.5, 0.65, 31.2, 0.838),
        "intervals": None,
        "baselines": {
            "naive": metrics(30.3, 23.0, 1.07, 49.9, 0.621),
            "seasonal naive": metrics(34.2, 25.0, None, 48.0, 0.517),
            "AR(9)": metrics(17.48, 13.1, 0.59, 28.7, 0.874),
        },
        "skill": pytest.approx(1 - 19.81 / 17.48),
        "verdict": "LSTM 19.8 does not beat AR(9) 17.5 on this series.",
        "rows_followed": 0,
        "more_targets": {},
        "future": [],
    }


def test_the_scores_of_further_columns():
    more = {"inflow": {"model": SCORES["model"], "naive": SCORES["naive"]}}
    record = only(RunEnded(Status.COMPLETED, "", 5, 3, 0.25, SCORES, more))
    assert record["more_targets"] == {
        "inflow": {
            "test_metrics": metrics(19.81, 14.5, 0.65, 31.2, 0.838),
            "intervals": None,
            "baselines": {"naive": metrics(30.3, 23.0, 1.07, 49.9, 0.621)},
            "skill": pytest.approx(1 - 19.81 / 30.3),
            "verdict": "LSTM 19.8 beats every baseline on this series; the best is naive 30.3.",
        }
    }


def test_an_end_without_scores():
    record = only(RunEnded(Status.INTERRUPTED, "interrupted", 0, None, 0.0, {}))
    assert (record["test_metrics"], record["baselines"], record["verdict"]) == (None, {}, None)


def test_scores_that_are_not_finite_are_null():
    scores = {"model": Scores(rmse=math.inf, mae=math.nan, count=3)}
    record = only(RunEnded(Status.DIVERGED, "…", 1, None, 0.0, scores))
    assert record["test_metrics"] == metrics(None, None, None, None, None, 3)
    assert "no finite test error" in record["verdict"]


def test_intervals_and_the_future():
    days = np.array(["2020-01-31", "2020-02-01"], "datetime64[D]")
    ends = np.array([[1.0, np.nan], [2.0, np.nan]])
    future = Future(("v", "w"), days, ends + 1, ends, ends + 2)
    held = {"v": Coverage(0.9, 0.85, 4.0, 20), "w": Coverage(0.9, 0.95, 5.0, 20)}
    record = only(
        RunEnded(Status.COMPLETED, "", 1, 1, 1.0, SCORES, {"w": SCORES}, held, future)
    )  # fmt: skip
    assert record["intervals"] == {"level": 0.9, "coverage": 0.85, "width": 4.0, "count": 20}
    assert record["more_targets"]["w"]["intervals"]["coverage"] == 0.95
    assert record["future"][2] == {
        "time": "2020-02-01",
        "column": "v",
        "step": 2,
        "predicted": 3.0,
        "lower": 2.0,
        "upper": 4.0,
    }
    assert record["future"][3]["lower"] is None


def test_compiling_has_no_line():
    assert to_json_lines(KernelsReady(1.0), "LSTM") == ""


def documented(event):
    text = (Path(__file__).parents[2] / "docs" / "batch-json.md").read_text(encoding="utf-8")
    section = text.partition(f"## `{event}`")[2].partition("\n## ")[0]
    return {"event", *re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)}


def test_the_documented_keys_of_a_grid_are_the_written_ones():
    ended = RunEnded(Status.COMPLETED, "", 5, 3, 0.25, SCORES)
    series = Series("s", "", "row", np.arange(9.0), np.arange(9.0), "test")
    record = grid_json([Outcome(Plan(resolve(RunConfig())), ended)], 1, series)
    assert documented("grid_ended") == record.keys()


def test_the_documented_keys_of_a_backtest_are_the_written_ones():
    ended = RunEnded(Status.COMPLETED, "", 5, 3, 0.25, SCORES)
    series = Series("s", "", "row", np.arange(9.0), np.arange(9.0), "test")
    record = backtest_json([Outcome(Plan(RunConfig(), Split(3, 6, 9)), ended)], 1, series)
    assert documented("backtest_ended") == record.keys()


def test_the_documented_keys_are_the_written_ones():
    started = RunStarted(resolve(RunConfig()), {}, parameters=1, windows={})
    ended = RunEnded(Status.COMPLETED, "", 5, 3, 0.25, SCORES)
    step = steps_done([math.nan], validation_loss=0.5)
    one = np.ones(1)
    row = RowFollowed(1, 2, 3.0, one, one, np.ones((1, 1)), {"model": 0.5})
    for name, event in (
        *(("run_started", started), ("step", step), ("run_ended", ended)),
        *(("row", row), ("note", Noted("It grew."))),
    ):
        assert documented(name) == only(event).keys()


@pytest.mark.parametrize("loss", [[3.0, 2.0], [3.0, math.nan]])
def test_every_step_has_its_own_learning_rate(loss):
    event = steps_done(loss, learning_rate=np.array([0.01, 0.005]))
    records = strict(to_json_lines(event, "LSTM"))
    assert [record["learning_rate"] for record in records] == [0.01, 0.005]
