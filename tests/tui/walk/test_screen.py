"""The walk on the screen, by its keys and what it says afterwards."""

from dataclasses import replace

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from tests.tui.fake_session import ended, make_deep_walk, make_snapshot, make_stack, make_walk

SIZES = [(80, 24), (120, 40), (200, 60), (72, 20), (60, 16), (40, 12), (24, 9), (20, 5), (1, 1)]


async def begin(shown):
    """Press b, and wait for the first picture of the walk."""
    await shown.press("b")
    await turn(shown)


async def turn(shown, seconds=0.0):
    shown.clock.now += seconds
    shown.app.screen.poll()
    await shown.pilot.pause()
    await shown.pilot.pause()


def caption(shown):
    return " ".join(" ".join(shown.lines[-4:-1]).split())


async def test_b_holds_the_run_and_begins_at_the_first_timestep(show):
    async with show() as shown:
        await begin(shown)
        assert [name for name, _ in shown.session.calls][1:] == ["pause", "take_walk"]
        assert "BPTT walk · LSTM 32 · sunspots  ‖ forwards" in shown.header
        assert "t 1 of 24" in shown.header
        assert "year 1900" in shown.header
        assert caption(shown).startswith("t = 1, forwards: x = 0 comes in.")
        for title in ("1 Forward", "2 Backward", "3 dW_hh"):
            assert title in shown.text


async def test_the_time_is_that_of_the_window_walked_through(show):
    async with show() as shown:
        shown.session.walk = replace(make_walk(), start=195)
        await begin(shown)
        assert "year 1895" in shown.header


@pytest.mark.parametrize("keys", [("right", "left"), ("full_stop", "comma")])
async def test_arrows_go_on_and_back(show, keys):
    on, back = keys
    async with show() as shown:
        await begin(shown)
        await shown.pilot.press(on, on)
        assert "t 3 of 24" in shown.header
        await shown.pilot.press(back)
        assert "t 2 of 24" in shown.header
        await shown.pilot.press(back, back, back)
        assert "t 1 of 24" in shown.header


async def test_digits_home_and_end_jump(show):
    async with show() as shown:
        await begin(shown)
        await shown.pilot.press("2")
        assert "‖ loss" in shown.header
        assert caption(shown).startswith("The loss:")
        await shown.pilot.press("right", "right")
        assert "‖ backwards" in shown.header
        assert "t 23 of 24" in shown.header
        assert "×0.82" in shown.text
        assert "shrank by the factor 0.82" in caption(shown)
        await shown.pilot.press("3")
        assert "‖ sum" in shown.header
        assert "Nothing was changed" in caption(shown)
        assert "100 %" in shown.text
        await shown.pilot.press("1")
        assert "t 1 of 24" in shown.header
        await shown.pilot.press("end")
        assert "‖ sum" in shown.header
        await shown.pilot.press("home")
        assert "‖ forwards" in shown.header


async def test_space_plays_by_the_clock_to_the_end_and_begins_anew(show):
    async with show() as shown:
        await begin(shown)
        await shown.pilot.press("space")
        assert "▶ forwards" in shown.header
        assert "space hold" in shown.hints
        await turn(shown, 1.0)
        assert "t 5 of 24" in shown.header
        await shown.pilot.press("plus")
        assert "8 a second" in shown.header
        await turn(shown, 1.0)
        assert "t 13 of 24" in shown.header
        await shown.pilot.press("space")
        await turn(shown, 9.0)
        assert "‖ forwards" in shown.header
        assert "t 13 of 24" in shown.header
        await shown.pilot.press("space", "minus", "minus")
        await turn(shown, 1.0)
        assert "t 15 of 24" in shown.header
        await turn(shown, 99.0)
        assert "‖ sum" in shown.header
        await shown.pilot.press("space")
        assert "▶ forwards" in shown.header
        assert "t 1 of 24" in shown.header


async def test_it_plays_the_other_way_round(show):
    async with show() as shown:
        await begin(shown)
        await shown.pilot.press("3", "r", "space")
        assert "◀ sum" in shown.header
        await turn(shown, 1.0)
        assert "◀ backwards" in shown.header
        assert "t 4 of 24" in shown.header
        await turn(shown, 99.0)
        assert "t 1 of 24" in shown.header
        assert "‖ forwards" in shown.header


async def test_a_click_goes_to_a_timestep_of_the_pass_under_way(show):
    async with show() as shown:
        await begin(shown)
        await shown.pilot.click("#walk-1", offset=(9, 3))
        assert "t 1 of 24" in shown.header
        await shown.pilot.click("#walk-1", offset=(54, 3))
        assert "t 24 of 24" in shown.header
        assert "forwards" in shown.header
        await shown.pilot.press("3")
        await shown.pilot.click("#walk-2", offset=(54, 3))
        assert "t 24 of 24" in shown.header
        assert "backwards" in shown.header


async def test_a_click_on_a_hint_does_what_it_says(show):
    async with show() as shown:
        await begin(shown)
        column = shown.hints.index("sum")
        await shown.pilot.click("WalkScreen HintLine", offset=(column, 0))
        assert "‖ sum" in shown.header


@pytest.mark.parametrize("key", ["escape", "b", "q"])
async def test_it_ends_where_it_began_with_the_run_held(show, key):
    async with show() as shown:
        await begin(shown)
        await shown.press(key)
        await shown.settle()
        assert "‖ paused" in shown.header
        assert shown.titles == [1, 2, 3, 4]
        assert "b walk" in shown.hints
        await begin(shown)
        assert "t 1 of 24" in shown.header


