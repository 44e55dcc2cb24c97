"""The command palette offers what the keys do."""

import pytest

from rnn_tui.tui.keys import COMMANDS


async def test_every_command_is_in_the_palette_under_its_name_and_key(show):
    async with show() as shown:
        offered = {c.title: c for c in shown.app.get_system_commands(shown.app.screen)}
        for command in COMMANDS:
            assert command.title in offered
            assert f"({command.symbol})" in offered[command.title].help


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pause", "‖ paused"),
        ("one optim", "step 4,001"),
        ("raise", "lr 3.75e-3"),
        ("lower the l", "lr 2.40e-3"),
    ],
)
async def test_a_command_chosen_in_the_palette_is_carried_out(show, typed, expected):
    async with show() as shown:
        await shown.pilot.press("ctrl+p", *typed)
        await shown.pilot.pause(0.3)
        await shown.pilot.press("enter")
        await shown.pilot.pause()
        await shown.settle()
        assert expected in shown.header


async def test_zoom_and_help_are_reached_through_the_palette(show):
    async with show() as shown:
        for typed, found in (("zoom the gates", "3 Gates over timesteps"), ("help", "goes back")):
            await shown.pilot.press("ctrl+p", *typed)
            await shown.pilot.pause(0.3)
            await shown.pilot.press("enter")
            await shown.pilot.pause(0.1)
            await shown.settle()
            assert found in shown.text


@pytest.mark.parametrize("term", ["linux", "xterm-256color"])
async def test_the_palette_can_be_seen_on_every_terminal(show, monkeypatch, term):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    async with show() as shown:
        await shown.pilot.press("ctrl+p")
        await shown.pilot.pause(0.3)
        assert "> Search for commands" in " ".join(shown.text.split())
        other = {glyph for glyph in shown.text if not glyph.isascii()}
        assert bool(other) is (term != "linux"), other
        sign = shown.app.screen.query_one("SearchIcon")
        assert sign.styles.color.brightness > 0.5
