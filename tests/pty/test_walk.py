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
    held = terminal.number("step")
    terminal.press(" ")
    terminal.wait_for(lambda: terminal.number("step") > held + 10)
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
