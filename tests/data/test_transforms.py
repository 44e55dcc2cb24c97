import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.transforms import lost_rows, steps_of, transform
from rnn_tui.errors import DataError

CHAINS = [
    (),
    ("log",),
    ("diff",),
    ("seasonal-diff",),
    ("log-return",),
    ("diff", "diff"),
    ("diff", "seasonal-diff"),
    ("seasonal-diff", "diff"),
    ("log", "diff", "seasonal-diff"),
    ("log-return", "seasonal-diff", "diff"),
]
chains = st.sampled_from(CHAINS)


def positive(seed, rows=60):
    """A price: positive, some way from 0."""
    return 50 * np.exp(np.random.default_rng(seed).normal(size=rows).cumsum() / 10)


def by_loop(values, names, period):
    """The same by the definitions, row by row."""
    x = [float(value) for value in values]
    for name in names:
        if name in {"log", "log-return"}:
            x = [np.log(value) for value in x]
        lag = {"diff": 1, "log-return": 1, "seasonal-diff": period}.get(name, 0)
        if lag:
            x = [x[t] - x[t - lag] if t >= lag else np.nan for t in range(len(x))]
    return x


@given(chains, st.integers(0, 1000), st.integers(2, 7))
def test_forward_is_that_of_a_loop(names, seed, period):
    values = positive(seed)
    steps = steps_of(names, period)
    done = transform(values, steps, "v")

    np.testing.assert_allclose(done.values, by_loop(values, names, period), rtol=1e-9, atol=1e-12)
    assert np.isnan(done.values[: done.lost]).all()
    assert np.isfinite(done.values[done.lost :]).all()
    assert done.lost == lost_rows(steps)


@given(chains, st.integers(0, 1000), st.integers(2, 7))
def test_one_step_forecasts_are_undone_to_1e_12(names, seed, period):
    values = positive(seed)
    done = transform(values, steps_of(names, period), "v")
    origins = np.arange(done.lost, len(values) - 1)
    restored = done.undo(done.values[origins + 1][:, np.newaxis], origins)

    np.testing.assert_allclose(restored[:, 0], values[origins + 1], rtol=1e-12)


@given(chains, st.integers(0, 1000), st.integers(2, 7), st.integers(1, 12))
def test_paths_are_undone_to_1e_12(names, seed, period, horizon):
    values = positive(seed)
    done = transform(values, steps_of(names, period), "v")
    origins = np.arange(done.lost, len(values) - horizon)
    rows = origins[:, np.newaxis] + 1 + np.arange(horizon)

    np.testing.assert_allclose(done.undo(done.values[rows], origins), values[rows], rtol=1e-12)


@given(chains, st.integers(0, 1000), st.integers(2, 7))
def test_free_running_is_undone_to_1e_12(names, seed, period):
    values = positive(seed)
    done = transform(values, steps_of(names, period), "v")
    origin = done.lost + 3
    path = done.values[np.newaxis, origin + 1 :]

    np.testing.assert_allclose(
        done.undo(path, np.array([origin]))[0], values[origin + 1 :], rtol=1e-12
    )


@given(chains, st.integers(0, 1000), st.integers(1, 6))
def test_undoing_uses_nothing_after_the_origin(names, seed, horizon):
    values, period = positive(seed), 4
    steps = steps_of(names, period)
    origin = lost_rows(steps) + 10
    other = values.copy()
    other[origin + 1 :] = 7777.0
    path = np.random.default_rng(seed).normal(size=(1, horizon)) / 10
    ours = transform(values, steps, "v").undo(path, np.array([origin]))
    theirs = transform(other, steps, "v").undo(path, np.array([origin]))

    np.testing.assert_array_equal(ours, theirs)


@given(chains, st.integers(0, 1000))
def test_a_transform_of_the_past_is_the_past_of_the_transform(names, seed):
    values = positive(seed)
    steps = steps_of(names, 4)
    whole, past = transform(values, steps, "v"), transform(values[:40], steps, "v")

    np.testing.assert_array_equal(whole.values[:40], past.values)


def test_no_transform_changes_nothing():
    values = positive(0)
    done = transform(values, (), "v")

    assert done.values is values
    np.testing.assert_array_equal(done.undo(np.ones((2, 3)), np.array([1, 2])), np.ones((2, 3)))


def test_a_forecast_of_no_change_is_the_naive_forecast():
    values = positive(1)
    origins = np.arange(10, 50)
    for names in (("diff",), ("log-return",)):
        done = transform(values, steps_of(names, None), "v")
        np.testing.assert_allclose(
            done.undo(np.zeros((40, 3)), origins), np.repeat(values[10:50, np.newaxis], 3, axis=1)
        )


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_what_has_no_logarithm(value):
    values = np.array([1.0, 2.0, value, 4.0])

    with pytest.raises(DataError, match=rf"price: .*above 0, but row 3 is {value:g}"):
        transform(values, steps_of(("log",), None), "price")


@pytest.mark.parametrize("names", [("diff", "log"), ("log", "log"), ("log", "log-return")])
def test_a_logarithm_comes_first(names):
    with pytest.raises(DataError, match="must come first"):
        steps_of(names, None)


def test_a_seasonal_difference_needs_a_season():
    with pytest.raises(DataError, match="--period"):
        steps_of(("seasonal-diff",), None)
