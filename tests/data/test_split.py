import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_tui.data.catalogue import load_dataset
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split, check_parts, split_series, walk_forward
from rnn_tui.errors import DataError

sizes = st.floats(0.01, 0.45)


def series_of(rows):
    return Series("s", "", "row", np.arange(float(rows)), np.arange(float(rows)), "test")


def refusal(series, *sizes, **options):
    try:
        split_series(series, *sizes, **options)
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


@example(12, 1, 0.25, 0.0625, 7)  # the test part has fewer rows than the validation part
@given(st.integers(0, 200), st.integers(1, 60), sizes, sizes, st.sampled_from([1, 1, 2, 7]))
def test_parts_are_filled_or_the_message_names_what_works(rows, length, validation, test, horizon):
    series = series_of(rows)
    message = refusal(series, length, validation, test, horizon=horizon)
    if message is None:
        split = split_series(series, length, validation, test, horizon=horizon)
        assert length + horizon <= split.validation_start
        assert min(split.test_start - split.validation_start, rows - split.test_start) >= horizon
        assert split.end == rows
        return
    if "one prediction" in message:
        shorter = int(re.search(r"--horizon (\d+) or less", message).group(1))
        assert shorter < horizon
        assert shorter == 0 or refusal(series, length, validation, test, horizon=shorter) is None
        return
    assert f"its {rows:,} rows" in message
    assert f"needs {length + horizon:,}" in message
    window = re.search(r"--input-chunk-length (\d+) or less", message)
    if window is not None:
        largest = int(window.group(1))
        left = refusal(series, largest, validation, test, horizon=horizon)
        assert left is None or "one prediction" in left
        assert refusal(series, largest + 1, validation, test, horizon=horizon) is not None
    enough = int(re.search(r"about ([\d,]+) rows", message).group(1).replace(",", ""))
    left = refusal(series_of(enough), length, validation, test, horizon=horizon)
    assert left is None or "one prediction" in left


def test_window_too_long_for_a_standard_split():
    with pytest.raises(DataError, match=r"--input-chunk-length 195 or less") as error:
        split_series(load_dataset("sunspots"), 196)

    assert "a series of about" not in str(error.value)


def dated(rows):
    days = np.datetime64("2020-01-01", "us") + np.arange(rows) * np.timedelta64(1, "D")
    return Series("s", "", "day", days, np.arange(float(rows)), "test")


def test_parts_begin_at_times():
    series = load_dataset("sunspots")

    assert split_series(series, 24, "1896", "1921") == Split(196, 221, 309)
    assert split_series(series, 24, None, "1921") == Split(221 - 46, 221, 309)
    assert split_series(series, 24, "1896", 0.1) == Split(196, 278, 309)


@pytest.mark.parametrize(
    "test", ["2020-03-01", "2020-03", "2020-02-29T00:00:01", "2020-03-01T00:00Z"]
)
def test_parts_begin_at_dates(test):
    assert split_series(dated(100), 10, "2020-02-10", test) == Split(40, 60, 100)


def test_a_time_between_two_rows_begins_at_the_later():
    series = Series("s", "", "t", np.arange(50) * 2.0, np.arange(50.0), "test")

    assert split_series(series, 5, 0.2, "61").test_start == 31


@pytest.mark.parametrize(
    ("validation", "test", "message"),
    [
        (
            None,
            "soon",
            "--test-size soon: expected a share between 0 and 1, or a date such as 2020",
        ),
        ("x", None, "--validation-size x: expected a share"),
        (None, "2019-05-01", "must begin after 2020-01-01 and not after 2020-04-09, the first and"),
        (None, "2021", "must begin after 2020-01-01 and not after 2020-04-09"),
        ("2020-03-01", "2020-02-01", "would begin in the test part, which begins at 2020-02-01"),
        ("2020-01-05", "2020-02-01", "too short: of its 100 rows 4 are for training"),
    ],
)
def test_impossible_times(validation, test, message):
    with pytest.raises(DataError) as error:
        split_series(dated(100), 10, validation, test)

    assert message in str(error.value)


def test_rows_that_a_transform_takes_are_missing_in_training():
    with pytest.raises(DataError, match=r"8 are for training after the 12 that --transform takes"):
        check_parts(series_of(100), Split(20, 60, 100), 10, lost=12)


@given(st.integers(1, 12), st.integers(1, 4), st.integers(30, 60))
def test_walk_forward_tests_every_row_once_and_trains_on_all_before(folds, horizon, test_rows):
    split = Split(60, 80, 80 + test_rows)
    if folds * horizon > test_rows:
        return
    splits = walk_forward(series_of(split.end), split, folds, horizon=horizon)

    assert len(splits) == folds
    tested = [row for fold in splits for row in range(fold.test_start, fold.end)]
    assert tested == list(range(split.test_start, split.end))
    assert {fold.test_start - fold.validation_start for fold in splits} == {20}
    assert min(fold.end - fold.test_start for fold in splits) >= horizon


@pytest.mark.parametrize("folds", [0, -1, 11])
def test_impossible_folds(folds):
    with pytest.raises(DataError, match="What works: 1 to 10 folds"):
        walk_forward(series_of(100), Split(60, 80, 100), folds, horizon=2)
