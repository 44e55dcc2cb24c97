"""The keys that look at the same run in another way."""

from rnn_tui.training.snapshot import Clipping
from tests.tui.fake_session import COMPILING, LOADING, make_snapshot


async def test_the_arrows_run_a_cursor_through_three_panels_with_its_values(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("left")
        assert shown.text.count("─ t 50 ") == 2
        await shown.press("left", "left")
        assert shown.text.count("─ t 48 ") == 2
        year = 1700 + 200 + 48 - 1
        assert f"year {year}  actual" in shown.text
        assert "mean f 0." in shown.text
        assert "∂h " in shown.text
        await shown.press("right")
        assert shown.text.count("─ t 49 ") == 2
        await shown.press("home", "left")
        assert shown.text.count("─ t 1 ") == 2
        await shown.press("end", "right")
        assert shown.text.count("─ t 50 ") == 2
        await shown.press("3")
        assert "─ t 50 " in shown.text
        await shown.press("escape", "escape")
        assert "─ t 50 " not in shown.text
        assert shown.titles == [1, 2, 3, 4]


async def test_the_arrows_before_the_first_window_say_so(show):
    async with show(COMPILING) as shown:
        await shown.press("right")
        assert "There are no timesteps to read yet." in shown.reading


async def test_l_and_v_change_how_the_loss_is_looked_at(show):
    async with show(size=(120, 40)) as shown:
        assert "(log, whole run)" in shown.text
        await shown.press("l")
        assert "(linear, whole run)" in shown.text
        await shown.press("v")
        assert "(linear, recent)" in shown.text
        await shown.press("l", "v")
        assert "(log, whole run)" in shown.text


async def test_s_smooths_the_loss_and_takes_it_back(show):
    async with show() as shown:
        await shown.press("1", "s")
        assert "(log, whole run, smoothed)" in shown.lines[1]
        await shown.press("s")
        assert "(log, whole run)" in shown.lines[1]


async def test_m_goes_from_the_map_to_the_mean_to_the_histogram_and_o_sorts_the_units(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("3")
        assert "▀" in shown.text
        await shown.press("m")
        assert "(mean and band)" in shown.lines[1]
        assert "▀" not in shown.text
        await shown.press("m")
        assert "(histogram)" in shown.lines[1]
        await shown.press("m")
        assert "▀" in shown.text
        await shown.press("o")
        assert "(by mean)" in shown.lines[1]
        assert "Units sorted by mean." in shown.reading
        await shown.press("o", "o")
        assert "(by" not in shown.lines[1]


async def test_d_shows_the_errors_of_the_forecast_and_takes_them_back(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("2", "d")
        assert "actual − predicted" in shown.lines[1]
        assert "mean error" in shown.text
        await shown.press("d")
        assert "▄ actual" in shown.lines[1]


async def test_earlier_gradients_stay_faintly_and_go_with_the_run(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("4")
        assert "━ earlier" not in shown.lines[1]
        await shown.show(make_snapshot(8000), seconds=1)
        await shown.show(make_snapshot(16000), seconds=1)
        assert "━ earlier" in shown.lines[1]
        await shown.show(make_snapshot(10), seconds=1)
        assert "━ earlier" not in shown.lines[1]


async def test_f_asks_for_the_free_running_forecast_and_gives_it_up(show):
    async with show(size=(120, 40)) as shown:
        await shown.press("2", "f")
        assert "•━ free-running" in shown.lines[1]
        assert "free-running RMSE" in shown.text
        assert "over 53 steps" in shown.text
        await shown.press("f")
        assert "free-running" not in shown.lines[1]
        asked = [value for name, value in shown.session.calls if name == "show_free_running"]
        assert asked == [True, False]
    async with show(LOADING) as shown:
        await shown.press("f")
        assert "There is no forecast yet." in shown.reading


async def test_how_many_of_the_last_steps_were_clipped_is_said_on_80_columns(show):
    often = make_snapshot(4000, clipped_lately=Clipping(120, 1000))
    async with show(often) as shown:
        assert "reaches 11 of 50  clipped 12 %" in shown.text
    async with show(often, size=(200, 60)) as shown:
        assert "clipped in 12 % of the last 1,000 steps" in shown.text
