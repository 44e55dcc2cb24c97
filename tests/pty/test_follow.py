"""The app over a file that grows, in a real terminal."""

import math

from tests.pty.terminal import COMPILING_AT_MOST

LINES = ["t,v\n", *(f"{i},{10 + math.sin(i / 5):.4f}\n" for i in range(300))]


def test_rows_that_come_move_the_forecast(start, tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("".join(LINES[:21]))
    small = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "20")
    terminal = start("--follow", "--data", str(path), *small, small=False)
    terminal.wait_for("Waiting for rows to learn from: 20 of 90", COMPILING_AT_MOST)
    with path.open("a") as file:
        file.writelines(LINES[21:201])
        file.flush()
        terminal.wait_for("Waiting for the next row", COMPILING_AT_MOST)
        file.writelines(LINES[201:206])
        file.flush()
        terminal.wait_for("5 new rows: RMSE")
        assert terminal.number("step") == 25
        terminal.press(" ")
        terminal.wait_for("‖ paused")
        file.writelines(LINES[206:209])
        file.flush()
        terminal.watch(0.3)
        assert terminal.number("step") == 25
        terminal.press(".")
        terminal.wait_for("6 new rows: RMSE")
        terminal.press(" ")
        terminal.wait_for("8 new rows: RMSE")
    assert terminal.leave() == 0
    assert terminal.is_restored
    assert "8 rows came; RMSE of the rows that came" in terminal.after_the_screen


def test_it_can_be_left_while_it_waits(start, tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("".join(LINES[:3]))
    terminal = start("--follow", "--data", str(path), small=False)
    terminal.wait_for("Waiting for rows", COMPILING_AT_MOST)
    terminal.press("q")
    assert terminal.wait() == 0
    assert terminal.is_restored


def test_the_newest_window_is_walked_through_while_rows_come(start, tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("".join(LINES[:201]))
    small = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "20")
    terminal = start("--follow", "--data", str(path), *small, size=(120, 40), small=False)
    terminal.wait_for("Waiting for the next row", COMPILING_AT_MOST)
    with path.open("a") as file:
        file.writelines(LINES[201:204])
        file.flush()
        terminal.wait_for("3 new rows: RMSE")
        terminal.press("b")
        terminal.wait_for("t 1 of 8", COMPILING_AT_MOST)
        terminal.wait_for("t = 1, forwards:")
        first = terminal.number("t 1 of 8  t")
        terminal.press("..2..")
        terminal.wait_for("t = 7, backwards:")
        file.writelines(LINES[204:209])
        file.flush()
        terminal.watch(0.3)
        assert "t = 7, backwards:" in terminal.text, "rows that come do not end the walk"
        terminal.press("\x1b")
        terminal.wait_for("‖ paused")
        terminal.press(" ")
        terminal.wait_for("8 new rows: RMSE")
        terminal.press("b")
        terminal.wait_for("t = 1, forwards:")
        assert terminal.number("t 1 of 8  t") == first + 5, "it is the newest window now"
        terminal.press("\x1b")
        terminal.wait_for("‖ paused")
    assert terminal.leave() == 0
    assert terminal.is_restored
