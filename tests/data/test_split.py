import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split, split_series
from rnn_tui.errors import DataError

sizes = st.floats(0.01, 0.45)


def series_of(rows):
    return Series("s", "", "row", np.arange(float(rows)), np.arange(float(rows)), "test")


def refusal(series, *sizes):
    try:
        split_series(series, *sizes)
    except DataError as error:
        return str(error)
    return None


def test_sunspots_have_the_split_of_the_literature():
    series = load_dataset("sunspots")
    split = split_series(series, 24)

    assert series.time[[0, split.validation_start, split.test_start]].tolist() == [1700, 1896, 1921]
    assert series.time[split.end - 1] == 1987


def test_sizes_beat_the_standard_split():
    assert split_series(load_dataset("sunspots"), 24, 0.2, 0.3) == Split(154, 216, 309)


def test_one_size_given_leaves_the_other_at_its_default():
    assert split_series(load_dataset("sine"), 24, None, 0.2) == Split(650, 800, 1000)
    assert split_series(load_dataset("sine"), 24, 0.2, None) == Split(650, 850, 1000)


def test_default_sizes():
    assert split_series(series_of(100), 10) == Split(70, 85, 100)


@given(st.integers(0, 200), st.integers(1, 60), sizes, sizes)
def test_parts_are_filled_or_the_message_names_what_works(rows, length, validation, test):
    series = series_of(rows)
    message = refusal(series, length, validation, test)
    if message is None:
        split = split_series(series, length, validation, test)
        assert length < split.validation_start < split.test_start < split.end == rows
        return
    assert f"its {rows:,} rows" in message
    assert f"needs {length + 1:,}" in message
    window = re.search(r"--input-chunk-length (\d+) or less", message)
    if window is not None:
        largest = int(window.group(1))
        assert refusal(series, largest, validation, test) is None
        assert refusal(series, largest + 1, validation, test) is not None
    enough = int(re.search(r"about ([\d,]+) rows", message).group(1).replace(",", ""))
    assert refusal(series_of(enough), length, validation, test) is None


def test_window_too_long_for_a_standard_split():
    with pytest.raises(DataError, match=r"--input-chunk-length 195 or less") as error:
        split_series(load_dataset("sunspots"), 196)

    assert "a series of about" not in str(error.value)
