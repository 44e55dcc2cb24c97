"""Keys of the user's choice."""

import re

import pytest

from rnn_tui.errors import UsageError
from rnn_tui.settings import Settings, read_settings
from rnn_tui.tui.keymap import KeyFaultError, commands_of, relabel, remap, symbol_of
from rnn_tui.tui.keys import COMMANDS, hints


def test_every_command_has_a_name_of_its_own():
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert remap({}) == COMMANDS


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
    ],
)
def test_what_cannot_be_obeyed_is_explained(keys, said):
    with pytest.raises(KeyFaultError, match=re.escape(said)):
        remap(keys)


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
    changed = relabel(shown, remap({"quit": ("Z",)}))
    assert {hint.action: hint.symbol for hint in changed}["app.quit"] == "Z"
    assert [hint.symbol for hint in changed if hint.action != "app.quit"] == [
        hint.symbol for hint in shown if hint.action != "app.quit"
    ]
