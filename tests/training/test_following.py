"""Runs that go on with a source that grows."""

import io
import os
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import rnn_tui
from rnn_tui.config import build_config
from rnn_tui.data import growing
from rnn_tui.errors import DataError, UsageError
from rnn_tui.training.events import Noted, RowFollowed, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.followed import FollowedTable
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import State

WAVE = 10 + np.sin(np.arange(160) / 5)
FIRST = 120


def text_of(values=WAVE):
    return "t,v\n" + "".join(f"{i},{value!r}\n" for i, value in enumerate(values.tolist()))


def config_of(file="-", data=None, training=None, model=None, **follow):
    return build_config(
        {
            "data": {"file": str(file), "input_chunk_length": 8, **(data or {})},
            "model": {"hidden_size": 4, **(model or {})},
            "training": {"steps": 20, "batch_size": 8, **(training or {})},
            "follow": {"enabled": True, "first_rows": FIRST, **follow},
        }
    )


@pytest.fixture
def pipe(monkeypatch):
    """Runs a configuration over a text that is piped in; returns its events and its session."""

    def run(text, config, **options):
        monkeypatch.setattr(growing, "standard_input", lambda: io.BytesIO(text.encode()))
        session = Session(config, **options)
        return list(session.events()), session

    return run


def rows_of(events):
    return [event for event in events if isinstance(event, RowFollowed)]


def test_every_row_is_forecast_before_it_comes_and_learned_from_after(pipe):
    events, session = pipe(text_of(), config_of(steps_per_row=3))
    kinds = [type(event) for event in events]
    assert kinds[0] is RunStarted
    begin = kinds.index(RowFollowed)
    assert kinds[begin:] == [RowFollowed] + 40 * [StepsDone, RowFollowed] + [RunEnded]

    first, *rows = rows_of(events)
    assert (first.row, first.line, first.time) == (0, FIRST + 1, FIRST - 1)
    assert [row.row for row in rows] == list(range(1, 41))
    assert [row.time for row in rows] == list(range(FIRST, 160))
    assert [row.line for row in rows] == list(range(FIRST + 2, 162))
    assert [row.actual[0] for row in rows] == WAVE[FIRST:].tolist()
    for before, row in pairwise([first, *rows]):
        assert row.predicted[0] == before.ahead[0, 0]

    ended = events[-1]
    assert (ended.status, ended.reason) == (Status.COMPLETED, "the input ended; 40 rows came")
    assert (ended.steps, ended.best_step, ended.rows_followed) == (140, 140, 40)
    error = np.array([row.predicted[0] - row.actual[0] for row in rows])
    assert ended.scores["model"].rmse == pytest.approx(np.sqrt(np.mean(error**2)))
    naive = np.diff(WAVE[FIRST - 1 :])
    assert ended.scores["naive"].rmse == pytest.approx(np.sqrt(np.mean(naive**2)))
    assert ended.scores.keys() == {"model", "naive", "AR(9)"}
    assert session.snapshot.state is State.ENDED


def test_nothing_that_comes_later_changes_a_forecast(pipe):
    other = WAVE.copy()
    other[140:] = 3 * other[140:] + 1
    one, two = (rows_of(pipe(text_of(v), config_of())[0]) for v in (WAVE, other))
    for ours, theirs in zip(one[:21], two[:21], strict=True):
        np.testing.assert_array_equal(ours.ahead, theirs.ahead)
    assert one[22].ahead != two[22].ahead


def test_without_steps_the_rows_are_forecast_as_the_saved_model_does(pipe, tmp_path):
    events, _ = pipe(text_of(), config_of(steps_per_row=0), save_to=tmp_path / "wave.safetensors")
    predicted = [row.predicted[0] for row in rows_of(events)[1:]]
    model = rnn_tui.load(tmp_path / "wave.safetensors")
    np.testing.assert_allclose(predicted, model.predict(WAVE)[FIRST:], rtol=1e-6)
    assert sum(isinstance(event, RowFollowed) for event in events[-42:]) == 41  # and the end


def test_what_the_rows_taught_is_saved(pipe, tmp_path):
    path = tmp_path / "wave.safetensors"
    events, _ = pipe(text_of(), config_of(), save_to=path)
    last = rows_of(events)[-1]
    model = rnn_tui.load(path)
    assert model.model_.saved.step == 60
    np.testing.assert_allclose(model.forecast(y=WAVE).predicted, last.ahead[:, 0], rtol=1e-5)


