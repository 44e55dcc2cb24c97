"""Each key, by what the screen says afterwards."""

from dataclasses import replace

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Clipping, State, Trace
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.display import Display
from rnn_tui.tui.keymap import remap
from rnn_tui.tui.plots.milestones import SIGNS
from rnn_tui.tui.plots.words import significant
from tests.tui.fake_session import (
    COMPILING,
    LOADING,
    FakeSession,
    ended,
    make_snapshot,
    make_stack,
    make_targets,
)


def calls(shown):
    return [name for name, _ in shown.session.calls if name != "start"]


async def test_space_pauses_and_resumes(show):
    async with show() as shown:
        assert "● training" in shown.header
        await shown.press("space")
        assert "‖ paused" in shown.header
        assert "Paused. space goes on" in shown.reading
        assert "space resume" in shown.hints
        assert "steps/s" not in shown.header
        await shown.press("space")
        assert "● training" in shown.header
        assert "space pause" in shown.hints
        assert calls(shown) == ["pause", "resume"]


async def test_a_pause_that_is_not_obeyed_yet_is_seen_at_once_and_can_be_taken_back(show):
    async with show() as shown:
        shown.session.pause = lambda: setattr(shown.session, "held", True)
        await shown.press("space")
        assert "‖ pausing" in shown.header
        assert "space resume" in shown.hints
        await shown.press("space")
        assert "● training" in shown.header
        assert calls(shown) == ["resume"]


async def test_full_stop_takes_one_step_and_holds(show):
    async with show() as shown:
        await shown.press("full_stop")
        assert "step 4,001" in shown.header
        assert "‖ paused" in shown.header
        await shown.press("full_stop", "full_stop")
        assert "step 4,003" in shown.header


@pytest.mark.parametrize(
    ("key", "expected"), [("plus", "3.75e-3"), ("equals_sign", "3.75e-3"), ("minus", "2.40e-3")]
)
async def test_plus_and_minus_change_the_learning_rate(show, key, expected):
    async with show() as shown:
        assert "lr 3.00e-3" in shown.header
        await shown.press(key)
        assert f"lr {expected}" in shown.header


async def test_g_goes_round_the_gates(show):
    async with show() as shown:
        seen = []
        for _ in range(7):
            title = next(line for line in shown.lines if "─ 3 Gates" in line)
            seen.append(title[title.index("[") + 1])
            await shown.press("g")
        assert seen == [*"fgochif"]


async def test_g_on_a_plain_rnn_says_that_there_is_only_h(show):
    rnn = make_snapshot(4000)
    rnn = replace(rnn, title="RNN 32 · sunspots", trace=Trace({"h": rnn.trace.gates["h"]}, 200))
    async with show(rnn) as shown:
        assert "[h]" in shown.text
        assert "hidden state" in shown.text or " h " in shown.text
        await shown.press("g")
        assert "A plain RNN has no gates" in shown.reading
        assert "[h]" in shown.text
        await shown.wait(4)
        assert "A plain RNN" not in shown.reading


async def test_g_before_the_first_window_says_so(show):
    async with show(COMPILING) as shown:
        await shown.press("g")
        assert "no gates to show yet" in shown.reading


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


async def test_question_mark_opens_the_help_and_goes_back(show):
    async with show(size=(80, 60)) as shown:
        await shown.press("question_mark")
        assert "Keys" in shown.text
        assert "one optimisation step" in shown.text
        assert "Loss" in shown.text
        await shown.press("question_mark")
        assert shown.titles == [1, 2, 3, 4]
        await shown.press("question_mark", "escape")
        assert shown.titles == [1, 2, 3, 4]


async def test_question_mark_explains_the_panel_in_focus_first(show):
    async with show() as shown:
        await shown.press("tab", "tab", "tab", "tab", "question_mark")
        text = shown.text
        assert "4 Gradient per timestep" in text
        assert "δ_t = ∂L_t/∂h_t" in text
        assert "Keys" not in text[: text.index("healthy")]


async def test_q_stops_a_run_that_has_learned_nothing_and_leaves(show):
    async with show(make_snapshot(4000, best_step=0)) as shown:
        await shown.pilot.press("q")
        assert shown.session.calls[-1] == ("stop", Status.STOPPED)
        assert shown.app._exit
        assert shown.app.return_code == 0


