"""The files that a grid and a backtest leave, from real runs."""

import math

import polars as pl
import pytest

from rnn_tui.batch import run_batch
from rnn_tui.batch.leavings import Leavings
from rnn_tui.batch.reporter import Reporter
from rnn_tui.batch.task import Task
from rnn_tui.config import build_config
from rnn_tui.errors import SaveError
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.session import Session

MODEL, DATA = {"hidden_size": 4}, {"dataset": "sunspots", "input_chunk_length": 8}


def config(cell="lstm", seed=0, steps=30, **sections):
    training = {"steps": steps, "seed": seed, **sections.pop("training", {})}
    model = {**MODEL, "cell": cell, **sections.pop("model", {})}
    return build_config({"data": DATA, "model": model, "training": training, **sections})


GRID = [config("rnn", 0), config("lstm", 0), config("lstm", 1)]
BACKTEST = [config(forecast={"backtest": 2})]


def rows_of_report(text, heading):
    """The cells of the table under a heading of a Markdown report."""
    lines = text[text.index(heading) :].splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[begin:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows[0], rows[2:]


def test_a_grid_leaves_all_forecasts_the_best_model_and_a_report(tmp_path, capsys):
    table, model, report = (tmp_path / name for name in ("o.csv", "m.safetensors", "r.md"))
    assert run_batch(GRID, Task(output_to=table, save_to=model, report_to=report)) == 0
    printed = capsys.readouterr().out

    frame = pl.read_csv(table)
    runs = frame.group_by("cell", "seed").len().sort("cell", "seed")
    rows = 288 - 8 + 1  # to 1987, without the first window, and the year after
    assert runs.rows() == [("lstm", 0, rows), ("lstm", 1, rows), ("rnn", 0, rows)]
    assert set(frame["split"]) == {"train", "validation", "test", "future"}

    head, rows = rows_of_report(report.read_text(), "## The runs")
    assert head == ["run", "ended", "steps", "best step", "validation loss", "RMSE"]
    assert [row[0] for row in rows] == ["RNN 4, seed 0", "LSTM 4, seed 0", "LSTM 4, seed 1"]
    best = min(rows, key=lambda row: float(row[4]))
    saved = load_model(model)
    assert f"{saved.config.model.label}, seed {saved.config.training.seed}" == best[0]
    assert saved.step == int(best[3])
    assert f"Model saved to {model}: {best[0]}, which has the lowest validation loss" in printed
    assert f"Forecasts written to {table}." in printed
    assert f"Report written to {report}." in printed

    test = frame.filter(pl.col("split") == "test")
    for cell, seed, row in (("rnn", 0, rows[0]), ("lstm", 1, rows[2])):
        one = test.filter((pl.col("cell") == cell) & (pl.col("seed") == seed))
        rmse = math.sqrt(((one["predicted"] - one["actual"]) ** 2).mean())
        assert float(row[5]) == pytest.approx(rmse, rel=1e-3)


def test_a_backtest_leaves_each_row_of_the_test_part_once_and_a_report(tmp_path, capsys):
    table, report = tmp_path / "o.parquet", tmp_path / "r.md"
    assert run_batch(BACKTEST, Task(output_to=table, report_to=report)) == 0
    printed = capsys.readouterr().out

    frame = pl.read_parquet(table)
    assert set(frame["split"]) == {"test"}
    assert frame["time"].to_list() == list(range(1921, 1988))
    assert frame["fold"].to_list() == [1] * 33 + [2] * 34
    text = report.read_text()
    head, rows = rows_of_report(text, "## Result")
    ours = next(row for row in rows if row[0] == "**LSTM**")
    rmse = math.sqrt(((frame["predicted"] - frame["actual"]) ** 2).mean())
    assert head[1] == "RMSE"
    assert float(ours[1].strip("*")) == pytest.approx(rmse, rel=1e-3)
    assert "fold by fold:" in text
    assert f"Forecasts written to {table}." in printed


@pytest.mark.parametrize(
    ("configs", "said"),
    [(GRID[:2], "The lowest validation loss has"), (BACKTEST, "test part, fold by fold:")],
    ids=["grid", "backtest"],
)
def test_charts_of_several_runs(configs, said, capsys):
    assert run_batch(configs, Task(plots=True)) == 0
    text = capsys.readouterr().out
    assert said in text
    assert "one step ahead" in text[text.index(said) :]


@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("configs", [GRID[:2], BACKTEST], ids=["grid", "backtest"])
def test_reports_of_several_runs_in_every_form(configs, kind, tmp_path, capsys):
    report = tmp_path / f"r.{kind}"
    assert run_batch(configs, Task(report_to=report, quiet=True)) == 0
    assert "The same runs again: rnn-tui --batch --config FILE --" in report.read_text()
    assert "[model]" in report.read_text()
    assert "on this series" in capsys.readouterr().out


def test_a_run_without_a_finite_loss_is_never_the_best(tmp_path, capsys):
    model, table = tmp_path / "m.safetensors", tmp_path / "o.csv"
    wild = config("rnn", 1, training={"learning_rate": 1e6, "optimizer": "sgd", "clip": 0.0})
    assert run_batch([wild, GRID[1]], Task(save_to=model, output_to=table)) == 1
    assert load_model(model).config.model.cell == "lstm"
    assert set(pl.read_csv(table)["cell"]) == {"rnn", "lstm"}
    assert "diverged" in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["save_to", "output_to", "report_to"])
