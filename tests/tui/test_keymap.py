"""Keys of the user's choice."""

import re

import pytest

from rnn_tui.errors import UsageError
from rnn_tui.settings import Settings, read_settings
from rnn_tui.tui.form.keys import FORM_COMMANDS
from rnn_tui.tui.keymap import (
    EVERY,
    KeyFaultError,
    commands_of,
    commands_on,
    relabel,
    remap,
    symbol_of,
)
from rnn_tui.tui.keys import COMMANDS, hints
from rnn_tui.tui.walk.keys import WALK_COMMANDS, walk_hints


def test_every_command_has_a_name_of_its_own():
    assert len({command.id for command in EVERY}) == len(EVERY)
    assert remap({}) == EVERY
    assert commands_on("", EVERY) == COMMANDS
    assert commands_on("walk", EVERY) == WALK_COMMANDS
    assert commands_on("form", EVERY) == FORM_COMMANDS
    assert {*COMMANDS, *FORM_COMMANDS} < {*EVERY}


def test_an_action_gets_other_keys_and_the_rest_stay():
    commands = {c.id: c for c in remap({"quit": ("Z", "ctrl+q"), "pause-or-resume": ("comma",)})}
    assert (commands["quit"].keys, commands["quit"].symbol) == ("Z,ctrl+q", "Z ^q")
    assert (commands["pause-or-resume"].keys, commands["pause-or-resume"].symbol) == ("comma", ",")
    assert commands["help"] in COMMANDS


def test_two_actions_may_swap_their_keys():
    commands = {c.id: c for c in remap({"quit": ("question_mark",), "help": ("q",)})}
    assert commands["quit"].symbol == "?"
    assert commands["help"].keys == "q"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"quits": ("x",)}, "no such action (did you mean quit?)"),
        ({"quit": ("hyper+x",)}, "there is no key 'hyper+x'"),
        ({"quit": ("nokey",)}, "there is no key 'nokey'"),
        ({"quit": ("ctrl+c",)}, "the key ctrl+c cannot be given away: it ends the run"),
        ({"quit": ("space",)}, "the key space is that of pause-or-resume"),
        ({"quit": ("p",), "help": ("p",)}, "the key p is that of"),
        ({"walk-revers": ("x",)}, "no such action (did you mean walk-reverse?)"),
        ({"walk-faster": ("space",)}, "the key space is that of walk-play-or-hold"),
        ({"walk-faster": ("j",)}, "the key j is that of jump"),
        ({"restart": ("z",), "help": ("r",)}, "the key r is that of walk-reverse"),
        ({"form-jump": ("j",)}, "the key j fills the form in"),
        ({"form-jump": ("J",)}, "the key J fills the form in"),
        ({"form-leave": ("space",)}, "the key space fills the form in"),
        ({"form-jump": ("tab",)}, "the key tab fills the form in"),
        ({"form-confirm": ("escape",)}, "the key escape is that of form-leave"),
    ],
)
def test_what_cannot_be_obeyed_is_explained(keys, said):
    with pytest.raises(KeyFaultError, match=re.escape(said)):
        remap(keys)


def test_what_screens_share_takes_its_keys_from_the_walk_as_long_as_one_is_left():
    commands = {c.id: c for c in remap({"help": ("q",), "quit": ("?",)})}
    assert (commands["walk-leave"].keys, commands["walk-leave"].symbol) == ("escape,b", "Esc")
    commands = {c.id: c for c in remap({"jump": ("full_stop",), "one-optimisation-step": ("z",)})}
    assert commands["walk-next-position"].keys == "right"
    assert commands["walk-next-position"].symbol == symbol_of("right")


def test_screens_have_keys_of_their_own():
    """What one does on the main screen, another may do in the walk, and in a form."""
    commands = remap({"walk-faster": ("q",), "walk-leave": ("escape",), "form-jump": ("ctrl+t",)})
    walk = {c.id: c for c in commands_on("walk", commands)}
    assert (walk["walk-faster"].keys, walk["walk-leave"].symbol) == ("q", "Esc")
    assert {c.id: c.symbol for c in commands_on("form", commands)}["form-jump"] == "^t"
    assert {c.id: c.keys for c in commands_on("", commands)}["quit"] == "q"
    shown = relabel(walk_hints(plays=False), commands_on("walk", commands))
    assert {hint.label: hint.symbol for hint in shown}["speed"] == "q"
    assert relabel(walk_hints(plays=True), WALK_COMMANDS) == walk_hints(plays=True)


def test_a_fault_leads_to_its_line(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('[keys]\nhelp = "f1"\nquit = "f1"\n')
    with pytest.raises(UsageError) as caught:
        commands_of(read_settings(path), path)
    assert str(caught.value).startswith(f"{path}:3: keys.quit: the key f1 is that of help")


def test_settings_without_a_file_have_no_line(tmp_path):
    with pytest.raises(UsageError, match=r"settings.toml: keys.quit: the key space"):
        commands_of(Settings(keys={"quit": ("space",)}), tmp_path / "settings.toml")


@pytest.mark.parametrize(
    ("key", "symbol"),
    [("p", "p"), ("full_stop", "."), ("ctrl+t", "^t"), ("shift+tab", "Shift+Tab"), ("f5", "f5")],
)
def test_how_a_key_is_shown(key, symbol):
    assert symbol_of(key) == symbol


def test_the_hints_show_the_keys_of_the_users_choice():
    shown = hints(holds=False, has_ended=False, zoomed=None)
    assert relabel(shown, COMMANDS) == shown
    changed = relabel(shown, commands_on("", remap({"quit": ("Z",)})))
    assert {hint.action: hint.symbol for hint in changed}["app.quit"] == "Z"
    assert [hint.symbol for hint in changed if hint.action != "app.quit"] == [
        hint.symbol for hint in shown if hint.action != "app.quit"
    ]
