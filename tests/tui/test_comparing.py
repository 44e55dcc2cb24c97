"""Several nets on the main screen, and what is said of them."""

import re
from dataclasses import replace

import pytest

from rnn_tui.config import build_config
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Status
from rnn_tui.tui.comparing import beside, compare, conclude, rival
from rnn_tui.tui.reading import read
from tests.tui.fake_session import ended, make_comparison, make_snapshot, make_walk

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


def ended_together(first, second):
    """The comparison at its end, with the root mean squared errors of its nets."""

    def done(net, rmse):
        net = ended(Status.COMPLETED, "took all 4,000 steps", net)
        scores = net.ended.scores | {"model": Scores(rmse, 15.0, 53)}
        return replace(net, ended=replace(net.ended, scores=scores))

    (peer,) = BOTH.peers
    return replace(done(BOTH, first), peers=(done(peer, second),))


def test_the_end_ranks_the_nets_and_tells_the_weights_of_each():
    _, scores, kept, *_ = read(ended_together(20.0, 18.5), 0)
    assert scores.text == "On the test part, RMSE: RNN 32 18.5, LSTM 32 20.0."
    steps = f"{BOTH.best_step:,}, {BOTH.peers[0].best_step:,}"
    assert kept.text == f"The best weights of each are kept, of steps {steps}."


def test_nets_that_have_no_scores_are_not_ranked():
    failed = replace(BOTH, ended=None, peers=(replace(BOTH.peers[0], ended=None),))
    assert list(conclude(failed)) == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_both_nets_stand_in_every_panel(show, size):
    async with show(BOTH, size=size) as shown:
        assert "LSTM 32 beside RNN 32" in shown.header
        assert "equal units" in shown.header
        assert shown.text.count("•━ RNN") == 3
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


def copied(shown):
    return [line.split("\t") for line in shown.app.clipboard.splitlines()]


async def test_y_copies_the_numbers_of_all_nets(show):
    async with show(BOTH, size=(120, 40)) as shown:
        await shown.press("1", "y")
        header, *rows = copied(shown)
        assert header == [
            "step",
            "LSTM 32 train",
            "LSTM 32 validation",
            "RNN 32 train",
            "RNN 32 validation",
        ]
        assert all(len(row) == 5 for row in rows)
        assert any(row[1] and row[3] for row in rows)
        await shown.press("2", "y")
        header, *rows = copied(shown)
        assert header[3:] == ["LSTM 32 predicted", "RNN 32 predicted"]
        assert float(rows[-1][4]) == pytest.approx(BOTH.peers[0].forecast.predicted[-1], rel=1e-6)
        await shown.press("4", "y")
        header, *rows = copied(shown)
        assert header == [
            "t",
            "LSTM 32 norm of dL/dh",
            "LSTM 32 norm of dL/dc",
            "RNN 32 norm of dL/dh",
            "RNN 32 norm of dL/dc",
        ]
        assert float(rows[-1][3]) == pytest.approx(BOTH.peers[0].gradient.hidden[-1], rel=1e-6)


async def test_y_copies_the_gates_of_the_net_that_is_shown(show):
    async with show(BOTH, size=(120, 40)) as shown:
        await shown.press("G", "3", "y")
        header, first, *_ = copied(shown)
        name = header[1].rstrip("0123456789")
        values = BOTH.peers[0].trace.gates[name]
        assert len(header) == 1 + values.shape[1]
        assert float(first[1]) == pytest.approx(values[0, 0], rel=1e-6)


async def test_d_shows_the_errors_of_all_nets_and_f_lets_them_run_freely(show):
    async with show(BOTH, size=(120, 40)) as shown:
        await shown.press("2")
        assert "▄ actual" in shown.lines[1]
        await shown.press("d")
        assert "errors" in shown.lines[1]
        assert "▄ actual" not in shown.lines[1]
        zero = next(n for n, line in enumerate(shown.lines) if " 0┤╌" in line)
        above, below = shown.lines[2:zero], shown.lines[zero + 1 : zero + 6]
        assert all(any("⠁" <= cell <= "⣿" for cell in "".join(side)) for side in (above, below))
        await shown.press("d")
        free = tuple(
            replace(net, forecast=replace(net.forecast, free=net.forecast.actual * 0.5))
            for net in BOTH.nets
        )
        before = shown.text
        await shown.show(replace(free[0], peers=free[1:], match="units"))
        assert "free-running" in shown.lines[1]
        assert shown.text != before


async def test_w_names_the_file_of_each_net_and_asks_before_any_is_replaced(
    show, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-rnn-32.safetensors").touch()
    async with show(BOTH, size=(120, 40)) as shown:
        await shown.press("w")
        assert "sunspots.safetensors" in shown.text
        assert "in a file of its own, as sunspots-lstm-32.safetensors." in shown.text
        await shown.press("ctrl+u", *"a.safetensors")
        await shown.press("enter")
        await shown.pilot.pause(0.1)
        assert "a-rnn-32.safetensors exists" in shown.text
        await shown.press("o")
        assert "as a-lstm-32.safetensors, a-rnn-32.safetensors" in shown.reading


def test_the_net_that_overfits_is_named():
    worse = replace(BOTH, best_step=100, validation_loss=9.0)
    said = [sentence.text for sentence in read(worse, 0)]
    assert any(text.startswith("LSTM 32 overfits: validation loss is up") for text in said)
    assert "Its weights of step 100 are kept." in said
    assert not any(text.startswith("Overfitting") for text in said)
