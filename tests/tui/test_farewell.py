from dataclasses import replace
from pathlib import Path

from rnn_tui.training.events import Status
from rnn_tui.tui.farewell import farewell
from tests.tui.fake_session import ended, make_snapshot

SNAPSHOT = ended(Status.STOPPED, "stopped after step 4,000", make_snapshot(4000))


def test_it_names_what_was_written():
    text = farewell(SNAPSHOT, Path("m.safetensors"), Path("out.csv"))
    assert text.endswith("; saved as m.safetensors; forecasts in out.csv.\n")


def test_what_was_found_on_reading_is_told_again():
    noted = replace(SNAPSHOT, notes=("2 gaps were filled.", "\x1b[2J"))
    assert farewell(noted, None).splitlines()[:2] == [
        "note: 2 gaps were filled.",
        "note: ?[2J",
    ]
