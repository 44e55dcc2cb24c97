from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.training.snapshot import State
from rnn_tui.tui.widgets.panel import LONGEST_REST, Panel, changed_span
from tests.tui.fake_session import make_snapshot

RED, BLUE = Style(color="red"), Style(color="blue")


def strip(*parts):
    return Strip([Segment(text, style) for text, style in parts])


def test_only_the_columns_between_equal_ends_have_changed():
    before = strip(("aa", RED), ("bb", BLUE), ("cc", RED))
    after = strip(("aa", RED), ("xy", BLUE), ("cc", RED))
    assert changed_span(before, after) == (2, 4)
    assert changed_span(before, strip(("aa", BLUE), ("bb", BLUE), ("cc", RED))) == (0, 2)
    assert changed_span(before, strip(("aa", RED), ("bbb", BLUE), ("c", RED))) == (2, 6)


def test_equal_rows_have_not_changed_and_longer_ones_have_wholly():
    row = strip(("aa", RED), ("bb", BLUE))
    assert changed_span(row, strip(("aa", RED), ("bb", BLUE))) == (0, 0)
    assert changed_span(row, strip(("aa", RED), ("bbb", BLUE))) == (0, 5)
    assert changed_span(Strip([]), Strip([])) == (0, 0)


async def test_a_panel_that_is_slow_to_draw_rests_while_training_goes_on(show):
    async with show() as shown:
        panel = shown.app.screen.query_one("#loss")
        draw, drawn = panel.plot.draw, []

        def slow(snapshot, frame):
            drawn.append(snapshot.step)
            shown.clock.now += 0.1
            return draw(snapshot, frame)

        panel.plot = replace(panel.plot, draw=slow)
        await shown.show(make_snapshot(4900))
        await shown.show(make_snapshot(5000))
        await shown.show(make_snapshot(5100), seconds=1)
        assert drawn == [4900, 5000]
        await shown.wait(2)
        assert drawn == [4900, 5000, 5100]
        await shown.show(make_snapshot(5200))
        assert drawn == [4900, 5000, 5100]
        await shown.show(replace(make_snapshot(5200), state=State.PAUSED))
        assert drawn == [4900, 5000, 5100, 5200]


async def test_a_panel_that_had_to_wait_once_does_not_rest(show):
    """The first drawing imports what draws: for seconds the panel would show the beginning."""
    async with show() as shown:
        panel = shown.app.screen.query_one("#loss")
        draw, drawn, waits = panel.plot.draw, [], [10, 0, 10, 0]

        def once_late(snapshot, frame):
            drawn.append(snapshot.step)
            shown.clock.now += waits.pop(0)
            return draw(snapshot, frame)

        panel.plot = replace(panel.plot, draw=once_late)
        for step in (5000, 5100, 5200, 5300):
            await shown.show(make_snapshot(step))
        assert drawn == [5000, 5100, 5200, 5300]


async def test_a_panel_that_has_to_wait_for_long_does_not_rest_for_ever(show):
    async with show() as shown:
        panel = shown.app.screen.query_one("#loss")
        draw, drawn = panel.plot.draw, []

        def late(snapshot, frame):
            drawn.append(snapshot.step)
            shown.clock.now += 10
            return draw(snapshot, frame)

        panel.plot = replace(panel.plot, draw=late)
        await shown.show(make_snapshot(4900))
        await shown.show(make_snapshot(5000))
        await shown.show(make_snapshot(5100), seconds=1)
        assert drawn == [4900, 5000]
        await shown.wait(LONGEST_REST)
        assert drawn == [4900, 5000, 5100]


async def test_panels_that_cannot_be_seen_draw_nothing_until_they_can(show):
    async with show() as shown:
        panels = list(shown.app.screen.query(Panel))
        drawn = []
        for panel in panels:
            panel.plot = replace(panel.plot, draw=recorder(panel.plot.draw, panel.id, drawn))
        await shown.press("1")
        drawn.clear()
        await shown.show(make_snapshot(7000), seconds=5)
        await shown.pilot.pause(0.15)
        assert set(drawn) == {"loss"}
        drawn.clear()
        await shown.press("escape")
        await shown.pilot.pause(0.15)
        assert {"forecast", "gates"} <= set(drawn)


def recorder(draw, name, drawn):
    """Return `draw`, with a note of each call."""

    def noted(snapshot, frame):
        drawn.append(name)
        return draw(snapshot, frame)

    return noted