def test_several_steps_ahead_are_scored_when_the_last_has_come(pipe):
    y = np.column_stack([WAVE, WAVE**2])
    text = "v,w\n" + "".join(f"{a!r},{b!r}\n" for a, b in y.tolist())
    config = config_of(
        data={"horizon": 3, "column": ("v", "w"), "transform": ("log", "diff")}, memory=60
    )
    events, _ = pipe(text, config)
    rows = rows_of(events)
    assert rows[0].ahead.shape == (3, 2)
    assert np.isnan(rows[2].rmse.get("model", np.nan))
    assert np.isfinite(rows[3].rmse["model"])
    ended = events[-1]
    assert ended.scores["model"].count == 3 * 38
    assert ended.more_scores["w"]["model"].count == 3 * 38
    paths = np.array([row.ahead for row in rows[:38]])
    truth = np.array([y[FIRST + i : FIRST + i + 3] for i in range(38)])
    rmse = np.sqrt(np.mean((paths - truth) ** 2, axis=(0, 1)))
    assert ended.scores["model"].rmse == pytest.approx(rmse[0])
    assert ended.more_scores["w"]["model"].rmse == pytest.approx(rmse[1])


def test_the_same_rows_and_seed_give_the_same_bits(pipe):
    one, two = (rows_of(pipe(text_of(), config_of())[0])[-1].ahead for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("model", "training"),
    [
        ({"cell": "rnn", "dtype": "float64"}, {}),
        ({"cell": "gru", "layers": 2, "dropout": 0.1}, {}),
        ({}, {"loss": "quantile", "quantiles": (0.1, 0.5, 0.9)}),
        ({}, {"loss_at": "every", "schedule": "cosine", "lr_floor": 0.1}),
    ],
)
def test_other_networks_and_rules_follow_as_well(pipe, model, training):
    config = config_of(training=training, data={"horizon": 2}, model=model)
    ended = pipe(text_of(), config)[0][-1]
    assert (ended.status, ended.rows_followed) == (Status.COMPLETED, 40)
    assert ended.scores["model"].rmse < 1


BAD = [*text_of().splitlines()]
BAD[130:132] = ["129,oops", "no,row,at,all"]


def test_bad_rows_are_told_and_skipped(pipe):
    events, _ = pipe("\n".join(BAD), config_of())
    notes = [event for event in events if isinstance(event, Noted)]
    assert [note.is_bad_row for note in notes] == [True, True]
    assert notes[0].text == (
        "standard input, line 131, column 'v': 'oops' is not a number. The line was skipped."
    )
    assert "line 132: 4 fields" in notes[1].text
    assert len(rows_of(events)) == 39
    assert events[-1].reason == "the input ended; 38 rows came, 2 lines were skipped"


def test_bad_rows_end_the_run_where_told_and_all_is_saved(pipe, tmp_path):
    path = tmp_path / "wave.safetensors"
    events, _ = pipe("\n".join(BAD), config_of(bad_rows="stop"), save_to=path)
    ended = events[-1]
    assert ended.status is Status.FAILED
    assert ended.reason == (
        "standard input, line 131, column 'v': 'oops' is not a number; 9 rows came"
    )
    assert ended.scores["model"].count == 9
    assert rnn_tui.load(path).model_.saved.step == 29


def read_table(path):
    kinds = {".csv": pl.read_csv, ".json": pl.read_json, ".parquet": pl.read_parquet}
    return kinds[path.suffix](path)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_all_rows_are_written_with_their_forecasts(pipe, tmp_path, kind):
    path = tmp_path / f"rows.{kind}"
    events, session = pipe(text_of(), config_of(data={"horizon": 2}), output_to=path)
    table = read_table(path)
    assert table.columns == ["time", "step", "actual", "predicted", "split"]
    parts = Counter(table["split"].to_list())
    split = session.run.prepared.split
    assert parts == {
        "train": split.validation_start, "validation": split.test_start - split.validation_start,
        "test": 120 - split.test_start, "followed": 40, "future": 2,
    }  # fmt: skip
    assert table["time"].to_list() == list(range(162))
    assert table["step"].to_list() == 161 * [1] + [2]
    rows = rows_of(events)
    np.testing.assert_allclose(table["predicted"][120:160], [r.predicted[0] for r in rows[1:]])
    np.testing.assert_allclose(table["predicted"][160:], rows[-1].ahead[:, 0])
    np.testing.assert_allclose(table["actual"][120:160], [r.actual[0] for r in rows[1:]])
    assert table["actual"][160:].null_count() == 2
    assert table["predicted"][:120].null_count() == session.run.prepared.input_chunk_length


