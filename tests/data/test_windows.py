import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.split import Split
from rnn_tui.data.windows import next_values, window_starts


@st.composite
def cuts(draw):
    """A split in which every part holds a window of T rows read and H predicted."""
    length, horizon, lost = (
        draw(st.integers(1, 12)),
        draw(st.integers(1, 5)),
        draw(st.integers(0, 4)),
    )
    validation = lost + length + horizon - 1 + draw(st.integers(1, 20))
    test = validation + horizon - 1 + draw(st.integers(1, 20))
    end = test + horizon - 1 + draw(st.integers(1, 20))
    return Split(validation, test, end), length, horizon, lost


def starts_by_loop(split, length, horizon, lost):
    parts = {"train": [], "validation": [], "test": []}
    bounds = {
        "train": (0, split.validation_start),
        "validation": (split.validation_start, split.test_start),
        "test": (split.test_start, split.end),
    }
    for start in range(lost, split.end):
        targets = range(start + length, start + length + horizon)
        for part, (first, end) in bounds.items():
            if all(first <= row < end for row in targets):
                parts[part].append(start)
    return parts


@given(cuts())
def test_starts_are_those_of_a_naive_loop(case):
    starts = window_starts(*case)

    assert {part: found.tolist() for part, found in starts.items()} == starts_by_loop(*case)
    assert all(found.dtype == np.int64 and len(found) for found in starts.values())


@given(cuts())
def test_training_windows_never_reach_the_validation_part(case):
    split, length, horizon, lost = case
    starts = window_starts(split, length, horizon, lost)["train"]
    touched = [s + k for s in starts for k in range(length + horizon)]

    assert max(touched) < split.validation_start
    assert min(touched) >= lost


@given(cuts())
def test_every_row_of_a_part_is_predicted(case):
    split, length, horizon, lost = case
    starts = window_starts(split, length, horizon, lost)["test"]
    predicted = {int(s) + length + h for s in starts for h in range(horizon)}

    assert predicted == set(range(split.test_start, split.end))


def test_next_values():
    values = np.array([[1.0, 10], [2, 20], [5, 50]])

    np.testing.assert_array_equal(next_values(values), [[2, 20], [5, 50], [5, 50]])
    np.testing.assert_array_equal(
        next_values(values, 2), [[2, 20, 5, 50], [5, 50, 5, 50], [5, 50, 5, 50]]
    )
