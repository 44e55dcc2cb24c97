"""Runs that are edited, begun anew, steered and saved, in a real terminal."""

import re
import time

from rnn_tui.training.checkpoint import load_model

DOWN, LEFT, CLEAR, ESCAPE = "\x1b[B", "\x1b[D", "\x15", "\x1b"


def test_a_run_is_edited_and_begun_anew_on_the_same_screen(train):
    terminal = train()
    screens = terminal.output.count(b"\x1b[?1049h")
    terminal.press("e")
    terminal.wait_for("Edit and begin anew")
    terminal.press(DOWN)
    terminal.wait_for("→  hidden size")
    terminal.press(f"{CLEAR}none")
    terminal.wait_for("✗ must be an integer, not 'none'")
    terminal.press(ESCAPE)
    terminal.wait_for("LSTM 4 · sine")
    terminal.wait_for_step(terminal.step + 1)
    terminal.press("e")
    terminal.wait_for("Edit and begin anew")
    terminal.press(f"{LEFT}{DOWN}6\r")
    terminal.wait_for("RNN 6 · sine")
    terminal.wait_for_training()
    assert terminal.output.count(b"\x1b[?1049h") == screens, (
        "the screen has been there all the time"
    )
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.press("R")
    terminal.wait_for("another seed, 1")
    terminal.wait_for_training()
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "RNN 6 · sine: stopped after step" in terminal.after_the_screen


def test_a_run_is_steered_to_a_goal_and_slowed_down(train):
    terminal = train("--steps", "100000000")
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.wait_for_silence()
    at = terminal.step + 10
    terminal.press("n")
    terminal.wait_for_step(at)
    terminal.press("u")
    terminal.wait_for("Run until")
    terminal.press(f"{CLEAR}{at + 123}\r")
    terminal.wait_for(f"Reached step {at + 123:,}.")
    assert terminal.number("step") == at + 123
    terminal.press("[")
    terminal.wait_for("At most 64 steps/s")
    terminal.press(" ")
    terminal.wait_for("limit 64 steps/s")
    terminal.wait_for_step(terminal.step + 1)
    began, first = time.monotonic(), terminal.step
    terminal.watch(1.0)
    terminal.wait_for_step(first + 1)
    assert terminal.step - first < 200 * (time.monotonic() - began)
    assert terminal.leave() == 0


def test_leaving_an_unsaved_run_can_be_cancelled_and_saves_on_request(train, tmp_path):
    terminal = train()
    terminal.wait_for_step(101)
    terminal.press("q")
    terminal.wait_for("This run is not saved.")
    terminal.press(ESCAPE)
    terminal.wait_for(lambda: "not saved" not in terminal.text)
    path = tmp_path / "kept.safetensors"
    terminal.press("q")
    terminal.wait_for("This run is not saved.")
    terminal.press("s")
    terminal.wait_for("Save the model")
    terminal.press(f"{CLEAR}{path}\r")
    assert terminal.wait() == 0
    assert terminal.is_restored
    assert load_model(path).config.model.hidden_size == 4


def test_each_run_leaves_its_own_file_and_none_is_asked_about(train, tmp_path):
    path = tmp_path / "model.safetensors"
    terminal = train("--save-model", str(path))
    terminal.press("r")
    terminal.wait_for("the same seed, 0")
    terminal.wait_for_training()
    terminal.press("q")
    assert terminal.wait() == 0
    said = " ".join(terminal.after_the_screen.split())
    names = re.findall(r"saved as \S*?(model[-\d]*\.safetensors)", said)
    assert names == ["model.safetensors", "model-2.safetensors"]
    assert path.exists()
    assert (tmp_path / "model-2.safetensors").exists()


def test_of_two_apps_with_one_path_the_second_to_end_writes_beside_it(start, tmp_path):
    path = tmp_path / "model.safetensors"
    first, second = (start("--save-model", str(path), "--seed", seed) for seed in "12")
    for terminal in (first, second):
        terminal.wait_for_training()
    first.press("q")
    assert first.wait() == 0
    second.press("q")
    assert second.wait() == 0
    said = "".join(second.after_the_screen.split())
    beside = tmp_path / "model-2.safetensors"
    assert f"note:{path}waswrittenbyanotherprogrammeanwhileandstaysasitis" in said
    assert f"savedas{beside}" in said
    assert [load_model(file).config.training.seed for file in (path, beside)] == [1, 2]


def test_settings_that_cannot_be_leave_their_reason_on_the_terminal(start, tmp_path):
    settings = tmp_path / "rnn-tui" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text("fps = 'many'\n")
    terminal = start(XDG_CONFIG_HOME=str(tmp_path))
    assert terminal.wait() == 2
    assert terminal.is_restored
    assert "settings.toml" in terminal.after_the_screen


FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (900, resource.RLIM_INFINITY))
from rnn_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_told_and_what_is_not_saved_is_asked_about_again(start, tmp_path):
    model, room = tmp_path / "m.safetensors", tmp_path / "room"
    room.mkdir()
    options = ("--steps", "300", "--save-model", str(model))
    terminal = start(*options, script=FULL_DISK, TMPDIR=str(room))
    terminal.wait_for("✗ failed", 240)
    terminal.wait_for("Not saved: --save-model")
    assert not list(tmp_path.rglob("*.safetensors"))
    terminal.press("q")
    terminal.wait_for("This run is not saved.")
    terminal.press("d")
    assert terminal.wait() == 1
    assert terminal.is_restored
    assert "cannot take the weights either" in " ".join(terminal.after_the_screen.split())
