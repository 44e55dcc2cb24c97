from contextlib import asynccontextmanager

import pytest

from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.screens.main import MainScreen
from tests.tui.fake_session import LOADING, FakeSession, make_snapshot

LONGEST_CHAIN = 8
"""Messages that follow from each other: key, change of a field, check, fault, size, drawing …"""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Shown:
    """An app under test: what it says as text, and its session."""

    def __init__(self, app, pilot, session, clock):
        self.app, self.pilot, self.clock = app, pilot, clock
        self.first = session

    @property
    def session(self):
        return self.app.session

    @property
    def lines(self):
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def header(self):
        return self.lines[0]

    @property
    def hints(self):
        return self.lines[-1]

    @property
    def reading(self):
        """The lines between the panels and the hints, as one."""
        last = max(n for n, line in enumerate(self.lines) if line.startswith("╰"))
        return " ".join(" ".join(self.lines[last + 1 : -1]).split())

    @property
    def titles(self):
        """Numbers of the panels that can be seen."""
        return [n for n in range(1, 6) if f"╭─ {n} " in self.text]

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self):
        """Let everything happen that follows from what has happened, however busy the machine is.

        `pilot.pause()` takes a process that gets no processor for an idle one. Each pause of no
        length lets every widget work off what waits for it, and what follows waits for the next.
        """
        self.app._main.poll()
        for _ in range(LONGEST_CHAIN):
            await self.pilot.pause(0)

    async def show(self, snapshot, seconds=0.0):
        self.session.snapshot = snapshot
        self.clock.now += seconds
        await self.settle()

    async def wait(self, seconds):
        self.clock.now += seconds
        await self.settle()


def launch(config, others, match):
    """Return a fake session of another run, or of several."""
    session = FakeSession(LOADING, config)
    session.others, session.match = others, match
    return session


@pytest.fixture
def show(monkeypatch):
    """`async with show(snapshot, size) as shown`: the app on a session that stands still."""

    monkeypatch.setattr(MainScreen, "TURN_SECONDS", 0.0)

    @asynccontextmanager
    async def run(snapshot=None, size=(80, 24)):
        session = FakeSession(make_snapshot(4000) if snapshot is None else snapshot)
        clock = Clock()
        app = RnnTuiApp(session, launch=launch, fps=1, clock=clock)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            shown = Shown(app, pilot, session, clock)
            await shown.settle()
            yield shown

    return run
