from dataclasses import replace
from pathlib import Path

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Left
from rnn_tui.tui.farewell import farewell
from tests.tui.fake_session import ended, make_comparison, make_snapshot

SNAPSHOT = ended(Status.STOPPED, "stopped after step 4,000", make_snapshot(4000))


def test_it_names_what_was_written():
    left = Left((Path("m.safetensors"),), Path("out.csv"))
    text = farewell(replace(SNAPSHOT, left=left))
    assert text.endswith("; saved as m.safetensors; forecasts in out.csv.\n")


def test_each_net_of_several_has_its_line_with_its_file():
    nets = make_comparison(4000)
    end = SNAPSHOT.ended
    nets = replace(nets, ended=end, peers=tuple(replace(p, ended=end) for p in nets.peers))
    left = Left((Path("m-lstm-32.st"), Path("m-rnn-32.st")), Path("out.csv"))
    first, second = farewell(replace(nets, left=left)).splitlines()
    assert first.startswith("LSTM 32 · sunspots: stopped")
    assert first.endswith("; saved as m-lstm-32.st.")
    assert second.startswith("RNN 32 · sunspots: stopped")
    assert second.endswith("; saved as m-rnn-32.st; forecasts of all in out.csv.")


def test_what_landed_elsewhere_is_told():
    left = Left((Path("m-2.st"),), notes=("m.st was written by another program.",))
    assert farewell(replace(SNAPSHOT, left=left)).splitlines()[0] == (
        "note: m.st was written by another program."
    )


def test_what_was_found_on_reading_is_told_again():
    noted = replace(SNAPSHOT, notes=("2 gaps were filled.", "\x1b[2J"))
    assert farewell(noted).splitlines()[:2] == [
        "note: 2 gaps were filled.",
        "note: ?[2J",
    ]
