"""The keys that choose what is seen of the net: which gate, of which layer."""

from dataclasses import replace

import pytest

from rnn_tui.training.snapshot import Trace
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.display import Display
from rnn_tui.tui.keymap import remap
from rnn_tui.tui.plots.words import significant
from tests.tui.fake_session import COMPILING, LOADING, FakeSession, make_snapshot, make_stack


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
