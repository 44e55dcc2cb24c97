"""Two nets side by side, in a real terminal."""

from rnn_tui.training.checkpoint import load_model
from tests.pty.terminal import COMPILING_AT_MOST


def test_two_cells_train_in_lockstep(start):
    terminal = start("--cell", "rnn", "--cell", "lstm", "--match", "parameters", size=(120, 40))
    terminal.wait_for_training()
    terminal.wait_for("RNN 4 beside LSTM 2", COMPILING_AT_MOST)
    assert "equal parameters" in terminal.text
    terminal.wait_for("•━ LSTM 2")
    terminal.wait_for("3 Gates of RNN 4")
    terminal.press("G")
    terminal.wait_for("3 Gates of LSTM 2")
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.press("b")
    terminal.wait_for("BPTT walk · LSTM 2 · sine", COMPILING_AT_MOST)
    terminal.wait_for("t = 1, forwards:", COMPILING_AT_MOST)
    terminal.press("\x1b")
    terminal.wait_for("3 Gates of LSTM 2")
    assert terminal.leave() == 0
    assert terminal.is_restored
    said = terminal.after_the_screen
    assert "RNN 4 · sine: stopped after step" in said
    assert "LSTM 2 · sine: stopped after step" in said


def test_c_begins_anew_beside_another_cell(train):
    terminal = train(size=(120, 40))
    terminal.press("c")
    terminal.wait_for("LSTM 4 beside RNN 4", COMPILING_AT_MOST)
    assert "equal units" in terminal.text
    terminal.wait_for_training()
    terminal.wait_for_step(terminal.step + 11)
    assert terminal.leave() == 0
    assert "RNN 4 · sine: stopped after step" in terminal.after_the_screen


def test_a_comparison_leaves_a_model_of_each_net_and_one_table(start, tmp_path):
    model, table = tmp_path / "m.safetensors", tmp_path / "f.csv"
    options = ("--cell", "rnn", "--cell", "lstm", "--steps", "200", "--save-model", str(model))
    terminal = start(*options, "--output", str(table), size=(120, 40))
    terminal.wait_for("✓ completed", COMPILING_AT_MOST)
    terminal.press("q")
    assert terminal.wait() == 0
    said = "".join(terminal.after_the_screen.split())
    for cell in ("rnn", "lstm"):
        own = tmp_path / f"m-{cell}-4.safetensors"
        assert load_model(own).config.model.cell == cell
        assert f"savedas{own}" in said
    assert f"forecastsofallin{table}" in said
    assert table.read_text().startswith("cell,seed,time,")
