"""What the log says of a run, from snapshot to snapshot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import GradientFlow, Saved, State
from rnn_tui.tui.chronicle import Chronicle, conclude, milestone
from rnn_tui.tui.journal import Journal, Kind
from tests.tui.fake_session import COMPILING, LOADING, ended, make_snapshot, scoring


class Told:
    """A chronicle, and what it has said since it was last asked."""

    def __init__(self):
        self.now = 0.0
        self.journal = Journal()
        self.chronicle = Chronicle(self.journal, lambda: self.now)
        self._read = 0

    def follow(self, snapshot, seconds=0.0):
        self.now += seconds
        self.chronicle.follow(snapshot)
        new = self.journal.entries[self._read :]
        self._read = len(self.journal.entries)
        return [entry.text for entry in new]


@pytest.fixture
def told():
    return Told()


def test_the_states_of_a_run_are_told_in_their_order(told):
    assert told.follow(LOADING) == ["LSTM 32", "loading Numba and the series"]
    assert told.follow(COMPILING) == ["LSTM 32 · sunspots", "compiling the kernels"]
    first = make_snapshot(0, epoch=0, best_step=None, best_validation_loss=None)
    assert told.follow(first) == ["training from step 0 (the kernels took 3.2 s)"]
    paused = replace(first, step=3, state=State.PAUSED)
    assert told.follow(paused) == ["paused after step 3"]
    assert told.follow(paused) == []
    reason = "stopped after step 3"
    scored = scoring(Status.STOPPED, reason, paused)
    assert told.follow(scored) == ["scoring the best weights on the test part"]
    end = ended(Status.STOPPED, reason, paused)
    assert told.follow(end) == ["ended: stopped after step 3"]


def test_notes_on_the_series_are_kept(told):
    assert "note: 3 gaps were filled" in told.follow(
        make_snapshot(10, notes=("3 gaps were filled",))
    )


def test_what_is_changed_by_hand_is_told_with_its_step(told):
    plain = make_snapshot(4000)
    told.follow(plain)
    assert told.follow(replace(plain, learning_rate=3.75e-3, clip=2.0)) == [
        "learning rate 3.00e-3 → 3.75e-3 after step 4,000",
        "clipping threshold 1 → 2 after step 4,000",
    ]


def test_what_came_of_commands_is_told(told):
    plain = make_snapshot(4000, batch_size=32, optimizer="adam")
    told.follow(plain)
    assert told.follow(replace(plain, batch_size=8, optimizer="sgd")) == [
        "batch size 32 → 8 after step 4,000",
        "optimizer adam → sgd after step 4,000",
    ]
    saved = replace(plain, saved=Saved(Path("best.safetensors"), 3990))
    told.follow(plain)
    assert told.follow(saved) == ["saved the weights of step 3,990 as best.safetensors"]
    assert told.follow(replace(saved, saved=Saved(Path("x"), 1, "the disk is full."))) == [
        "not saved: the disk is full."
    ]
    assert told.follow(replace(plain, reason="Reached step 4,000.")) == ["Reached step 4,000."]


def test_a_schedule_is_told_by_every_tenth_part_not_by_every_step(told):
    plain = make_snapshot(4000, learning_rate=0.01)
    told.follow(plain)
    said = [told.follow(replace(plain, learning_rate=0.01 * 0.96**n)) for n in range(1, 7)]
    assert [bool(texts) for texts in said] == [False, False, True, False, False, True]
    assert said[2] == ["learning rate 1.00e-2 → 8.85e-3 after step 4,000"]


def test_a_new_best_is_told_at_most_every_two_seconds_and_at_the_end(told):
    plain = make_snapshot(4000)
    told.follow(plain)
    better = replace(plain, best_step=3990, best_validation_loss=0.01)
    assert told.follow(better, 0.5) == []
    assert told.follow(replace(better), 2) == ["best validation loss 0.0100 at step 3,990"]
    best = replace(plain, best_step=3995, best_validation_loss=0.009)
    assert told.follow(best, 0.1) == []
    assert "best validation loss 0.00900 at step 3,995" in told.follow(
        ended(Status.STOPPED, "stopped", best), 0.1
    )


def test_clipped_steps_are_counted_over_some_seconds(told):
    plain = make_snapshot(4000)
    told.follow(plain)
    assert told.follow(replace(plain, step=5000, clipped_steps=30)) == [
        "gradient clipped to norm 1 in 30 of the last 1,000 steps, step 5,000"
    ]
    assert told.follow(replace(plain, step=5100, clipped_steps=50), 1) == []
    assert told.follow(replace(plain, step=6000, clipped_steps=90), 5) == [
        "gradient clipped to norm 1 in 60 of the last 1,000 steps, step 6,000"
    ]


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ([0.0, 0.0, 1e-3, 1.0], "gradient underflow up to t = 2 of 4, step 4,000"),
        ([np.inf, np.inf, 1.0, 1.0], "gradient overflow, step 4,000"),
    ],
)
def test_a_gradient_that_does_not_arrive_is_told_once_and_its_return_as_well(told, norms, said):
    plain = make_snapshot(4000)
    told.follow(plain)
    broken = replace(plain, gradient=GradientFlow(np.array(norms), None))
    assert told.follow(broken, 6) == [said]
    assert told.follow(replace(broken), 6) == []
    assert told.follow(replace(plain), 6) == ["every timestep gets a gradient again, step 4,000"]


def test_epochs_are_told_ever_more_rarely(told):
    told.follow(make_snapshot(7, epoch=0))
    said = [
        text
        for epoch in range(1, 101)
        for text in told.follow(make_snapshot(7 * epoch, epoch=epoch))
        if "epoch" in text
    ]
    assert [text.split()[1] for text in said] == ["1", "2", "5", "10", "20", "50", "100"]


@pytest.mark.parametrize(
    ("epoch", "last"), [(0, 0), (1, 1), (4, 2), (5, 5), (9, 5), (99, 50), (100, 100), (2345, 2000)]
)
def test_milestones(epoch, last):
    assert milestone(epoch) == last


def test_an_end_that_no_screen_saw_is_noted_once():
    journal = Journal()
    last = ended(Status.STOPPED, "stopped after step 9", make_snapshot(9))
    conclude(journal, make_snapshot(9))
    assert journal.entries == ()
    conclude(journal, last)
    conclude(journal, last)
    assert [(e.kind, e.text) for e in journal.entries] == [
        (Kind.RUN, "ended: stopped after step 9")
    ]


def test_another_run_is_told_from_its_beginning(told):
    told.follow(make_snapshot(4000, clipped_steps=90))
    assert told.follow(LOADING) == ["LSTM 32", "loading Numba and the series"]
    said = told.follow(make_snapshot(50, clipped_steps=4), 6)
    assert "gradient clipped to norm 1 in 4 of the last 50 steps, step 50" in said
