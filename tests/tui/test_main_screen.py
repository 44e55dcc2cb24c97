"""States, sizes, words."""

import sys
from dataclasses import replace

import pytest

from rnn_tui.errors import DataError
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.display import Display
from rnn_tui.tui.keymap import remap
from tests.tui.fake_session import (
    COMPILING,
    LOADING,
    FakeSession,
    ended,
    make_snapshot,
    make_targets,
)


async def test_the_run_starts_once_the_first_frame_is_there(show):
    async with show(LOADING) as shown:
        assert ("start", None) in shown.session.calls


async def test_seconds_are_counted_while_it_loads_and_compiles(show):
    async with show(LOADING) as shown:
        await shown.wait(0.4)
        assert "○ loading 0.4 s" in shown.header
        assert "Loading Numba and the series: 0.4 s." in shown.reading
        assert shown.text.count("waiting for the first") == 4
        await shown.show(COMPILING)
        assert "◌ compiling 0.0 s" in shown.header
        await shown.wait(3.2)
        assert "◌ compiling 3.2 s" in shown.header
        assert "Compiling the kernels: 3.2 s. Only the first start takes seconds" in shown.reading
        await shown.show(make_snapshot(1))
        assert "● training" in shown.header


async def test_the_four_panels_say_what_they_show(show):
    async with show() as shown:
        text = shown.text
        assert "1 Loss" in text
        assert "2 Forecast" in text
        assert "3 Gates" in text
        assert "4 Gradient" in text
        assert "train 0.0" in text
        assert "val RMSE" in text
        assert "naive 30.3" in text
        assert "mean f 0.8" in text
        assert " sat " in text
        assert "reaches back" in text


async def test_step_epoch_speed_and_rate_stand_in_the_header(show):
    async with show(size=(120, 40)) as shown:
        assert " LSTM 32 · sunspots  ● training" in shown.header
        for part in ("step 4,000", "epoch 571", "1,832 steps/s", "lr 3.00e-3", "loss 0.0"):
            assert part in shown.header


async def test_the_screen_looks_when_it_is_told_of_a_change_and_does_not_wait_for_a_frame(show):
    async with show() as shown:
        shown.session.show(make_snapshot(5000))
        await shown.pilot.pause()
        assert "step 5,000" in shown.header


async def test_a_diverged_run_stays_on_the_screen_and_says_where_and_why(show):
    reason = "the loss reached 3.2e+07 at step 3: training diverged; try a rate below 1e+06 (--lr)"
    async with show(ended(Status.DIVERGED, reason, make_snapshot(3))) as shown:
        assert "✗ diverged" in shown.header
        assert "Diverged: the loss reached 3.2e+07 at step 3: training diverged" in shown.reading
        assert "--lr" in shown.reading
        assert shown.titles == [1, 2, 3, 4]


async def test_a_slip_in_the_training_thread_is_shown_whole(show):
    reason = (
        "this is a bug in rnn-tui (ZeroDivisionError: a slip of ours); the traceback is in "
        "/home/somebody/.local/state/rnn-tui/log/crash-20260101-120000.log."
    )
    async with show(ended(Status.FAILED, reason, make_snapshot(300))) as shown:
        assert "✗ failed" in shown.header
        assert "a slip of ours" in shown.reading
        assert "crash-20260101-120000.log" in shown.reading
        await shown.press("2")
        assert shown.titles == [2]


async def test_a_run_that_could_not_begin_leaves_the_screen(show):
    async with show(LOADING) as shown:
        shown.session.error = DataError("no such dataset: sunspot")
        await shown.show(ended(Status.FAILED, "no such dataset: sunspot", LOADING))
        await shown.pilot.pause()
        assert shown.app._exit


async def test_a_run_that_could_not_be_saved_stays_on_the_screen(show):
    async with show() as shown:
        shown.session.error = DataError("disk full")
        await shown.show(ended(Status.FAILED, "--save-model x: disk full", make_snapshot(4000)))
        assert not shown.app._exit
        assert "disk full" in shown.reading


async def test_a_completed_run_says_what_it_is_worth(show):
    snapshot = ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))
    async with show(snapshot, size=(120, 40)) as shown:
        assert "✓ completed" in shown.header
        assert "Completed: took all 4,000 steps." in shown.reading
        assert "On the test part RMSE 19.8: 35 % better than naive." in shown.reading
        assert "test RMSE 19.8" in shown.text
        assert "35 % better" in shown.text


SIZES = [(80, 24), (120, 40), (200, 50), (72, 20), (60, 16), (40, 12), (24, 7), (20, 5), (3, 2)]
SIZES += [(1, 1), (500, 3), (2, 90), (300, 100), (90, 8), (8, 90), (80, 24)]