async def test_ctrl_c_leaves_as_interrupted(show):
    async with show() as shown:
        await shown.pilot.press("ctrl+c")
        assert shown.session.calls[-1] == ("stop", Status.INTERRUPTED)
        assert shown.app.ended_by == 2
        assert shown.app._exit


@pytest.mark.parametrize(
    "key", ["space", "full_stop", "plus", "minus", "greater_than_sign", "n", "u", "a", "0"]
)
async def test_after_the_end_there_is_nothing_to_steer(show, key):
    async with show(ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))) as shown:
        assert "space" not in shown.hints
        await shown.press(key)
        assert "The run has ended" in shown.reading
        assert calls(shown) == []
        await shown.wait(4)
        assert "Completed: took all 4,000 steps." in shown.reading


@pytest.mark.parametrize("snapshot", [LOADING, COMPILING])
async def test_a_pause_before_training_is_announced_and_can_be_taken_back(show, snapshot):
    async with show(snapshot, size=(120, 40)) as shown:
        await shown.press("space")
        assert ", then paused" in shown.header
        await shown.press("space")
        assert ", then paused" not in shown.header
        await shown.press("full_stop", "plus")
        assert calls(shown) == ["pause", "resume", "step", "scale_learning_rate"]
        await shown.show(make_snapshot(1, state=State.PAUSED))
        assert "‖ paused" in shown.header


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


async def test_y_copies_the_numbers_of_the_panel_in_focus(show):
    async with show() as shown:
        await shown.press("y")
        assert "Copied 1,024 rows of the panel loss." in shown.reading
        assert shown.app.clipboard.startswith("step\ttrain\t")
        await shown.press("4", "y")
        assert shown.app.clipboard.startswith("t\tnorm of dL/dh")
        await shown.press("escape", "3", "g", "y")
        assert shown.app.clipboard.startswith("t\tg1\t")
    async with show(LOADING) as shown:
        await shown.press("y")
        assert "no numbers to copy yet" in shown.reading


