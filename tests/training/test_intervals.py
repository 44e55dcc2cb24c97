import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.training.intervals import AT_LEAST, AT_MOST, steps_to_evaluation


def evaluated(batches_per_epoch, steps, first=0):
    """The steps at which a run evaluates that is never held up."""
    at, found = first, []
    while at < steps:
        at += steps_to_evaluation(at, batches_per_epoch)
        found.append(at)
    return found


def test_evaluations_are_ten_steps_apart_at_first_and_half_as_often_with_each_doubling():
    assert evaluated(10, 60) == [10, 20, 30, 40, 50, 60]
    found = evaluated(10, 20_000)
    for steps, interval in ((1_000, 20), (2_000, 40), (4_000, 80), (8_000, 160)):
        assert steps in found
        assert steps + interval in found
        assert steps + interval // 2 not in found


def test_short_epochs_are_put_together_and_long_ones_are_cut():
    assert evaluated(3, 30) == [12, 24, 36]
    assert evaluated(700, 2_800) == [700, 1_400, 2_100, 2_800]
    assert evaluated(5_000, 3_000) == [1_000, 2_000, 3_000]


@pytest.mark.parametrize("left", [1, 7])
def test_an_epoch_under_way_is_ended_first(left):
    assert steps_to_evaluation(-left, 10) == left


@given(st.integers(1, 3_000), st.integers(0, 30_000))
def test_the_next_is_at_the_end_of_an_epoch_and_does_not_depend_on_the_bursts(epoch, taken):
    wait = steps_to_evaluation(taken, epoch)
    assert 1 <= wait <= AT_MOST
    assert (taken + wait) % min(epoch, AT_MOST) == 0 or epoch > AT_MOST
    if wait > 1:
        assert steps_to_evaluation(taken + 1, epoch) == wait - 1


@given(st.integers(1, AT_MOST), st.integers(0, 1_000_000))
def test_two_are_never_closer_than_ten_steps(epoch, taken):
    due = taken + steps_to_evaluation(taken, epoch)
    assert steps_to_evaluation(due, epoch) >= AT_LEAST
