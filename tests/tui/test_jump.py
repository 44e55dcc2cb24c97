"""Jump mode: a label over each thing that can be gone to. And keys that are typed ahead."""

import pytest
from textual import events

from rnn_tui.training.goals import Goal, Target
from rnn_tui.training.snapshot import State
from rnn_tui.tui.screens.form import FormScreen
from rnn_tui.tui.screens.jump import FOOT, JumpScreen
from rnn_tui.tui.screens.question import QuestionScreen
from rnn_tui.tui.widgets.form import FormView
from tests.tui.fake_session import make_comparison, make_snapshot


def labels(shown):
    """Return the labels on the screen: what stands in reverse video."""
    return [
        segment.text.strip(" []")
        for strip in shown.app.screen._compositor.render_strips()
        for segment in strip
        if segment.style and segment.style.reverse
    ]


async def type_ahead(shown, *keys):
    """Press keys so fast that none is answered before the last one is there."""
    for key in keys:
        character = {"enter": "\r", "escape": "\x1b"}.get(key, key)
        event = events.Key(key, character)
        event.set_sender(shown.app)
        shown.app.post_message(event)
    for _ in range(5):
        await shown.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_panel_has_its_number_and_its_key_takes_the_focus_there(show, size):
    async with show(size=size) as shown:
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3", "4"]
        assert FOOT in shown.hints
        assert " 1 Loss" in shown.text
        await shown.press("3")
        assert shown.app.focused.id == "gates"
        assert not shown.app.screen.is_modal
        assert shown.titles == [1, 2, 3, 4]


async def test_all_five_on_a_large_screen(show):
    async with show(size=(150, 52)) as shown:
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3", "4", "5"]
        await shown.press("5")
        assert shown.app.focused.id == "events"


async def test_a_small_screen_labels_its_tabs(show):
    async with show(size=(60, 16)) as shown:
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3", "4", "5"]
        await shown.press("4")
        assert "4 Gradient" in shown.text
        assert shown.app.focused.id == "gradient"


async def test_where_there_are_only_numbers_it_says_so(show):
    async with show(size=(20, 5)) as shown:
        await shown.press("j")
        assert not shown.app.screen.is_modal
        assert "Nothing to jump to." in shown.text


@pytest.mark.parametrize("key", ["escape", "j,escape"])
async def test_escape_leaves_and_a_key_without_a_label_does_nothing(show, key):
    async with show() as shown:
        await shown.press("j")
        await shown.press(*key.split(","))
        assert not shown.app.screen.is_modal
        assert shown.app.focused is None


async def test_another_size_leaves(show):
    async with show() as shown:
        await shown.press("j")
        assert isinstance(shown.app.screen, JumpScreen)
        await shown.pilot.resize_terminal(90, 30)
        await shown.settle()
        assert not shown.app.screen.is_modal


async def test_the_nets_that_are_compared_have_labels_with_their_names(show):
    async with show(make_comparison(4000), size=(120, 40)) as shown:
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3", "4", "a", "s"]
        assert "RNN 32" in shown.text
        await shown.press("s")
        assert "3 Gates of RNN 32" in shown.text
        assert shown.app.focused.id == "gates"


async def test_the_form_labels_the_fields_that_can_be_seen(show):
    async with show() as shown:
        await shown.press("e", "ctrl+o")
        found = [label for label in labels(shown) if len(label) == 1]
        assert len(found) > 10
        assert found[:3] == ["a", "s", "d"]
        form = shown.app.screen_stack[-2].query_one(FormView)
        seen = list(form.places_seen())
        await shown.press("d")
        assert isinstance(shown.app.screen, FormScreen)
        assert form.form.focus == seen[2]
        await shown.press("escape")
        assert not shown.app.screen.is_modal


async def test_labels_stand_beside_their_fields(show):
    async with show(size=(60, 16)) as shown:
        await shown.press("e")
        names = shown.lines
        await shown.press("ctrl+o")
        form = shown.app.screen_stack[-2].query_one(FormView)
        for place, row in form.places_seen().items():
            line = form.region.y + row
            assert form.form.fields[place].label in names[line]
            assert form.form.fields[place].label in shown.lines[line]
            assert shown.lines[line][1] in "asdfghjklqwertyuiop"


async def test_a_form_with_one_field_in_sight_has_nothing_to_jump_to(show):
    async with show(size=(20, 2)) as shown:
        await shown.press("e", "ctrl+o")
        assert isinstance(shown.app.screen, FormScreen)


async def test_the_walk_labels_its_panels(show):
    async with show(size=(120, 40)) as shown:
        walk = await begin_walk(shown)
        await shown.press("j")
        assert sorted(labels(shown)) == ["1", "2", "3"]
        await shown.press("2")
        assert walk.focused.id == "walk-2"


async def test_a_small_walk_labels_the_phases_that_it_does_not_show(show):
    async with show(size=(60, 16)) as shown:
        walk = await begin_walk(shown)
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3"]
        assert "backwards" in shown.lines[2]
        await shown.press("3")
        walk.poll()
        assert "sum" in shown.header


async def begin_walk(shown):
    await shown.press("b")
    walk = shown.app.screen
    walk.poll()
    await shown.pilot.pause()
    return walk


async def test_without_colours_the_labels_stand_in_brackets(show, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with show() as shown:
        await shown.press("j")
        assert "[1]Loss" in shown.text


async def test_in_ascii_all_of_it_is_ascii(show, monkeypatch):
    monkeypatch.setenv("TERM", "vt100")
    async with show() as shown:
        await shown.press("j")
        assert labels(shown) == ["1", "2", "3", "4"]
        assert shown.text.isascii()


async def test_an_answer_that_is_typed_ahead_of_its_question_counts(show):
    async with show(make_snapshot(4000)) as shown:
        await type_ahead(shown, "q", "d")
        assert not shown.app.is_running or shown.app._exit


async def test_keys_that_are_typed_ahead_go_where_they_would_have_gone(show):
    async with show() as shown:
        await type_ahead(shown, "j", "3")
        assert shown.app.focused.id == "gates"
        await type_ahead(shown, "j", "escape", "j", "2")
        assert shown.app.focused.id == "forecast"


async def test_what_is_typed_ahead_of_a_form_is_filled_in(show):
    async with show() as shown:
        await type_ahead(shown, "u", "9", "0", "0", "0", "enter")
        assert not shown.app.screen.is_modal
        assert ("run_until", Goal(Target.STEP, 9000)) in shown.session.calls


async def test_a_question_lets_the_keys_after_its_answer_through(show):
    async with show() as shown:
        await shown.press("q")
        assert isinstance(shown.app.screen, QuestionScreen)
        await type_ahead(shown, "escape", "space")
        assert shown.session.held
        assert shown.session.snapshot.state is State.PAUSED
