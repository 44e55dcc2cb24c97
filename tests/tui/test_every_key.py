"""Every key of the tables of keys reaches the action that it stands for."""

from textual.actions import parse

from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.keys import COMMANDS
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.screens.walk import WalkScreen
from rnn_tui.tui.walk.keys import WALK_COMMANDS
from tests.tui.fake_session import make_snapshot


def listen(monkeypatch, screen, commands):
    """Replace the actions of commands by a note of their name and arguments; return the notes."""
    heard = []
    for name in {parse(command.action)[1] for command in commands}:
        owner = RnnTuiApp if name == "quit" else screen

        def note(self, *arguments, name=name):
            del self
            heard.append((name, arguments))

        monkeypatch.setattr(owner, f"action_{name}", note)
    return heard


def keys_of(commands):
    return [(key, parse(c.action)[1:]) for c in commands for key in c.keys.split(",")]


async def press_all(shown, heard, commands):
    wrong = {}
    for key, expected in keys_of(commands):
        heard.clear()
        await shown.press(key)
        if heard != [expected]:
            wrong[key] = (heard.copy(), expected)
    return wrong


async def test_each_key_of_the_main_screen(show, monkeypatch):
    heard = listen(monkeypatch, MainScreen, COMMANDS)
    async with show() as shown:
        assert await press_all(shown, heard, COMMANDS) == {}


async def test_each_key_of_the_walk(show, monkeypatch):
    async with show(make_snapshot(4000)) as shown:
        await shown.press("b")
        heard = listen(monkeypatch, WalkScreen, WALK_COMMANDS)
        assert await press_all(shown, heard, WALK_COMMANDS) == {}


def test_no_key_stands_for_two_things():
    for commands in (COMMANDS, WALK_COMMANDS):
        keys = [key for key, _ in keys_of(commands)]
        assert len(keys) == len(set(keys))
