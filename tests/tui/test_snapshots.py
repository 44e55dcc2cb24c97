"""How the main screens look; each also says in words what must be on it.

`pytest tests/tui/test_snapshots.py --snapshot-update` accepts a new look: look at the SVG first.
"""

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from rnn_tui.tui.app import RnnTuiApp
from tests.tui.fake_session import COMPILING, FakeSession, ended, make_snapshot, make_stack

TRAINING = make_snapshot(4000)
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

    app = RnnTuiApp(FakeSession(snapshot), fps=1, clock=lambda: 0.0)
    app.session.held = snapshot.state is State.PAUSED
    assert snap_compare(app, terminal_size=size, run_before=arrange)
