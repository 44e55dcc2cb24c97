"""Two nets side by side, in a real terminal."""

from tests.pty.test_app import COMPILING_AT_MOST, train


def test_two_cells_train_in_lockstep(start):
    terminal = start("--cell", "rnn", "--cell", "lstm", "--match", "parameters", size=(120, 40))
    train(terminal)
    terminal.wait_for("RNN 4 beside LSTM 2", COMPILING_AT_MOST)
    assert "equal parameters" in terminal.text
    terminal.wait_for("•━ LSTM 2")
    terminal.wait_for("3 Gates of RNN 4")
    terminal.press("x")
    terminal.wait_for("3 Gates of LSTM 2")
    terminal.press(" ")
    terminal.wait_for("‖ paused")
    terminal.press("b")
    terminal.wait_for("BPTT walk · LSTM 2 · sine", COMPILING_AT_MOST)
    terminal.wait_for("t = 1, forwards:", COMPILING_AT_MOST)
    terminal.press("\x1b")
    terminal.wait_for("3 Gates of LSTM 2")
    terminal.press("q")
    assert terminal.wait() == 0
    assert terminal.is_restored
    said = terminal.after_the_screen
    assert "RNN 4 · sine: stopped after step" in said
    assert "LSTM 2 · sine: stopped after step" in said
