import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.training.sampling import BatchSampler


def sampler(windows=50, batch_size=8, seed=0):
    return BatchSampler(np.arange(100, 100 + windows), batch_size, np.random.default_rng(seed))


def test_an_epoch_shows_no_window_twice():
    deal = sampler()
    assert deal.left_in_epoch == 6
    seen = deal.take(6).ravel()
    assert deal.left_in_epoch == 6
    assert deal.epoch == 1
    assert len(seen) == 48
    assert len(set(seen.tolist())) == 48
    assert set(seen.tolist()) <= set(range(100, 150))


@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_the_order_does_not_depend_on_how_many_are_taken_at_a_time(counts):
    whole = sampler()
    together = whole.take(300)
    deal = sampler()
    apart = np.concatenate([deal.take(count) for count in counts])
    np.testing.assert_array_equal(apart, together[: len(apart)])


def test_a_batch_is_never_larger_than_the_number_of_windows():
    deal = sampler(windows=3, batch_size=32)
    assert deal.batch_size == 3
    assert sorted(deal.take(1)[0].tolist()) == [100, 101, 102]


def test_each_epoch_is_another_permutation():
    deal = sampler()
    assert not np.array_equal(deal.take(6), deal.take(6))
    assert deal.epoch == 2


def test_a_new_batch_size_deals_out_what_is_left_of_the_epoch_first():
    deal = sampler()
    begun = deal.take(2)
    deal.resize(16)
    assert (deal.batch_size, deal.batches_per_epoch, deal.left_in_epoch) == (16, 3, 2)
    rest = deal.take(2)
    assert deal.epoch == 1
    seen = np.concatenate([begun.ravel(), rest.ravel()])
    assert len(set(seen.tolist())) == 48
    assert deal.take(3).shape == (3, 16)
    assert deal.epoch == 2


def test_too_little_for_a_larger_batch_is_left_for_another_epoch():
    deal = sampler()
    deal.take(5)
    deal.resize(16)
    assert deal.left_in_epoch == 3
    deal.take(1)
    assert deal.epoch == 2