def test_a_file_that_cannot_be_written_fails_at_the_end_and_costs_no_other(lost, tmp_path, capsys):
    paths = {"save_to": "m.safetensors", "output_to": "o.csv", "report_to": "r.md"}
    task = Task(**{key: tmp_path / name for key, name in paths.items()})
    getattr(task, lost).mkdir()
    with pytest.raises(SaveError, match="Is a directory"):
        run_batch(GRID[:2], task)
    printed = capsys.readouterr().out
    assert "2 of 2 runs" in printed
    for key in paths:
        path = getattr(task, key)
        assert path.is_file() == (key != lost)
        assert (f"to {path}" in printed) == (key != lost)


def test_what_another_program_writes_while_a_grid_runs_stays(tmp_path, capsys, monkeypatch):
    paths = [tmp_path / name for name in ("o.csv", "m.safetensors", "r.md")]
    take = Leavings.take

    def meanwhile(leavings, outcome, run):
        if outcome.ended and not paths[0].exists():
            for path in paths:
                path.write_text("theirs")
        take(leavings, outcome, run)

    monkeypatch.setattr(Leavings, "take", meanwhile)
    table, model, report = paths
    assert run_batch(GRID[:2], Task(output_to=table, save_to=model, report_to=report)) == 0
    assert [path.read_text() for path in paths] == ["theirs"] * 3
    own = [path.with_stem(f"{path.stem}-2") for path in paths]
    assert set(pl.read_csv(own[0])["cell"]) == {"rnn", "lstm"}
    assert load_model(own[1]).config.model.hidden_size == 4
    assert own[2].read_text().startswith("#")
    printed = capsys.readouterr()
    for path, other in zip(paths, own, strict=True):
        assert f"to {other}" in printed.out
        assert f"{path} was written by another program meanwhile" in printed.err


def test_a_report_of_one_run_writes_over_no_other_program(tmp_path, capsys):
    path = tmp_path / "r.md"
    reporter = Reporter(GRID[0], Task(report_to=path))
    session = Session(GRID[0])
    for event in session.events():
        reporter.show(event)
    path.write_text("theirs")
    reporter.conclude(event, session.snapshot)
    assert path.read_text() == "theirs"
    assert (tmp_path / "r-2.md").exists()
    assert "Report written to" in capsys.readouterr().out
