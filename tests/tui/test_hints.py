import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.keys import COMMANDS, hints
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.widgets.hints import place_hints

NORMAL = hints(holds=False, has_ended=False, is_zoomed=False)


def line(shown, width):
    text = ""
    for hint, start in place_hints(shown, width):
        text = text.ljust(start) + hint.symbol + (f" {hint.label}" if hint.label else "")
    return text


def test_80_columns_hold_all_hints():
    assert line(NORMAL, 80) == (
        " space pause  . step  + - lr  g gate  1-4 zoom  ? help  q quit  ^p palette"
    )


def test_the_least_telling_go_first_and_quit_last():
    assert line(NORMAL, 60) == " space pause  . step  + - lr  1-4 zoom  ? help  q quit"
    assert line(NORMAL, 30) == " space pause  ? help  q quit"
    assert line(NORMAL, 8) == " q quit"
    assert line(NORMAL, 3) == ""


@pytest.mark.parametrize(
    ("changes", "held", "gone"),
    [
        ({"holds": True}, "space resume", "pause"),
        ({"is_zoomed": True}, "Esc back", "zoom"),
        ({"has_ended": True}, "g gate", "space"),
    ],
)
def test_only_what_makes_sense_now_is_offered(changes, held, gone):
    base = {"holds": False, "has_ended": False, "is_zoomed": False}
    shown = line(hints(**(base | changes)), 200)
    assert held in shown
    assert gone not in shown


@given(st.integers(0, 120), st.booleans(), st.booleans(), st.booleans())
def test_hints_never_overlap_or_leave_the_line(width, holds, has_ended, is_zoomed):
    shown = hints(holds=holds, has_ended=has_ended, is_zoomed=is_zoomed)
    assert len(line(shown, width)) <= max(width, 0)


def test_footer_and_commands_offer_the_same_actions():
    commands = {command.action for command in COMMANDS}
    offered = {hint.action for hint in (*NORMAL, *hints(holds=0, has_ended=0, is_zoomed=1))}
    assert offered - commands == {"app.command_palette"}
    for symbol in ("space", ".", "+", "-", "g", "?", "q"):
        assert any(hint.symbol == symbol for hint in NORMAL)


def test_every_command_has_an_action_on_the_screen():
    for command in COMMANDS:
        name = command.action.partition("(")[0]
        if not name.startswith("app."):
            assert callable(getattr(MainScreen, f"action_{name}"))
