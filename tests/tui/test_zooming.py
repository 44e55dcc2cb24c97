"""One panel alone, the way there and back, and the figures below it."""

import pytest

from tests.tui.fake_session import make_snapshot, make_targets


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("1", "Loss"),
        ("2", "Predicted vs"),
        ("3", "Gates over"),
        ("4", "Gradient per timestep"),
        ("5", "Events"),
    ],
)
async def test_a_digit_zooms_its_panel_and_goes_back(show, key, title):
    async with show() as shown:
        assert shown.titles == [1, 2, 3, 4]
        await shown.press(key)
        assert shown.titles == [int(key)]
        assert title in shown.lines[1]
        assert "Esc back" in shown.hints
        await shown.press(key)
        assert shown.titles == [1, 2, 3, 4]
        assert "1-5 zoom" in shown.hints


async def test_another_digit_goes_over_to_its_panel_and_escape_back(show):
    async with show() as shown:
        await shown.press("2", "4")
        assert shown.titles == [4]
        await shown.press("escape")
        assert shown.titles == [1, 2, 3, 4]


async def test_tab_moves_the_focus_and_enter_zooms_it(show):
    async with show() as shown:
        assert shown.app.focused is None
        await shown.press("enter")
        assert shown.titles == [1, 2, 3, 4]
        await shown.press("tab", "tab")
        assert shown.app.focused.id == "forecast"
        await shown.press("shift+tab")
        assert shown.app.focused.id == "loss"
        await shown.press("tab", "tab", "enter")
        assert shown.titles == [3]
        await shown.press("tab")
        assert shown.titles == [4]
        await shown.press("tab", "shift+tab", "shift+tab")
        assert shown.titles == [3]
        await shown.press("enter")
        assert shown.titles == [1, 2, 3, 4]
        await shown.press("escape")
        assert shown.app.focused is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_loss_zoomed_has_figures_below(show, size):
    async with show(size=size) as shown:
        assert "lowest" not in shown.text
        await shown.press("1")
        assert "mean  change  lowest" in shown.text
        assert "validation / train" in shown.text
        assert f"{shown.session.snapshot.best_step:,}" in shown.text
        await shown.press("1")
        assert "lowest" not in shown.text


@pytest.mark.parametrize("key", ["2", "enter"])
async def test_the_forecast_zoomed_has_figures_below_that_follow_cursor_and_column(show, key):
    async with show(make_targets(make_snapshot(4000))) as shown:
        await shown.press("tab", "tab", key)
        assert "one step, now" in shown.text
        assert "at the end" in shown.text
        assert "newest point:" in shown.text
        first = next(line for line in shown.lines if "validation  " in line and "%" in line)
        await shown.press("home")
        assert "at the cursor:  year 1900" in shown.text
        await shown.press("T")
        second = next(line for line in shown.lines if "validation  " in line and "%" in line)
        assert first != second
        await shown.press("2")
        assert "one step, now" not in shown.text


async def test_on_a_small_screen_there_is_no_room_for_figures(show):
    async with show(size=(60, 16)) as shown:
        await shown.press("2")
        assert shown.titles == [2]
        assert "one step, now" not in shown.text
