"""Tables, forecasts beyond the end and reports that runs of the command leave."""

import datetime as dt
import json
import math

import pytest

from tests.batch.test_json_lines import strict
from tests.command import SMALL, run


def test_a_table_of_several_columns_from_end_to_end(batch, table, tmp_path):
    output, model = tmp_path / "out.csv", tmp_path / "m.safetensors"
    task = (
        *("--column", "v", "--column", "w", "--covariate", "c", "--missing", "interpolate"),
        *("--horizon", "3", "--transform", "diff", "--scaling", "min-max"),
        *("--validation-size", "2020-05-01", "--test-size", "2020-05-15"),
    )
    code, out, err = batch(
        *("--json", "--data", str(table), *task, *SMALL),
        *("--output", str(output), "--save-model", str(model)),
    )
    records = strict(out)
    start, end = records[0], records[-1]
    assert (code, err) == (0, "")
    assert "1 gap" in start["notes"][0]
    assert start["windows"]["test"] == 16 - 2
    assert end["test_metrics"]["count"] == 3 * 14
    assert end["more_targets"]["w"]["test_metrics"]["count"] == 3 * 14
    rows = [row.split(",") for row in output.read_text().splitlines()]
    ends = ["lower", "upper"]
    assert rows[0] == ["time", "column", "step", "actual", "predicted", *ends, "split"]
    assert rows[-1][:4] + rows[-1][7:] == ["2020-06-02", "w", "3", "", "future"]
    for column, scores in (("v", end), ("w", end["more_targets"]["w"])):
        chosen = [row for row in rows[1:] if row[1] == column and row[7] == "test"]
        errors = [float(row[4]) - float(row[3]) for row in chosen]
        rmse = math.sqrt(sum(error**2 for error in errors) / len(errors))
        assert scores["test_metrics"]["rmse"] == pytest.approx(rmse, rel=1e-12)
        inside = [float(row[5]) <= float(row[3]) <= float(row[6]) for row in chosen]
        assert scores["intervals"]["coverage"] == pytest.approx(sum(inside) / len(inside))
        assert scores["intervals"]["level"] == 0.9
    _, again, _ = batch("--json", "--load-model", str(model), "--steps", "0")
    assert strict(again)[-1]["test_metrics"] == end["test_metrics"]
    assert strict(again)[-1]["more_targets"] == end["more_targets"]
    code, out, err = batch("--load-model", str(model), "--column", "v", "--steps", "0")
    assert (code, out) == (2, "")
    assert "the model was trained on 3 columns, and the data have 2" in err


def test_the_table_is_written_in_words(batch, table, tmp_path):
    output = tmp_path / "out.json"
    code, out, _ = batch(*("--data", str(table), "--column", "w", "--output", str(output)), *SMALL)
    assert code == 0
    assert out.endswith(f"Forecasts written to {output}.\n")
    rows = json.loads(output.read_text())
    assert rows[-1].keys() == {"time", "actual", "predicted", "lower", "upper", "split"}
    assert rows[-1]["lower"] < rows[-1]["predicted"] < rows[-1]["upper"]
    assert (rows[-1]["time"], rows[-1]["actual"]) == ("2020-05-31", None)


def test_a_forecast_beyond_the_end_with_intervals(batch, table, tmp_path):
    output = tmp_path / "out.csv"
    task = ("--data", str(table), "--column", "w", "--forecast", "10", "--coverage", "0.8")
    code, out, _ = batch(*task, "--output", str(output), *SMALL)
    assert code == 0
    assert "  80 % prediction intervals held " in out
    assert "Beyond the end, 10 rows:" in out
    rows = [row.split(",") for row in output.read_text().splitlines()]
    assert rows[0] == ["time", "step", "actual", "predicted", "lower", "upper", "split"]
    future = [row for row in rows if row[-1] == "future"]
    days = [dt.date(2020, 5, 31) + dt.timedelta(step) for step in range(10)]
    assert [row[0] for row in future] == [str(day) for day in days]
    assert all(float(row[4]) < float(row[3]) < float(row[5]) for row in future)
    _, out, _ = batch("--json", *task, *SMALL)
    told = strict(out)[-1]["future"]
    assert [f"{record['predicted']:.9g}" for record in told] == [
        f"{float(row[3]):.9g}" for row in future
    ]


def test_a_report_of_a_real_run_with_a_wicked_column(table, tmp_path):
    wicked = "<script>alert(1)</script>"
    table.write_text(table.read_text().replace("day;v;w;c", f"day;v;{wicked};c"))
    path = tmp_path / "r.html"
    task = ("--data", str(table), "--column", wicked, "--forecast", "5", "--report", str(path))
    done = run(*task, *SMALL)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"Report written to {path}.")
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; over day, test part" in text
    assert text.count("<svg") == 4
    assert "LSTM" in run("-q", *task, *SMALL).stdout.splitlines()[0]


def test_without_intervals(batch, table, tmp_path):
    output = tmp_path / "out.csv"
    task = ("--data", str(table), "--column", "w", "--intervals", "none")
    _, out, _ = batch("--json", *task, "--output", str(output), *SMALL)
    end = strict(out)[-1]
    assert end["intervals"] is None
    assert [record["lower"] for record in end["future"]] == [None]
    assert output.read_text().splitlines()[0] == "time,actual,predicted,split"


def test_a_validation_part_too_short_for_intervals_is_said(batch):
    code, out, err = batch("--coverage", "0.99", *SMALL)
    assert code == 0
    assert "note: no prediction intervals: at --coverage 0.99 they need 99 forecasts" in err
    assert "prediction intervals" not in out


def test_covariates_cannot_be_foreseen_and_nothing_is_trained(batch, table):
    arguments = ("--data", str(table), "--column", "w", "--covariate", "c", "--forecast", "2")
    code, out, err = batch(*arguments, *SMALL)
    assert (code, out) == (2, "")
    assert "needs the covariates (c) after its origin" in err


def test_patience_a_forecast_and_its_intervals_in_a_process_of_their_own():
    small = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "100000")
    task = ("--patience", "2", "--forecast", "4", "--coverage", "0.8")
    done = run("--json", "-q", *task, *small)
    start, end = strict(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert start["config"]["training"]["patience"] == 2
    assert "--patience 2" in end["reason"]
    assert end["intervals"]["level"] == 0.8
    assert [record["time"] for record in end["future"]] == [1988.0, 1989.0, 1990.0, 1991.0]
    assert all(record["lower"] < record["predicted"] < record["upper"] for record in end["future"])
