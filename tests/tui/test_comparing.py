"""Several nets on the main screen, and what is said of them."""

import re
from dataclasses import replace

import pytest

from rnn_tui.config import build_config
from rnn_tui.tui.comparing import beside, compare, rival
from tests.tui.fake_session import make_comparison, make_snapshot, make_walk

BOTH = make_comparison(4000)


def said(snapshot):
    return [text for text, _ in compare(snapshot)]


def test_the_leader_is_told_and_what_is_equal():
    lead, equal, reach = said(BOTH)
    assert lead.startswith("LSTM 32 leads: its best validation loss, 0.0")
    assert lead.endswith("25 % lower.")
    assert equal.startswith("Equal units (LSTM 32 has 4,385, RNN 32 has 1,121 parameters); same")
    assert reach.startswith("Of 50 timesteps, gradient reaches back: LSTM 32 ")


def test_equal_numbers_of_parameters_are_told():
    assert said(replace(BOTH, match="parameters"))[1].startswith("Equal numbers of parameters (")


def test_nets_that_are_level_are_called_so():
    peer = replace(BOTH.peers[0], best_validation_loss=BOTH.best_validation_loss * 1.001)
    assert said(replace(BOTH, peers=(peer,)))[0].startswith("LSTM 32 and RNN 32 are level")


def test_one_net_alone_is_not_compared():
    assert said(make_snapshot(4000)) == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_both_nets_stand_in_every_panel(show, size):
    async with show(BOTH, size=size) as shown:
        assert "LSTM 32 beside RNN 32" in shown.header
        assert "equal units" in shown.header
        assert shown.text.count("•━ RNN 32") == 3
        assert "LSTM 32 leads" in shown.reading
        assert "G net" in shown.hints


async def test_shift_g_shows_the_gates_of_the_next_net(show):
    async with show(BOTH, size=(120, 40)) as shown:
        assert "3 Gates of LSTM 32" in shown.text
        assert "forget gate" in shown.text
        await shown.press("G")
        assert "3 Gates of RNN 32" in shown.text
        assert "hidden state" in shown.text
        await shown.press("G")
        assert "3 Gates of LSTM 32" in shown.text


async def test_shift_g_with_one_net_says_how_to_compare(show):
    async with show() as shown:
        await shown.press("G")
        assert "There is one net alone: c compares" in shown.reading


async def test_the_walk_goes_through_the_net_whose_gates_are_shown(show):
    async with show(BOTH, size=(120, 40)) as shown:
        shown.session.walk = make_walk(cell="rnn")
        await shown.press("G", "b")
        await shown.pilot.pause()
        assert ("take_walk", 1) in shown.session.calls
        assert "BPTT walk · RNN 32 · sunspots" in shown.header


async def test_the_cursor_reads_every_net(show):
    async with show(BOTH, size=(120, 40)) as shown:
        await shown.press("end")
        assert "t 50" in shown.text
        assert "actual" in shown.text


async def test_a_panel_is_drawn_anew_where_a_peer_has_changed(show):
    async with show(BOTH, size=(120, 40)) as shown:
        before = shown.text
        peer = replace(BOTH.peers[0], gradient=make_snapshot(9000).gradient)
        await shown.show(replace(BOTH, peers=(peer,)))
        assert shown.text != before


async def test_small_screens_and_ascii(show, monkeypatch):
    monkeypatch.setenv("TERM", "linux")
    for size in ((80, 24), (60, 16), (20, 5), (120, 40)):
        async with show(make_comparison(4000, nets=3), size=size) as shown:
            assert shown.text.isascii(), [c for c in shown.text if not c.isascii()]
            assert [len(line) for line in shown.lines] == [size[0]] * size[1]


@pytest.mark.parametrize(("cell", "expected"), [("lstm", "rnn"), ("rnn", "lstm")])
def test_the_rival_of_a_cell(cell, expected):
    config = build_config({"model": {"cell": cell, "hidden_size": 7}})
    other = rival(config)
    assert (other.model.cell, other.model.hidden_size) == (expected, 7)
    assert other.training == config.training
    assert beside(config, (other,)) == (other,)
    assert beside(other, (other,)) == ()


async def test_c_compares_by_units_then_by_parameters_then_leaves_one_alone(show):
    async with show(make_snapshot(10, seconds=1.0)) as shown:
        await shown.press("c")
        session = shown.app.session
        assert session.calls[0][0] == "start"
        assert session.config.model.cell == "lstm"
        assert [config.model.cell for config in session.others] == ["rnn"]
        assert session.match == "units"
        session.snapshot = BOTH
        await shown.settle()
        assert "LSTM 32 beside RNN 32" in shown.header
        session.snapshot = replace(BOTH, seconds=1.0)
        await shown.press("c")
        assert shown.app.session.match == "parameters"
        assert len(shown.app.session.others) == 1
        await shown.press("c")
        assert shown.app.session.others == ()


async def test_a_comparison_begins_anew_as_one(show):
    async with show(make_snapshot(10, seconds=1.0)) as shown:
        await shown.press("c")
        await shown.press("R")
        session = shown.app.session
        assert session.config.training.seed == 1
        assert [config.training.seed for config in session.others] == [1]


async def test_three_nets_have_their_labels_and_numbers_on_80_by_24(show):
    async with show(make_comparison(4000, nets=3)) as shown:
        assert shown.text.count("×━ GRU") == 3
        assert re.search(r"GRU (32 )?0\.\d", shown.text)
        assert "LSTM 32, RNN 32, GRU 32" in shown.header
        assert "step 4,000" in shown.header
        assert "/50" in shown.text
