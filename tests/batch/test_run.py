"""The batch mode in this process, over a session that says what the test wants."""

import errno
import json
import os
import sys

import pytest

from rnn_tui.batch.interrupts import Interrupts
from rnn_tui.batch.reporter import Reporter
from rnn_tui.batch.run import exit_code, follow, resolve
from rnn_tui.batch.task import Task
from rnn_tui.config import build_config
from rnn_tui.errors import DataError, SaveError
from rnn_tui.streams import OutputLostError
from tests.batch.fake_session import FakeSession


@pytest.fixture
def written(tmp_path):
    """Return what was written to stdout and to stderr."""
    return lambda: tuple((tmp_path / name).read_text("utf-8") for name in ("stdout", "stderr"))


@pytest.fixture
def run(tmp_path, monkeypatch):
    def start(behaviour, *, as_json=False, steps=20, save=False, lose=None, **task):
        config = resolve(build_config({"training": {"steps": steps}}))
        save_to = tmp_path / "model" if save else None
        session = FakeSession(config, save_to=save_to)
        session.behaviour = behaviour
        with (
            (tmp_path / "stdout").open("w", encoding="utf-8") as out,
            (tmp_path / "stderr").open("w", encoding="utf-8") as err,
            monkeypatch.context() as patch,
        ):
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            reporter = Reporter(config, Task(save_to=save_to, as_json=as_json, **task))
            if lose:
                lose(reporter)
            with Interrupts() as interrupts:
                ended = follow(session, reporter, interrupts)
            return exit_code(ended, interrupts, reporter.lost), session

    return start


def loses(attribute, number, after=0):
    """Make a reporter's stream fail from its `after`-th write on."""

    def lose(reporter):
        output = getattr(reporter, attribute)
        write, left = output.write, [after]

        def failing(text):
            if left[0] == 0:
                raise OutputLostError(OSError(number, os.strerror(number)))
            left[0] -= 1
            write(text)

        output.write = failing

    return lose


def events(text):
    return [json.loads(line)["event"] for line in text.splitlines()]


def test_a_run_to_its_end(run, written, tmp_path):
    assert run("done", save=True)[0] == 0
    out, err = written()
    assert out.startswith("LSTM 32 on sunspots: completed after 20 steps")
    assert "LSTM 19.8 does not beat AR(9) 17.5 on this series." in out
    assert out.endswith(f"Model saved to {tmp_path / 'model'}.\n")
    assert err.startswith("LSTM 32 on sunspots: 123 parameters; windows: 100 train")
    assert "\x1b" not in out + err


def test_json_has_stdout_for_itself(run, written):
    assert run("done", as_json=True)[0] == 0
    out, err = written()
    assert events(out) == ["run_started", *["step"] * 20, "run_ended"]
    assert err == ""


def test_quiet_prints_the_verdict_alone(run, written):
    assert run("done", quiet=True)[0] == 0
    assert written() == ("LSTM 19.8 does not beat AR(9) 17.5 on this series.\n", "")


def test_quiet_json_has_no_steps(run, written):
    assert run("done", as_json=True, quiet=True)[0] == 0
    out, err = written()
    assert (events(out), err) == (["run_started", "run_ended"], "")


def test_quiet_tells_what_went_wrong(run, written):
    assert run("diverges", quiet=True)[0] == 1
    out, err = written()
    assert (out, err) == (
        "",
        "rnn-tui: diverged: the loss is not a number at step 5; lower --lr\n",
    )


def test_a_report_is_written_and_said(run, written, tmp_path):
    path = tmp_path / "r.html"
    assert run("done", report_to=path)[0] == 0
    assert written()[0].endswith(f"Report written to {path}.\n")
    assert "LSTM 19.8 does not beat AR(9) 17.5" in path.read_text("utf-8")


