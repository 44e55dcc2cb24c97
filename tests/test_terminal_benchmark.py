"""The benchmarks read the screen as a terminal does, and judge by the goals."""

from benchmarks.terminal import Goal, Screen, percentile, print_figures, size_of

ROWS = (("speed", "speed", "{:.2f}"), ("cost", "cost", "{:.1f} %"), ("other", "other", "{:.0f}"))


def test_a_screen_has_what_was_written_where_the_cursor_went():
    screen = Screen(8, 2)
    screen.feed("\x1b[1;1H\x1b[38;2;1;2;3mstep 12\x1b[2;3Hab\x1b[2Cc\x1b[?2026l")
    assert screen.lines == ["step 12 ", "  ab  c "]
    screen.feed("\x1b[1;6H34567\nx")
    assert screen.lines == ["step 345", "x ab  c "]


def test_figures_stand_beside_their_goals(capsys):
    goals = {"speed": Goal(0.95, at_least=True), "cost": Goal(15.0)}
    assert print_figures({"speed": 0.97, "cost": 12.0}, ROWS, goals) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].split() == ["speed", "0.97", ">=", "0.95"]
    assert "other" not in said
    assert "MISSED" not in said


def test_a_missed_goal_is_said_and_returned(capsys):
    goals = {"speed": Goal(0.95, at_least=True), "cost": Goal(15.0)}
    assert print_figures({"speed": 0.94, "cost": 15.0}, ROWS, goals) == 1
    speed, cost = capsys.readouterr().out.splitlines()
    assert speed.endswith("MISSED")
    assert "MISSED" not in cost


def test_percentiles_and_sizes():
    assert percentile([float(n) for n in range(100, 0, -1)], 0.95) == 96.0
    assert percentile([3.0], 0.95) == 3.0
    assert size_of("200x50") == (200, 50)
