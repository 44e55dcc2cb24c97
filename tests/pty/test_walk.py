"""A walk through one backpropagation, in a real terminal."""

from tests.pty.terminal import COMPILING_AT_MOST


def test_a_backpropagation_is_walked_through_and_training_goes_on(train):
    terminal = train("--cell", "rnn")
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
    terminal.wait_for_panels()
    held = terminal.step
    terminal.press(" ")
    terminal.wait_for_step(held + 11)
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "Traceback" not in terminal.output.decode()


def test_a_run_that_has_ended_runs_free_and_is_walked_through(start):
    terminal = start("--steps", "500", size=(120, 40))
    terminal.wait_for("✓ completed", COMPILING_AT_MOST)
    terminal.press("f")
    terminal.wait_for("•━ free")
    terminal.press("b")
    terminal.wait_for("t 1 of 8")
    terminal.press(" ")
    terminal.wait_for("t = 2, forwards:")
    terminal.press("\x1b")
    terminal.wait_for("Completed: took all 500 steps")
    assert terminal.leave() == 0
    assert terminal.is_restored


def test_every_layer_of_two_is_looked_at_and_walked_through(start):
    terminal = start("--layers", "2", size=(120, 40))
    terminal.wait_for_training()
    terminal.wait_for("layer 2 of 2")
    terminal.press("L")
    terminal.wait_for("layer 1 of 2")
    terminal.press("b")
    terminal.wait_for("Forward pass of layer 1", COMPILING_AT_MOST)
    assert "layer 1 of 2" in terminal.lines[0]
    terminal.wait_for("h goes up to layer 2")
    terminal.press("2..")
    terminal.wait_for("t = 7, backwards:")
    terminal.wait_for("come from layer 2, the")
    terminal.wait_for("layer 2 sends")
    terminal.press("L")
    terminal.wait_for("Backward pass of layer 2")
    terminal.wait_for("the loss does not look here")
    assert "t 7 of 8" in terminal.lines[0]
    terminal.press("3")
    terminal.wait_for("3 dW_hh of layer 2")
    terminal.wait_for("100 %")
    terminal.resize(60, 16)
    terminal.wait_for("Backward pass of layer 2")
    terminal.resize(20, 5)
    terminal.wait_for("The sum:")
    terminal.resize(120, 40)
    terminal.wait_for("3 dW_hh of layer 2")
    terminal.press("\x1b")
    terminal.wait_for("‖ paused")
    held = terminal.step
    terminal.press(" ")
    terminal.wait_for_step(held + 1)
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "Traceback" not in terminal.output.decode()
