import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.training.events import StepsDone
from rnn_tui.training.history import (
    DecimatedCurve,
    Happenings,
    History,
    Milestones,
    RateChanges,
    RecentCurve,
)
from rnn_tui.training.snapshot import GradientFlow, Happened, Happening

bursts = st.lists(st.integers(1, 70), min_size=1, max_size=40)


def feed(curve, sizes):
    values = np.random.default_rng(0).normal(size=sum(sizes))
    steps = np.arange(1, len(values) + 1)
    at = 0
    for size in sizes:
        curve.extend(steps[at : at + size], values[at : at + size])
        at += size
    return steps, values


@given(sizes=bursts)
def test_recent_steps_are_kept_exactly(sizes):
    curve = RecentCurve(capacity=50)
    steps, values = feed(curve, sizes)
    view = curve.view()
    np.testing.assert_array_equal(view.step, steps[-50:])
    np.testing.assert_array_equal(view.value, values[-50:])


@given(sizes=bursts)
def test_decimated_buckets_match_a_plain_grouping(sizes):
    curve = DecimatedCurve(capacity=16)
    steps, values = feed(curve, sizes)
    stride = 1
    while -(-len(values) // stride) > 16:
        stride *= 2
    view = curve.view()
    groups = [values[k : k + stride] for k in range(0, len(values), stride)]
    assert len(view.step) <= 16
    np.testing.assert_allclose(view.value, [g.mean() for g in groups], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(view.low, [g.min() for g in groups])
    np.testing.assert_array_equal(view.high, [g.max() for g in groups])
    np.testing.assert_array_equal(
        view.step, [steps[min(k + stride, len(steps)) - 1] for k in range(0, len(steps), stride)]
    )


def test_a_million_steps_stay_in_bounded_memory_and_keep_their_extremes():
    curve = DecimatedCurve(capacity=1024)
    values = np.ones(1_000_000)
    values[123_456] = 99.0
    for at in range(0, len(values), 1000):
        curve.extend(np.arange(at, at + 1000), values[at : at + 1000])
    view = curve.view()
    assert len(view.step) <= 1024
    assert view.high.max() == 99.0
    assert view.step[-1] == 999_999


def test_views_are_read_only_copies():
    history = History()
    burst = StepsDone(
        first_step=1, epoch=1, loss=np.array([1.0, 0.5]), gradient_norm=np.array([2.0, 1.0]),
        learning_rate=0.1, clip=1.0, steps_per_second=10.0, seconds=0.2, validation_loss=0.7,
    )  # fmt: skip
    history.add(burst)
    view = history.view()
    for curve in (view.loss, view.recent_loss, view.validation_loss, view.gradient_norm):
        assert not curve.value.flags.writeable
        assert not curve.step.flags.writeable
    assert view.validation_loss.step.tolist() == [2]
    assert view.validation_loss.value.tolist() == [0.7]
    history.add(burst)
    assert len(view.loss.step) == 2


def burst(first, count, epoch, starts=(), rate=0.01):
    ones = np.ones(count)
    return StepsDone(first, epoch, ones, ones, rate, 1.0, 0.0, 0.0, epoch_starts=starts)


def test_the_steps_at_which_epochs_begin_are_kept():
    history = History()
    history.add(burst(1, 10, epoch=2, starts=(4, 9)))
    history.add(burst(11, 10, epoch=3, starts=(4,)))
    epochs = history.view().epochs
    assert epochs.step.tolist() == [5, 10, 15]
    assert epochs.value.tolist() == [1, 2, 3]


@given(st.integers(1, 5000))
def test_milestones_are_thinned_to_round_numbers_in_bounded_memory(count):
    milestones = Milestones(capacity=50)
    for number in range(1, count + 1):
        milestones.add(number, 7 * number)
    view = milestones.view()
    assert len(view.step) <= 50
    assert (view.step == 7 * view.value).all()
    if count > 5:
        assert len(view.step) >= 4
        assert (np.diff(view.value) == view.value[0]).all()


def test_a_change_of_the_learning_rate_is_kept_with_its_step():
    history = History()
    for first, rate in ((1, 0.01), (11, 0.01), (21, 0.0105), (31, 0.0125), (41, 0.005)):
        history.add(burst(first, 10, epoch=0, rate=rate))
    rates = history.view().rates
    assert rates.step.tolist() == [1, 31, 41]
    assert rates.value.tolist() == [0.01, 0.0125, 0.005]


def test_the_rate_may_differ_from_step_to_step_and_memory_is_bounded():
    changes = RateChanges(capacity=20)
    for step in range(1, 500):
        changes.add(step, 2.0 ** (-step % 40))
    assert len(changes.view().step) <= 20
    assert changes.view().step[0] == 1
    history = History()
    history.add(burst(1, 3, epoch=0, rate=np.array([0.1, 0.2, 0.3])))
    assert history.view().rates.value.tolist() == [0.3]


def flow(hidden, below=()):
    return GradientFlow(
        np.array(hidden), None, tuple(GradientFlow(np.array(b), None) for b in below)
    )


def test_a_lost_gradient_is_noted_where_it_is_lost_and_ever_more_rarely():
    happenings = Happenings()
    whole, lost = flow([1e-3, 1.0]), flow([1e-3, 1.0], below=[[0.0, 1e-9]])
    happenings.watch(whole, 90)
    for step in range(100, 200):
        happenings.watch(lost, step)
    assert happenings.view() == (Happened(100, Happening.GRADIENT, "underflow"),)
    happenings.watch(flow([np.inf, 1.0]), 200)
    assert happenings.view()[1:] == (Happened(200, Happening.GRADIENT, "overflow"),)
    for step in range(201, 20_000):
        happenings.watch(whole if step % 2 else lost, step)
    assert len(happenings.view()) < 60


def test_the_latest_of_what_happened_is_kept():
    happenings = Happenings(capacity=3)
    for step in range(10):
        happenings.add(Happened(step, Happening.SAVED, ""))
    assert [one.step for one in happenings.view()] == [7, 8, 9]
