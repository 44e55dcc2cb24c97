import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.keys import COMMANDS, hints
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.widgets.hints import place_hints

NORMAL = hints(holds=False, has_ended=False, zoomed=None)


def line(shown, width):
    text = ""
    for hint, start in place_hints(shown, width):
        text = text.ljust(start) + hint.symbol + (f" {hint.label}" if hint.label else "")
    return text


def test_80_columns_hold_all_hints_but_the_palette():
    assert line(NORMAL, 80) == (
        " space pause  . step  + - lr  ← → timestep  1-5 zoom  e edit  ? help  q quit"
    )


def test_the_least_telling_go_first_and_quit_last():
    assert line(NORMAL, 60) == " space pause  . step  + - lr  ? help  q quit"
    assert line(NORMAL, 130).endswith(
        "u until  e edit  r restart  w save  ? help  q quit  ^p palette"
    )
    assert line(NORMAL, 30) == " space pause  ? help  q quit"
    assert line(NORMAL, 8) == " q quit"
    assert line(NORMAL, 3) == ""


@pytest.mark.parametrize(
    ("changes", "held", "gone"),
    [
        ({"holds": True}, "space resume", "pause"),
        ({"zoomed": 3}, "g gate  m map/mean  o order  ← → timestep  Esc back", "zoom"),
        ({"zoomed": 1}, "l log/lin  v recent  s smooth  Esc back", "gate"),
        ({"zoomed": 4}, "← → timestep  Esc back", "gate"),
        ({"has_ended": True}, "e edit  r restart  w save", "until"),
        ({"has_ended": True}, "g gate", "space"),
    ],
)
def test_only_what_makes_sense_now_is_offered(changes, held, gone):
    base = {"holds": False, "has_ended": False, "zoomed": None}
    shown = line(hints(**(base | changes)), 200)
    assert held in shown
    assert gone not in shown


@given(st.integers(0, 120), st.booleans(), st.booleans(), st.sampled_from([None, 1, 2, 3, 4]))
def test_hints_never_overlap_or_leave_the_line(width, holds, has_ended, zoomed):
    shown = hints(holds=holds, has_ended=has_ended, zoomed=zoomed)
    assert len(line(shown, width)) <= max(width, 0)


def test_footer_and_commands_offer_the_same_actions():
    commands = {command.action for command in COMMANDS}
    zoomed = [hint for n in (1, 2, 3, 4) for hint in hints(holds=False, has_ended=False, zoomed=n)]
    offered = {hint.action for hint in (*NORMAL, *zoomed)}
    assert offered - commands == {"app.command_palette"}
    for symbol in ("space", ".", "+", "-", "g", "?", "q"):
        assert any(hint.symbol == symbol for hint in NORMAL)


def test_every_command_has_an_action_on_the_screen():
    for command in COMMANDS:
        name = command.action.partition("(")[0]
        if not name.startswith("app."):
            assert callable(getattr(MainScreen, f"action_{name}"))


@pytest.mark.parametrize(
    ("zoomed", "own"),
    [
        (1, "l log/lin  v recent  s smooth"),
        (2, "d errors  f free-running"),
        (3, "g gate  m map/mean  o order"),
    ],
)
def test_80_columns_hold_the_keys_of_a_zoomed_panel(zoomed, own):
    shown = line(hints(holds=True, has_ended=False, zoomed=zoomed), 80)
    assert own in shown
    assert "Esc back" in shown