async def test_shift_l_walks_through_the_next_layer(show):
    async with show(make_stack(4000), size=(120, 40)) as shown:
        shown.session.walk = make_deep_walk()
        await begin(shown)
        assert "layer 3 of 3" in shown.header
        assert "L layer" in shown.hints
        assert "1 Forward pass of layer 3" in shown.text
        assert "readout y" in shown.text
        await shown.pilot.press("2", "right", "right", "L")
        await turn(shown)
        assert "layer 1 of 3" in shown.header
        assert "t 23 of 24" in shown.header, "the place in the walk stays"
        for title in ("1 Forward pass", "2 Backward pass", "3 dW_hh"):
            assert f"{title} of layer 1" in shown.text
        assert "◆ from layer 2" in shown.text
        assert "layer 2 sends 1.0e-3" in shown.text
        assert "1.0e-3 come from layer 2" in caption(shown)
        await shown.pilot.press("L", "1")
        await turn(shown)
        assert "layer 2 of 3" in shown.header
        assert "from layer 1" in shown.text
        assert "readout y" not in shown.text
        await shown.pilot.press("L")
        assert "layer 3 of 3" in shown.header


async def test_the_walk_begins_with_the_layer_of_panel_3(show):
    async with show(make_stack(4000), size=(120, 40)) as shown:
        shown.session.walk = make_deep_walk()
        await shown.press("L", "L")
        await begin(shown)
        assert "layer 2 of 3" in shown.header


async def test_one_layer_is_said_to_be_the_only_one(show):
    async with show() as shown:
        await begin(shown)
        assert "layer" not in shown.header
        assert "L layer" not in shown.hints
        await shown.pilot.press("L")
        await shown.pilot.pause()
        assert "the net has no other one; --layers" in caption(shown)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 12), (20, 5)])
async def test_layers_fit_at_every_size(show, size):
    async with show(size=size) as shown:
        shown.session.walk = make_deep_walk()
        await begin(shown)
        for key in ("L", "2", "right", "right", "3", "L"):
            await shown.pilot.press(key)
            await turn(shown)
            assert [len(line) for line in shown.lines] == [size[0]] * size[1]
        if size[1] > 5:
            assert "layer 2" in shown.header
            assert "L layer" in shown.hints


async def test_its_help_explains_panels_and_keys(show):
    async with show(size=(100, 60)) as shown:
        await begin(shown)
        await shown.pilot.press("question_mark")
        await shown.pilot.pause()
        for words in ("play or hold", "dh_t = W_hyᵀ dy_t", "vanish", "2 Backward"):
            assert words in shown.text
        await shown.pilot.press("escape")
        await shown.pilot.pause()
        assert "BPTT walk" in shown.header


async def test_the_wait_for_the_kernels_is_told(show):
    async with show() as shown:
        shown.session.walk = None
        await begin(shown)
        assert caption(shown).startswith("One moment: the kernels take the training step apart")
        await turn(shown, 3.0)
        assert "Compiling them for it takes seconds, but only the first time. 3 s." in caption(
            shown
        )
        await shown.pilot.press("space", "right", "3", "r", "plus")
        shown.session.walk = make_walk()
        shown.session.take_walk()
        await turn(shown)
        assert "t 1 of 24" in shown.header


async def test_a_run_that_ends_meanwhile_ends_the_walk(show):
    async with show() as shown:
        shown.session.walk = None
        await begin(shown)
        shown.session.snapshot = ended(Status.FAILED, "a slip", make_snapshot(10))
        shown.session.error = RuntimeError("a slip")
        await turn(shown)
        await shown.settle()
        assert "✗ failed" in shown.header


async def test_a_run_that_has_ended_is_still_walked_through(show):
    async with show(ended(Status.COMPLETED, "took all steps", make_snapshot(4000))) as shown:
        await begin(shown)
        assert "t 1 of 24" in shown.header


async def test_a_run_that_broke_has_no_walk(show):
    async with show(ended(Status.FAILED, "a slip", make_snapshot(4000))) as shown:
        shown.session.error = RuntimeError("a slip")
        await shown.press("b")
        assert "The run has ended" in shown.reading


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
async def test_every_row_fills_the_width_at_every_size(show, cell):
    async with show() as shown:
        shown.session.walk = make_walk(cell=cell)
        await begin(shown)
        for width, height in SIZES:
            await shown.pilot.resize_terminal(width, height)
            for key in ("1", "2", "3"):
                await shown.pilot.press(key)
                await turn(shown)
                assert [len(line) for line in shown.lines] == [width] * height
        await shown.pilot.resize_terminal(80, 24)
        await turn(shown)
        assert "2 Backward" in shown.text


async def test_a_small_screen_shows_the_pass_under_way(show):
    async with show(size=(60, 16)) as shown:
        await begin(shown)
        assert "1 Forward" in shown.text
        assert "2 Backward" not in shown.text
        await shown.pilot.press("3")
        await turn(shown)
        assert "1 Forward" not in shown.text
        assert "2 Backward" in shown.text
        assert "The sum:" in shown.text


async def test_where_there_is_no_braille_everything_is_ascii(show, monkeypatch):
    monkeypatch.setenv("TERM", "linux")
    for size in ((80, 24), (120, 40)):
        async with show(make_snapshot(4000, state=State.PAUSED), size=size) as shown:
            await begin(shown)
            for key in ("1", "2", "right", "right", "3", "space"):
                await shown.pilot.press(key)
                await turn(shown)
                assert shown.text.isascii(), [c for c in shown.text if not c.isascii()]


async def test_another_theme_draws_the_walk_in_its_colours(show):
    async with show() as shown:
        await begin(shown)
        shown.app.theme = "textual-light"
        await turn(shown)
        strips = shown.app.screen._compositor.render_strips()
        papers = {str(s.style.bgcolor.name) for strip in strips for s in strip if s.style.bgcolor}
        assert "#e0e0e0" in papers
        assert "#0c1017" not in papers
