"""What is waited for when the screen has gone."""

from dataclasses import replace
from pathlib import Path

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from rnn_tui.tui.launching import Launched
from rnn_tui.tui.running import _await
from tests.tui.fake_session import FakeSession, make_snapshot, scoring

TRAINING = make_snapshot(300)
SCORING = scoring(Status.STOPPED, "stopped after step 300", TRAINING)


class Slow(FakeSession):
    """A session that has not ended the first times that it is waited for."""

    def __init__(self, *snapshots):
        super().__init__(snapshots[0])
        self._waits = list(snapshots)

    def join(self, timeout=None):
        super().join(timeout)
        if not self._waits:
            return True
        self.snapshot = self._waits.pop(0)
        return False


@pytest.mark.parametrize(
    ("snapshots", "save_to", "may_go_unscored", "waits"),
    [
        ([SCORING] * 5, None, True, 1),
        ([TRAINING, SCORING, SCORING, SCORING], None, True, 2),
        ([TRAINING] * 3, None, True, 4),
        ([SCORING] * 3, Path("m.safetensors"), True, 4),
        ([SCORING] * 3, None, False, 4),
    ],
    ids=["scoring", "then scoring", "training", "leaves a file", "to be rescued"],
)
def test_scores_alone_are_not_waited_for(capsys, snapshots, save_to, may_go_unscored, waits):
    session = Slow(*snapshots)
    _await(Launched(session, save_to, None), 0, may_go_unscored=may_go_unscored)
    assert [name for name, _ in session.calls] == ["join"] * waits
    said = capsys.readouterr().err
    assert ("finishing the steps" in said) is (snapshots[0].state is State.TRAINING)


def test_a_run_that_has_ended_is_not_waited_for():
    session = Slow(replace(TRAINING, state=State.ENDED))
    session._waits.clear()
    _await(Launched(session, None, None), 0, may_go_unscored=True)
    assert len(session.calls) == 1
