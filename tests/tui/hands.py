"""What tests do at the keyboard, wait for, and ask of the app and of its session."""

import time

from textual.events import Paste


def stops(session):
    return [value for name, value in session.calls if name in {"stop", "give_up"}]


def has_ended_app(shown):
    return shown.app._exit


async def write(shown, text):
    """Type into the field in focus, in place of what stands there."""
    await shown.press("ctrl+u", *[{" ": "space"}.get(character, character) for character in text])


async def paste(shown, text):
    await shown.press("ctrl+u")
    shown.app.screen.query_one("FormView").post_message(Paste(text))
    await shown.settle()


async def until(shown, condition, seconds=30.0):
    """Wait for what takes a thread of its own, such as reading a series for the first time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        await shown.pilot.pause(0.01)
