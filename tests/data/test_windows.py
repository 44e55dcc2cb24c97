import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.split import Split
from rnn_tui.data.windows import next_values, window_starts


@st.composite
def splits(draw):
    length = draw(st.integers(1, 12))
    validation = length + draw(st.integers(1, 20))
    test = validation + draw(st.integers(1, 20))
    return Split(validation, test, test + draw(st.integers(1, 20))), length


def starts_by_loop(split, length):
    parts = {"train": [], "validation": [], "test": []}
    for target in range(split.end):
        start = target - length
        if start < 0:
            continue
        if target < split.validation_start:
            parts["train"].append(start)
        elif target < split.test_start:
            parts["validation"].append(start)
        else:
            parts["test"].append(start)
    return parts


@given(splits())
def test_starts_are_those_of_a_naive_loop(case):
    split, length = case
    starts = window_starts(split, length)

    assert {part: found.tolist() for part, found in starts.items()} == starts_by_loop(split, length)
    assert all(found.dtype == np.int64 and len(found) for found in starts.values())
    assert starts["test"][-1] == split.end - length - 1


@given(splits())
def test_training_windows_never_reach_the_validation_part(case):
    split, length = case
    read = [s + k for s in window_starts(split, length)["train"] for k in range(length + 1)]

    assert max(read) < split.validation_start


def test_next_values():
    np.testing.assert_array_equal(next_values(np.array([1.0, 2.0, 5.0])), [2, 5, 5])
