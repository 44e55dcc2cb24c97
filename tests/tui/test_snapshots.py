"""How the main screens look; each also says in words what must be on it.

`pytest tests/tui/test_snapshots.py --snapshot-update` accepts a new look: look at the SVG first.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Clipping, Happened, Happening, State
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.journal import Journal
from tests.tui.fake_session import (
    COMPILING,
    FakeSession,
    ended,
    make_snapshot,
    make_stack,
    make_targets,
)

TRAINING = make_snapshot(4000)
HAPPENED = (
    Happened(1500, Happening.CLIP, "2 → 1"),
    Happened(1500, Happening.OPTIMIZER, "sgd → adam"),
    Happened(3000, Happening.SAVED, "weights of step 2,988 as model.safetensors"),
)
BUSY = replace(
    TRAINING,
    history=replace(TRAINING.history, happened=HAPPENED),
    clipped_lately=Clipping(120, 1000),
)
DIVERGED = ended(Status.DIVERGED, "the loss was not finite at step 301", make_snapshot(300))
SCENES = {
    "training-80x24": (TRAINING, (80, 24), (), ["● training", "val RMSE", "horizon"]),
    "training-120x40": (TRAINING, (120, 40), (), ["1,832 steps/s", "Predicted vs actual"]),
    "compiling-80x24": (COMPILING, (80, 24), (), ["◌ compiling 0.0 s", "waiting for the first"]),
    "paused-zoomed-120x40": (
        make_snapshot(4000, state=State.PAUSED),
        (120, 40),
        ("4",),
        ["‖ paused", "Gradient per timestep", "Esc back"],
    ),
    "layers-zoomed-120x40": (
        make_stack(4000),
        (120, 40),
        ("4",),
        ["1 2 below", "•1 •2", "layer 1: "],
    ),
    "diverged-80x24": (DIVERGED, (80, 24), (), ["✗ diverged", "not finite at step 301"]),
    "tabs-60x16": (TRAINING, (60, 16), ("4",), ["1 Loss  2 Forecast", "reaches back"]),
    "tiny-20x5": (TRAINING, (20, 5), (), ["loss 0.0", "val  0.0", "● training", "step 4,000"]),
    "training-200x60": (
        TRAINING,
        (200, 60),
        (),
        ["5 Events", "12:00:00", "training from step 4,000", "forget gate  mean"],
    ),
    "loss-zoomed-80x24": (BUSY, (80, 24), ("1",), ["lowest", "validation / train", "C 1,500"]),
    "forecast-zoomed-120x40": (
        make_targets(BUSY, 1),
        (120, 40),
        ("2", "home"),
        ["groups (2 of 2)", "at the cursor:  year 1900", "lag 1", "at the end", "T target"],
    ),
    "walk-80x24": (TRAINING, (80, 24), ("b", "2", *["right"] * 9), ["backwards", "×0.82", "dW_hh"]),
    "walk-120x40": (TRAINING, (120, 40), ("b", "3"), ["The sum:", "100 % of the whole"]),
    "help-80x24": (TRAINING, (80, 24), ("question_mark",), ["Keys", "one optimisation step"]),
}


@pytest.mark.parametrize("scene", SCENES)
def test_the_screen_looks_as_it_did(scene, snap_compare, monkeypatch):
    snapshot, size, keys, words = SCENES[scene]
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("locale.getencoding", lambda: "utf-8")
    monkeypatch.setenv("LANG", "C.UTF-8")

    async def arrange(pilot):
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        text = "\n".join(s.text for s in pilot.app.screen._compositor.render_strips())
        assert [word for word in words if word not in text] == []

    journal = Journal(now=lambda: datetime(2026, 1, 1, 12, tzinfo=UTC))
    app = RnnTuiApp(FakeSession(snapshot), fps=1, clock=lambda: 0.0, journal=journal)
    app.session.held = snapshot.state is State.PAUSED
    assert snap_compare(app, terminal_size=size, run_before=arrange)
