from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.config import RunConfig, build_config
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Left, State
from rnn_tui.tui.launching import Launcher
from rnn_tui.tui.unsaved import model_name
from tests.tui.fake_session import LOADING, make_comparison, make_snapshot


def test_later_runs_leave_their_own_files_and_no_file_is_written_over(tmp_path):
    model, table = tmp_path / "m.safetensors", tmp_path / "f.csv"
    launcher = Launcher(None, model, table)
    launcher(RunConfig())
    launcher(RunConfig())
    (tmp_path / "m-3.safetensors").touch()
    launcher(RunConfig())
    assert [run.save_to.name for run in launcher.launched] == [
        "m.safetensors",
        "m-2.safetensors",
        "m-4.safetensors",
    ]
    assert [run.output_to.name for run in launcher.launched] == ["f.csv", "f-2.csv", "f-3.csv"]
    assert all(run.session.saves_itself for run in launcher.launched)


def test_a_comparison_leaves_files_too_and_writes_over_none(tmp_path):
    model = tmp_path / "m.safetensors"
    launcher = Launcher(None, model, tmp_path / "f.csv")
    other = build_config({"model": {"cell": "rnn"}})
    launcher(RunConfig(), (other,))
    assert launcher.launched[0].session.saves_itself
    (tmp_path / "m-2-rnn-32.safetensors").touch()
    launcher(RunConfig(), (other,), "parameters")
    assert launcher.launched[1].save_to.name == "m-3.safetensors"
    assert launcher.launched[1].output_to.name == "f-2.csv"


def test_a_loaded_model_is_begun_from_as_long_as_the_network_is_its_own():
    launcher = Launcher(Path("m.safetensors"))
    for tables in ({}, {"training": {"seed": 1}}, {"model": {"hidden_size": 5}}, {}):
        launcher(build_config(tables))
    loads = [run.session._load_from for run in launcher.launched]
    assert loads == [Path("m.safetensors"), Path("m.safetensors"), None, Path("m.safetensors")]


@pytest.mark.parametrize(
    ("save_to", "told"), [(None, ["step 2"]), (Path("m.st"), ["step 1; saved as m", "m-2.st"])]
)
def test_the_last_run_and_those_that_left_files_are_told_of_at_the_end(save_to, told):
    launcher = Launcher(None, save_to)
    for number in (1, 2):
        session = launcher(RunConfig())
        snapshot = make_snapshot(number)
        end = RunEnded(Status.STOPPED, f"stopped after step {number}", number, 0, 1.0, {})
        files = (launcher.launched[-1].save_to,) if save_to else ()
        session.snapshot = replace(snapshot, state=State.ENDED, ended=end, left=Left(files))
    lines = launcher.farewell().splitlines()
    assert len(lines) == len(told)
    assert all(text in line for text, line in zip(told, lines, strict=True))


def test_a_model_has_a_name_to_begin_with():
    assert model_name(make_snapshot(1)) == "lstm-32-sunspots.safetensors"
    assert model_name(LOADING) == "lstm-32.safetensors"
    assert model_name(make_comparison(1)) == "sunspots.safetensors"
