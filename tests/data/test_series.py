from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.data.series import Channel, Series


def build(time, values):
    return Series("s", "", "row", np.asarray(time), np.asarray(values), "test")


def test_holds_copies_that_cannot_be_written_to():
    values = np.arange(3.0)
    series = build(np.arange(3.0), values)
    values[0] = 99

    assert series.values[0] == 0
    for array in (series.values, series.time):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_first_rows():
    series = build(np.arange(5.0), np.arange(5.0) ** 2).first(3)

    assert len(series) == 3
    np.testing.assert_array_equal(series.time, [0, 1, 2])
    np.testing.assert_array_equal(series.values, [0, 1, 4])


@pytest.mark.parametrize(
    ("time", "values"), [([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])], ids=["length", "dimensions"]
)
def test_time_and_values_must_fit(time, values):
    with pytest.raises(ValueError, match="must both be"):
        build(time, values)


def test_channels_must_fit():
    with pytest.raises(ValueError, match="must agree"):
        Series(
            *("s", "", "row", np.arange(3.0), np.arange(3.0), "test"),
            covariates=(Channel("c", np.arange(2.0)),),
        )


def test_arrays_that_nobody_can_write_to_are_shared():
    series = build(np.arange(3.0), np.arange(3.0))

    assert replace(series, name="other").values is series.values
    assert np.shares_memory(series.first(2).values, series.values)


def test_a_read_only_view_of_a_writable_array_is_copied():
    owner = np.arange(3.0)
    view = owner[:]
    view.flags.writeable = False
    series = build(np.arange(3.0), view)
    owner[0] = 99

    assert series.values[0] == 0
