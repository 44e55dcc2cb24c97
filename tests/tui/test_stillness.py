"""While nothing moves the screen looks at nothing; what changes then is told."""

from dataclasses import replace

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.screens.main import MainScreen
from rnn_tui.tui.screens.walk import WalkScreen
from tests.tui.fake_session import COMPILING, FakeSession, ended, make_snapshot, scoring

PAUSED = make_snapshot(4000, state=State.PAUSED)
ENDED = ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))


@pytest.fixture
def polls(monkeypatch):
    """How often the main screen has looked at the snapshot."""
    return count_polls(monkeypatch, MainScreen)


def count_polls(monkeypatch, kind):
    counted, poll = [], kind.poll

    def count(screen):
        counted.append(screen)
        poll(screen)

    monkeypatch.setattr(kind, "poll", count)
    return counted


@pytest.mark.parametrize(
    ("snapshot", "moves"),
    [
        (make_snapshot(4000), True),
        (COMPILING, True),
        (scoring(Status.COMPLETED, "", PAUSED), True),
        (PAUSED, False),
        (ENDED, False),
    ],
    ids=lambda value: getattr(value, "state", value),
)
async def test_only_what_moves_is_looked_at_again_and_again(polls, snapshot, moves):
    session = FakeSession(snapshot)
    session.held = snapshot.state is State.PAUSED
    app = RnnTuiApp(session, fps=50)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        polls.clear()
        await pilot.pause(0.2)
        assert (len(polls) > 4) is moves
        assert moves or not polls


async def test_what_changes_while_nothing_moves_is_shown(polls):
    session = FakeSession(PAUSED)
    session.held = True
    app = RnnTuiApp(session, fps=50)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(0.1)

        async def says(text):
            for _ in range(100):
                lines = (strip.text for strip in app.screen._compositor.render_strips())
                if any(text in line for line in lines):
                    return True
                await pilot.pause(0.01)
            return False

        app._journal.stray("a library says something")
        assert await says("a library says something")
        session.show(replace(PAUSED, step=4321))
        assert await says("step 4,321")
        await pilot.press("space")
        assert await says("● training")
        await pilot.pause(0.1)
        polls.clear()
        await pilot.pause(0.2)
        assert len(polls) > 4


async def test_a_walk_looks_again_and_again_while_it_plays_alone(polls, monkeypatch):
    walks, now = count_polls(monkeypatch, WalkScreen), [100.0]
    session = FakeSession(PAUSED)
    session.held, taken, session.walk = True, session.walk, None
    app = RnnTuiApp(session, fps=50, clock=lambda: now[0])

    async def looks(pilot):
        await pilot.pause(0.1)
        polls.clear()
        walks.clear()
        await pilot.pause(0.2)
        return len(walks), len(polls)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        assert (await looks(pilot))[0] > 4, "the walk is waited for"
        session.show(replace(PAUSED, walk=taken))
        assert await looks(pilot) == (0, 0)
        await pilot.press("space")
        assert (await looks(pilot))[0] > 4
        now[0] += 3600
        assert await looks(pilot) == (0, 0), "it has come to its end"
        await pilot.press("escape", "space")
        assert (await looks(pilot))[1] > 4


async def test_a_remark_goes_by_itself_while_nothing_moves():
    now = [100.0]
    app = RnnTuiApp(FakeSession(ENDED), fps=50, clock=lambda: now[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        text = app._main._reading.sentences[0].text
        assert "nothing to steer" in text
        now[0] += 5
        await pilot.pause(0.2)
        assert app._main._reading.sentences[0].text.startswith("Completed")