def test_every_column_has_its_row_in_the_table(pipe, tmp_path):
    path = tmp_path / "rows.csv"
    lines = "".join(f"{x!r},{-x!r}\n" for x in WAVE.tolist())
    config = config_of(data={"column": ("a", "b")})
    events, _ = pipe("a,b\n" + lines, config, output_to=path)
    table = pl.read_csv(path)
    assert table.columns == ["time", "column", "actual", "predicted", "split"]
    assert table["column"].to_list() == ["a", "b"] * 161
    followed = table.filter(pl.col("split") == "followed")
    wanted = np.concatenate([row.predicted for row in rows_of(events)[1:]])
    np.testing.assert_allclose(followed["predicted"], wanted)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_row_is_in_the_table_before_the_next_one_comes(tmp_path, kind):
    source, path = tmp_path / "wave.csv", tmp_path / f"rows.{kind}"
    lines = text_of().splitlines(keepends=True)
    source.write_text("".join(lines[: FIRST + 1]))
    session = Session(config_of(source), output_to=path)
    come = 0
    for event in session.events():
        if not isinstance(event, RowFollowed):
            continue
        assert len(read_table(path)) == FIRST + come
        if come == 3:
            session.stop()
            continue
        with source.open("a") as file:
            file.write(lines[FIRST + 1 + come])
        come += 1
    assert read_table(path)["split"].to_list()[-4:] == ["followed"] * 3 + ["future"]


def test_a_table_that_cannot_be_written_any_more_ends_the_run_and_the_model_is_saved(
    pipe, tmp_path, monkeypatch
):
    path, model = tmp_path / "rows.csv", tmp_path / "wave.safetensors"
    add = FollowedTable.add

    def fill_the_disk(table, time, *values):
        if time[0] == FIRST + 5:
            table._table._file.close()
            table._table._file = Path("/dev/full").open("wb")  # noqa: SIM115 - the table closes it
        add(table, time, *values)

    monkeypatch.setattr(FollowedTable, "add", fill_the_disk)
    events, _ = pipe(text_of(), config_of(), output_to=path, save_to=model)
    ended = events[-1]
    assert ended.status is Status.FAILED
    assert ended.reason == (
        f"--output {path}: cannot be written: No space left on device; 6 rows came"
    )
    assert len(pl.read_csv(path)) == FIRST + 5
    assert rnn_tui.load(model).model_.saved.step > 0


def test_memory_is_bounded(pipe):
    long = np.tile(WAVE, 5)
    text = "v\n" + "".join(f"{value!r}\n" for value in long.tolist())
    events, session = pipe(text, config_of(memory=50, steps_per_row=1))
    assert events[-1].rows_followed == len(long) - FIRST
    following = session.run.following
    assert {len(buffer) for buffer in following._ring._buffers.values()} == {100}
    assert len(following._made) == 1
    forecast = session.snapshot.forecast
    assert (len(forecast.time), forecast.test_start) == (50, 0)
    assert forecast.time[-1] == len(long) - 1


def test_a_memory_that_is_too_short_is_told(pipe):
    with pytest.raises(UsageError, match=r"^--memory 5: must be 10 rows or more for a window"):
        pipe(text_of(), config_of(memory=5))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"missing": "interpolate"}, "--follow: --missing interpolate looks ahead"),
        ({"format": "parquet"}, "--follow: a Parquet file does not grow"),
        ({"file": None, "dataset": "sine"}, "--follow: needs a file that grows"),
    ],
)
def test_what_cannot_be_followed(data, message):
    with pytest.raises(UsageError, match=message):
        build_config({"data": {"file": "x.csv", **data}, "follow": {"enabled": True}})


def test_the_screen_sees_the_rows(pipe):
    _, session = pipe(text_of(), config_of())
    snapshot = session.snapshot
    assert snapshot.rows_followed == 40
    assert snapshot.validation_rmse == snapshot.ended.scores["model"].rmse
    assert snapshot.baselines["naive"] == snapshot.ended.scores["naive"]
    forecast = snapshot.forecast
    assert (forecast.validation_start, forecast.test_start, forecast.start) == (120, 120, 0)
    assert forecast.actual.tolist() == WAVE.tolist()
    assert np.isfinite(forecast.predicted[8:]).all()
    assert snapshot.trace.start == 160 - 8


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("memory", [30, 5_000])
def test_the_walk_is_through_the_newest_window_whose_truth_has_come(pipe, horizon, memory):
    _, session = pipe(text_of(), config_of(data={"horizon": horizon}, memory=memory))
    walk, prepared = session.run.with_walk(session.snapshot, 0).walk, session.run.prepared
    scaler = prepared.scalers[0]
    begin, end = 160 - horizon - 8, 160 - horizon
    assert walk.start == begin
    np.testing.assert_allclose(scaler.inverse(walk.x[:, 0]), WAVE[begin:end], rtol=1e-6)
    first_ahead = scaler.inverse(walk.target[:, 0])
    np.testing.assert_allclose(first_ahead, WAVE[begin + 1 : end + 1], rtol=1e-6)