async def test_capital_s_saves_the_screen_twice_over(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with show() as shown:
        await shown.press("S", "S")
        assert "Saved rnn-tui-" in shown.reading
        names = sorted(path.name for path in tmp_path.iterdir())
        assert [name[-4:] for name in names].count(".svg") == 2
        assert len(names) == 4
        (text, _) = sorted(tmp_path.glob("*.txt"))
        assert "─ 1 Loss" in text.read_text()
        (svg, _) = sorted(tmp_path.glob("*.svg"))
        assert "<svg" in svg.read_text()
        assert "Gradient" in svg.read_text()


async def test_a_screen_that_cannot_be_saved_is_told(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rnn_tui.tui.screens.looking.save_screen", refuse)
    async with show() as shown:
        await shown.press("S")
        assert "cannot be saved here: Permission denied" in shown.reading


async def test_of_a_screen_on_a_full_disk_nothing_is_left(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(path, content):
        if path.suffix == ".txt":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr("rnn_tui.tui.screenshot.replace_file", write)
    async with show() as shown:
        await shown.press("S")
        assert "cannot be saved here: No space left on device" in shown.reading
    assert list(tmp_path.iterdir()) == []


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


async def test_shift_l_goes_through_the_layers_in_panel_3(show):
    stack = make_stack(4000)
    async with show(stack, size=(120, 40)) as shown:
        assert "layer 3 of 3" in shown.text
        assert "L layer" in shown.hints
        for layer in (1, 2, 3):
            before = shown.text
            await shown.press("L")
            assert f"Gates of layer {layer} of 3." in shown.reading
            assert f"layer {layer} of 3" in next(line for line in shown.lines if "3 Gates" in line)
            assert shown.text != before
        await shown.press("L", "3", "g", "m")
        assert "layer 1 of 3" in shown.lines[1]
        await shown.press("y")
        first = shown.app.clipboard.splitlines()[1].split("\t")
        names = list(stack.trace.gates)
        gate = stack.trace.below[0].gates[names[names.index("f") + 1]]
        assert float(first[1]) == pytest.approx(gate[0, 0], rel=1e-6)


async def test_on_a_small_screen_the_layer_costs_no_gate_and_no_key(show):
    async with show() as one, show(make_stack(4000)) as stacked:
        title = next(line for line in stacked.lines if "3 Gates" in line)
        assert "i [f] g o c h 3/3" in title
        assert one.hints in (stacked.hints, stacked.hints.replace("L layer  ", ""))


async def test_one_layer_has_no_other_and_looks_as_ever(show):
    async with show() as shown:
        assert "layer" not in shown.text
        await shown.press("L")
        assert "The net has one layer" in shown.reading
    async with show(LOADING) as shown:
        await shown.press("L")
        assert "no gates to show yet" in shown.reading


async def test_the_gradient_of_every_layer_is_read_at_the_cursor(show):
    stack = make_stack(4000)
    async with show(stack, size=(120, 40)) as shown:
        await shown.press("4", "end")
        edge = next(line for line in shown.lines if line.startswith("╰"))
        for n, layer in enumerate(stack.gradient.below, start=1):
            assert f"layer {n} ∂h {significant(layer.hidden[-1])}" in edge
            assert f"∂c {significant(layer.cell[-1])}" in edge


async def test_the_key_of_the_layer_can_be_another():
    app = RnnTuiApp(
        FakeSession(make_stack(4000)), display=Display(commands=remap({"next-layer": ("t",)}))
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await pilot.pause()
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
        assert any("Gates of layer 1 of 3." in line for line in lines)
        assert "t layer" in lines[-1]


async def test_shift_t_goes_through_the_columns_that_are_forecast_in_panel_2(show):
    async with show(make_targets(make_snapshot(4000)), size=(120, 40)) as shown:
        assert "▄ sunspots (1 of 2)" in shown.text
        assert "T target" in shown.hints
        await shown.press("T")
        assert ("show_target", 1) in shown.session.calls
        assert "▄ groups (2 of 2)" in shown.text
        assert "Forecast of groups, 2 of 2." in shown.reading
        rmse = shown.session.snapshot.validation_rmse
        assert f"validation RMSE {significant(rmse)}" in shown.text
        await shown.press("2", "d")
        assert "━ groups (2 of 2) − predicted" in shown.lines[1]
        assert "T target" in shown.hints
        await shown.press("y")
        header, *rows = [line.split("\t") for line in shown.app.clipboard.splitlines()]
        assert header == ["year", "part", "groups actual", "groups predicted"]
        actual = shown.session.snapshot.forecast.actual[-1]
        assert float(rows[-1][2]) == pytest.approx(actual, rel=1e-6)
        await shown.press("T", "T", "T")
        asked = [value for name, value in shown.session.calls if name == "show_target"]
        assert asked == [1, 0, 1, 0]
        assert "━ sunspots (1 of 2) − predicted" in shown.lines[1]


async def test_each_column_has_its_test_scores_and_sentence_after_the_end(show):
    snapshot = ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))
    async with show(make_targets(snapshot), size=(120, 40)) as shown:
        assert "test RMSE 19.8" in shown.text
        assert "On the test part RMSE of sunspots 19.8: 35 % better than naive." in shown.reading
        await shown.press("T")
        await shown.wait(4)
        assert "test RMSE 39.6" in shown.text
        assert "On the test part RMSE of groups 39.6: 10 % better than naive." in shown.reading


async def test_which_column_is_forecast_is_seen_on_a_small_screen(show):
    async with show(make_targets(make_snapshot(4000))) as shown:
        title = next(line for line in shown.lines if "2 Forecast" in line)
        assert "▄ sunspots 1/2 ━ pred" in title


async def test_one_column_has_no_next_one_and_needs_no_name(show):
    async with show() as shown:
        assert "▄ actual" in shown.text
        await shown.press("T")
        assert "One column is forecast" in shown.reading
        assert "show_target" not in calls(shown)
    async with show(LOADING) as shown:
        await shown.press("T")
        assert "There is no forecast yet." in shown.reading


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


async def test_how_many_of_the_last_steps_were_clipped_is_said_on_80_columns(show):
    often = make_snapshot(4000, clipped_lately=Clipping(120, 1000))
    async with show(often) as shown:
        assert "reaches 11 of 50  clipped 12 %" in shown.text
    async with show(often, size=(200, 60)) as shown:
        assert "clipped in 12 % of the last 1,000 steps" in shown.text


async def test_the_help_of_the_loss_explains_every_sign_and_the_figures(show):
    async with show(size=(100, 60)) as shown:
        await shown.press("tab", "question_mark")
        page = " ".join(shown.text.split())
        assert "signs The upright line" in page
        for sign, _ in SIGNS.values():
            assert f" {sign} " in page
        assert "zoomed Both losses now" in page