@pytest.mark.parametrize(
    "snapshot",
    [LOADING, make_snapshot(4000), ended(Status.DIVERGED, "why " * 50, make_snapshot(3))],
    ids=["loading", "training", "diverged"],
)
async def test_every_row_fills_the_width_at_every_size(show, snapshot):
    async with show(snapshot, size=(1, 1)) as shown:
        for width, height in SIZES:
            await shown.pilot.resize_terminal(width, height)
            await shown.settle()
            assert [len(line) for line in shown.lines] == [width] * height
        assert shown.titles == [1, 2, 3, 4]


async def test_80_by_24_has_all_four_panels_and_two_lines_of_reading(show):
    async with show() as shown:
        assert shown.titles == [1, 2, 3, 4]
        assert shown.lines[-3].startswith(" Reading: ")
        assert shown.lines[-2].startswith("          ")
        assert shown.lines[-2].strip()


async def test_a_small_screen_shows_one_panel_at_a_time_under_tabs(show):
    async with show(size=(60, 16)) as shown:
        assert shown.titles == [1]
        assert "1 Loss  2 Forecast  3 Gates  4 Gradient  5 Events" in shown.lines[1]
        await shown.press("3")
        assert shown.titles == [3]
        await shown.press("3")
        assert shown.titles == [3]
        await shown.press("tab")
        assert shown.titles == [4]
        await shown.press("tab")
        assert shown.titles == [5]
        await shown.press("tab")
        assert shown.titles == [1]
        assert shown.reading


async def test_a_tiny_screen_shows_the_numbers(show):
    async with show(size=(20, 5)) as shown:
        assert shown.lines[0].startswith("loss 0.0")
        assert shown.lines[1].startswith("val  0.0")
        assert "training" in shown.text
        assert "step 4,000" in shown.text
    async with show(size=(6, 2)) as shown:
        assert shown.lines[0].startswith("0.0")


async def test_a_tiny_screen_says_why_a_run_has_ended(show):
    snapshot = ended(Status.DIVERGED, "the loss was not finite at step 3", make_snapshot(3))
    async with show(snapshot, size=(22, 9)) as shown:
        assert "✗ diverged" in shown.text
        assert "not finite" in shown.text


async def test_a_click_on_a_hint_or_a_tab_does_what_it_says(show):
    async with show() as shown:
        x = shown.hints.index("step")
        await shown.pilot.click("#hints", offset=(x, 0))
        await shown.settle()
        assert "step 4,001" in shown.header
        x = shown.hints.index("help")
        await shown.pilot.click("#hints", offset=(x, 0))
        await shown.pilot.pause()
        assert "Keys" in shown.text
    async with show(size=(60, 16)) as shown:
        x = shown.lines[1].index("4 Gradient")
        await shown.pilot.click("#tabs", offset=(x, 0))
        await shown.settle()
        assert shown.titles == [4]


async def test_a_double_click_zooms_a_panel(show):
    async with show() as shown:
        await shown.pilot.double_click("#gates")
        await shown.settle()
        assert shown.titles == [3]


async def test_a_panel_is_drawn_anew_only_where_its_data_changed(show):
    async with show() as shown:
        drawn = []
        for panel in shown.app.screen.query("Panel"):
            draw = panel.plot.draw
            name = panel.id

            def note(snapshot, frame, draw=draw, name=name):
                drawn.append(name)
                return draw(snapshot, frame)

            panel.plot = replace(panel.plot, draw=note)
        same = shown.session.snapshot
        await shown.show(replace(same, learning_rate=1.0))
        assert drawn == []
        await shown.show(replace(same, trace=make_snapshot(5000).trace))
        assert drawn == ["gates"]
        await shown.press("1")
        drawn.clear()
        await shown.show(make_snapshot(6000))
        assert drawn == ["loss"]
        await shown.press("1")
        assert {*drawn} == {"loss", "forecast", "gates", "gradient"}


async def test_another_theme_draws_everything_in_its_colours(show):
    def background(shown):
        strips = shown.app.screen._compositor.render_strips()
        return {str(s.style.bgcolor.name) for strip in strips for s in strip if s.style.bgcolor}

    async with show() as shown:
        assert "#0c1017" in background(shown)
        shown.app.theme = "textual-light"
        await shown.settle()
        await shown.pilot.pause()
        assert "#e0e0e0" in background(shown)
        assert "#0c1017" not in background(shown)


