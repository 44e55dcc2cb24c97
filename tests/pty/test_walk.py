"""A walk through one backpropagation, in a real terminal."""

from tests.pty.test_app import COMPILING_AT_MOST, PANELS, train
from tests.pty.test_compare import leave


def test_a_backpropagation_is_walked_through_and_training_goes_on(start):
    terminal = train(start("--cell", "rnn"))
    terminal.press("b")
    terminal.wait_for("t 1 of 8", COMPILING_AT_MOST)
    assert "BPTT walk · RNN 4 · sine" in terminal.text
    terminal.wait_for("t = 1, forwards:")
    terminal.press("\x1b[C")
    terminal.wait_for("t = 2, forwards:")
    terminal.press("2")
    terminal.wait_for("The loss:")
    terminal.press("..")
    terminal.wait_for("t = 7, backwards:")
    terminal.wait_for("by the factor")
    terminal.press("++++ ")
    terminal.wait_for("The sum:")
    terminal.wait_for("100 %")
    terminal.resize(40, 12)
    terminal.wait_for("2 Backward")
    terminal.resize(80, 24)
    terminal.wait_for("1 Forward")
    terminal.press("\x1b")
    terminal.wait_for(lambda: all(panel in terminal.text for panel in PANELS))
    held = terminal.number("step")
    terminal.press(" ")
    terminal.wait_for(lambda: terminal.number("step") > held + 10)
    assert leave(terminal) == 0
    assert terminal.is_restored
    assert "Traceback" not in terminal.output.decode()
