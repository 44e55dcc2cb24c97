from dataclasses import replace

import pytest

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import State
from rnn_tui.tui.header import compact_words, header_words, number_words, state_word
from tests.tui.fake_session import (
    COMPILING,
    LOADING,
    ended,
    make_comparison,
    make_snapshot,
    scoring,
)

SNAPSHOT = make_snapshot(4000)


def shown(words):
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("snapshot", "held", "expected"),
    [
        (LOADING, False, "○ loading 1.5 s"),
        (COMPILING, True, "◌ compiling 1.5 s, then paused"),
        (SNAPSHOT, False, "● training"),
        (SNAPSHOT, True, "‖ pausing"),
        (replace(SNAPSHOT, state=State.PAUSED), True, "‖ paused"),
        (replace(SNAPSHOT, state=State.PAUSED), False, "● resuming"),
        (ended(Status.COMPLETED, "", SNAPSHOT), False, "✓ completed"),
        (ended(Status.DIVERGED, "", SNAPSHOT), False, "✗ diverged"),
        (ended(Status.FAILED, "", SNAPSHOT), False, "✗ failed"),
        (scoring(Status.DIVERGED, "", SNAPSHOT), False, "✗ diverged, scoring…"),
        (scoring(Status.COMPLETED, "", SNAPSHOT), True, "✓ completed, scoring…"),
        (ended(Status.INTERRUPTED, "", SNAPSHOT), False, "■ interrupted"),
    ],
)
def test_the_state_has_a_symbol_and_a_word(snapshot, held, expected):
    assert state_word(snapshot, 1.5, held=held).text == expected


def test_the_numbers_come_with_training():
    assert number_words(LOADING) == ()
    assert shown(number_words(SNAPSHOT))[:4] == [
        "step 4,000", "epoch 571", "1,832 steps/s", "lr 3.00e-3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("speed", "expected"),
    [(193_000.4, "193,000 steps/s"), (12.34, "12 steps/s"), (0.123, "0.12 steps/s")],
)
def test_a_speed_has_the_digits_that_matter(speed, expected):
    assert expected in shown(number_words(replace(SNAPSHOT, steps_per_second=speed)))


def test_a_run_that_holds_has_no_speed_and_one_that_has_ended_its_mean():
    paused = replace(SNAPSHOT, state=State.PAUSED)
    assert not any("steps/s" in text for text in shown(number_words(paused)))
    done = replace(ended(Status.COMPLETED, "", SNAPSHOT), seconds=8.0)
    assert "500 steps/s" in shown(number_words(done))
    at_once = replace(done, step=0, seconds=0.0)
    assert not any("steps/s" in text for text in shown(number_words(at_once)))


def test_title_and_state_have_short_forms():
    title, state = header_words(COMPILING, 1.0, held=True)
    assert title.short == "LSTM 32"
    assert state.short == "◌ compiling 1.0 s"


def test_the_compact_lines_begin_with_the_loss():
    words = compact_words(SNAPSHOT, 0.0, held=False)
    assert words[0].text.startswith("loss 0.0")
    assert words[0].short.startswith("0.0")
    assert shown(compact_words(LOADING, 0.5, held=False)) == ["○ loading 0.5 s"]


def test_of_nets_that_are_compared_the_compact_lines_have_the_best_loss_of_each():
    nets = make_comparison(4000, nets=3)
    lines = shown(compact_words(nets, 0.0, held=False))
    assert [line.rpartition(" ")[0] for line in lines[:3]] == ["LSTM 32", "RNN 32", "GRU 32"]
    assert lines[3] == "● training"
    assert not any(text.startswith("loss") for text in shown(number_words(nets)))