def test_a_report_that_cannot_be_written_costs_nothing_but_itself(run, written, tmp_path):
    with pytest.raises(SaveError, match=r"--report .*: cannot be written: No such file"):
        run("done", report_to=tmp_path / "gone" / "r.html")
    out = written()[0]
    assert "LSTM 19.8 does not beat AR(9) 17.5" in out
    assert "Report written" not in out


def test_a_run_that_is_broken_off_has_a_report_too(run, tmp_path):
    path = tmp_path / "r.txt"
    assert run("diverges", report_to=path)[0] == 1
    assert "diverged after 5 steps" in path.read_text("utf-8")


def test_a_run_that_diverges(run, written):
    assert run("diverges")[0] == 1
    out, err = written()
    assert "rnn-tui: diverged: the loss is not a number at step 5; lower --lr\n" in err
    assert out.startswith("LSTM 32 on sunspots: diverged after 5 steps")


def test_a_run_that_diverges_in_json(run, written):
    assert run("diverges", as_json=True)[0] == 1
    out, err = written()
    last = json.loads(out.splitlines()[-1])
    assert (last["status"], last["steps"]) == ("diverged", 5)
    assert err == "rnn-tui: diverged: the loss is not a number at step 5; lower --lr\n"


def test_a_model_that_cannot_be_saved_costs_neither_summary_nor_truth(run, written, tmp_path):
    (tmp_path / "model").write_text("an older one")
    assert run("unsaved", save=True)[0] == 1
    out, err = written()
    assert "rnn-tui: failed: took all steps, but --save-model m: cannot be written" in err
    assert "LSTM 19.8 does not beat AR(9) 17.5" in out
    assert "Model saved" not in out


def test_bad_data_is_left_to_the_command(run, written):
    with pytest.raises(DataError):
        run("bad-data", as_json=True)
    assert written() == ("", "")


def test_a_bug_ends_the_story_of_a_reader_and_is_passed_on(run, written):
    with pytest.raises(ZeroDivisionError):
        run("bug", as_json=True)
    last = json.loads(written()[0].splitlines()[-1])
    assert (last["event"], last["status"], last["steps"]) == ("run_ended", "failed", 5)
    assert last["reason"] == "ZeroDivisionError: a slip of ours"


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(errno.EPIPE, 141, ""), (errno.ENOSPC, 1, "No space left on device")],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_without_stdout_the_run_is_stopped_and_saved(
    run, written, tmp_path, number, code, words, as_json
):
    lose = loses("_output", number, after=2 if as_json else 0)
    behaviour = "endless" if as_json else "done"
    assert run(behaviour, as_json=as_json, save=True, lose=lose)[0] == code
    err = written()[1]
    assert (f"the output cannot be written: {words}" in err) == bool(words)
    assert (tmp_path / "model").exists()


def test_without_stderr_the_result_still_comes(run, written):
    def lose(reporter):
        loses("_output", errno.ENOSPC)(reporter._progress)

    assert run("done", lose=lose)[0] == 0
    assert "completed after 20 steps" in written()[0]


def test_without_the_one_stream_that_both_are_the_run_is_stopped(run):
    def lose(reporter):
        loses("_output", errno.EPIPE)(reporter._progress)
        reporter._is_one_stream = True

    code, session = run("endless", lose=lose)
    assert code == 141
    assert session.stopped


def test_a_configuration_without_end_gets_one_and_its_series_a_name():
    config = resolve(build_config({}))
    assert (config.training.steps, config.data.dataset) == (1000, "sunspots")
    given = build_config({"training": {"steps": 0}, "data": {"file": "a.csv"}})
    assert resolve(given) == given


@pytest.mark.parametrize("columns", ["0", "1", "abc"])
def test_no_width_whatever_costs_the_summary(run, written, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert run("done")[0] == 0
    [row] = [row for row in written()[0].splitlines() if row.startswith("  LSTM ")]
    assert row.split()[1:3] + row.split()[-1:] == ["19.81", "14.50", "+0.346"]