def test_a_row_that_is_not_learned_from_makes_the_walk_old(monkeypatch):
    monkeypatch.setattr(growing, "standard_input", lambda: io.BytesIO(text_of().encode()))
    session = Session(config_of(steps_per_row=0))
    events = (event for event in session.events() if isinstance(event, RowFollowed))
    next(events)
    how = {"state": State.PAUSED, "steps_per_second": 0.0}
    held = session.run.snapshot(session.snapshot, **how)
    walked = session.run.with_walk(held, 0)
    assert session.run.snapshot(walked, **how).walk is walked.walk
    next(events)
    assert session.run.snapshot(walked, **how).walk is None


def test_a_file_is_followed_in_a_thread_until_stopped(tmp_path):
    path = tmp_path / "wave.csv"
    lines = text_of().splitlines(keepends=True)
    path.write_text("".join(lines[: FIRST + 1]))
    session = Session(config_of(path, first_rows=None))
    session.start()
    await_rows(session, 0)
    with path.open("a") as file:
        file.writelines(lines[FIRST + 1 : FIRST + 11])
    await_rows(session, 10)
    session.pause()
    until(lambda: session.snapshot.state is State.PAUSED)
    with path.open("a") as file:
        file.writelines(lines[FIRST + 11 : FIRST + 14])
    session.step()
    await_rows(session, 11)
    session.resume()
    await_rows(session, 13)
    path.write_text("".join(lines[:1]) + "500,10.5\n")
    await_rows(session, 14)
    assert session.snapshot.message == (f"{path}: was cut short; it is read from its start again.")
    with path.open("a") as file:
        file.write("501,oops\n")
    skipped = f"Skipped 1 line, the last: {path}, line 3, column 'v': 'oops' is not a number."
    until(lambda: session.snapshot.message == skipped)
    session.stop()
    assert session.join(20)
    ended = session.snapshot.ended
    assert ended.status is Status.STOPPED
    assert ended.reason.endswith("14 rows came, 1 line was skipped")


def test_a_run_that_waits_for_its_first_rows_can_be_stopped(tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("t,v\n0,1\n")
    session = Session(config_of(path, first_rows=None))
    session.start()
    until(lambda: "Waiting for rows to learn from: 1 of 90" in session.snapshot.message)
    session.stop()
    assert session.join(20)
    assert session.snapshot.ended is None


def test_a_pipe_that_is_fed_slowly(monkeypatch):
    read, write = os.pipe()
    lines = text_of().encode().splitlines(keepends=True)

    def feed():
        with os.fdopen(write, "wb") as sink:
            sink.writelines(lines[: FIRST + 5])
            sink.flush()
            time.sleep(0.1)
            sink.write(lines[FIRST + 5][:4])
            sink.flush()
            time.sleep(0.1)
            sink.write(lines[FIRST + 5][4:])

    with os.fdopen(read, "rb") as stream:
        monkeypatch.setattr(growing, "standard_input", lambda: stream)
        threading.Thread(target=feed).start()
        events = list(Session(config_of()).events())
    assert events[-1].rows_followed == 5
    assert rows_of(events)[-1].actual.tolist() == [WAVE[FIRST + 4]]


def test_too_few_rows_are_refused_as_always(pipe):
    with pytest.raises(DataError, match="too short"):
        pipe(text_of(WAVE[:9]), config_of())


def until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def await_rows(session, count):
    until(lambda: session.error or session.snapshot.rows_followed == count)
    assert session.error is None


def test_the_rows_that_come_are_shown_for_every_column(pipe):
    text = "v,w\n" + "".join(f"{a!r},{a**2!r}\n" for a in WAVE.tolist())
    _, session = pipe(text, config_of(data={"column": ("v", "w")}))
    following, ended = session.run.following, session.snapshot.ended
    for target, (name, actual) in enumerate((("v", WAVE), ("w", WAVE**2))):
        shown = following.forecast(target)
        assert (shown.name, shown.target, shown.targets) == (name, target, ("v", "w"))
        np.testing.assert_allclose(shown.actual, actual)
        errors = (shown.actual - shown.predicted)[shown.test_start :]
        assert len(errors) == 40
        rmse = ended.scores_of(name)["model"].rmse
        assert rmse == pytest.approx(np.sqrt(np.mean(errors**2)))