async def test_without_colours_the_frame_tells_what_is_in_focus(show, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with show() as shown:
        assert "┏" not in shown.text
        await shown.press("tab")
        assert "┏━ 1 Loss" in shown.text
        assert "▀" not in shown.text


@pytest.mark.parametrize(
    "environment",
    [{"LC_ALL": "C"}, {"LANG": "C"}, {"LANG": "POSIX"}, {"TERM": "linux"}, {"TERM": "vt100"}],
    ids=str,
)
async def test_where_there_is_no_braille_everything_is_ascii(show, monkeypatch, environment):
    monkeypatch.setattr("locale.getencoding", lambda: "utf-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if "LC_ALL" in environment:
        monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    for snapshot in (LOADING, make_snapshot(4000), make_snapshot(4000, state=State.PAUSED)):
        async with show(snapshot, size=(120, 40)) as shown:
            assert shown.text.isascii(), [c for c in shown.text if not c.isascii()]
            await shown.press("tab", "question_mark")
            assert shown.text.isascii(), [c for c in shown.text if not c.isascii()]


@pytest.mark.parametrize(("panel", "column", "expected"), [("#gates", 4, 1), ("#gradient", 58, 50)])
async def test_a_click_on_a_timestep_reads_it_out(show, panel, column, expected):
    async with show(size=(120, 40)) as shown:
        await shown.pilot.click(panel, offset=(column, 5))
        await shown.settle()
        assert shown.text.count(f"─ t {expected} ") == 2
        await shown.pilot.click("#loss", offset=(column, 5))
        await shown.settle()
        assert shown.text.count(f"─ t {expected} ") == 2


async def test_a_theme_and_colours_chosen_by_name_are_seen_and_remembered(show):
    async with show() as shown:
        kept = []
        shown.app._remember = lambda *choice: kept.append(choice)
        shown.app.theme = "nord"
        shown.app.choose_colours("okabe-ito")
        await shown.settle()
        await shown.pilot.pause()
        segments = [s for strip in shown.app.screen._compositor.render_strips() for s in strip]
        used = {s.style.color.name for s in segments if s.style.color}
        assert "#56b4e9" in used
        assert "#2e3440" in {s.style.bgcolor.name for s in segments if s.style.bgcolor}
        assert dict(kept) == {"theme": "nord", "palette": "okabe-ito"}


async def test_a_choice_that_cannot_be_kept_is_noted_in_the_log(show):
    async with show() as shown:

        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        shown.app._remember = refuse
        shown.app.choose_colours("high-contrast")
        await shown.press("5")
        assert "palette high-contrast is not kept" in shown.text


async def test_keys_of_the_users_choice_act_and_are_shown():
    commands = remap({"pause-or-resume": ("p",), "quit": ("Z",), "help": ("f1",)})
    session = FakeSession(make_snapshot(4000))
    app = RnnTuiApp(session, display=Display(fps=1, commands=commands))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("space", "q")
        assert [name for name, _ in session.calls] == ["start"]
        await pilot.press("p")
        assert session.held
        await pilot.pause()
        hints = app.screen._compositor.render_strips()[-1].text
        assert "p resume" in hints
        assert "Z quit" in hints
        assert "f1 help" in hints
        await pilot.press("f1")
        await pilot.pause()
        page = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "pause or resume" in page
        assert any(line.strip().startswith("p ") for line in page.splitlines())


async def test_a_large_screen_shows_the_event_log_below_the_other_panels(show):
    async with show(size=(200, 60)) as shown:
        assert shown.titles == [1, 2, 3, 4, 5]
        assert "training from step 4,000" in shown.text
    async with show(size=(120, 40)) as shown:
        assert shown.titles == [1, 2, 3, 4]


async def test_what_is_printed_by_mistake_is_shown_in_the_event_log(show):
    async with show() as shown:
        sys.stdout.write("half a line, ")
        sys.stdout.write("and the rest\n")
        await shown.press("5")
        assert "half a line, and the rest" in shown.text


async def test_a_sentence_is_not_cut_on_a_small_screen(show):
    async with show(size=(60, 16)) as shown:
        assert "(naive forecast)." in shown.text
        assert "…" not in shown.text


async def test_a_name_in_a_file_cannot_steer_the_terminal(show):
    snapshot = make_targets(make_snapshot(4000, title="LSTM 32 · a\x1b[2Jb"), 1)
    forecast = replace(snapshot.forecast, name="c\x1b[31md", time_name="t\x07")
    async with show(replace(snapshot, forecast=forecast), size=(120, 40)) as shown:
        for keys in ((), ("2",), ("d",)):
            await shown.press(*keys)
            assert shown.text.replace("\n", "").isprintable()
            assert "c?[31md" in shown.text
            assert "a?[2Jb" in shown.header
