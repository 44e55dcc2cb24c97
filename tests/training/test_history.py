import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.training.events import StepsDone
from rnn_tui.training.history import DecimatedCurve, History, RecentCurve

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
