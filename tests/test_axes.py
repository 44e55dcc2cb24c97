import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_tui.axes import (
    LARGEST,
    Axis,
    fit_axis,
    format_count,
    format_scientific,
    whole_decades,
)

ANY_FLOATS = st.lists(st.floats(width=64), max_size=20)


def labels(axis: Axis | None, most: int = 5) -> list[str]:
    assert axis is not None
    return [tick.label for tick in axis.ticks(most)]


def test_years_are_written_as_years():
    assert labels(fit_axis([1700.0, 2008.0])) == ["1700", "1800", "1900", "2000"]


def test_a_log_axis_has_powers_of_ten():
    assert labels(fit_axis([1e-12, 3.0], scale="log")) == ["1e-12", "1e-9", "1e-6", "1e-3", "1"]


def test_a_short_log_axis_has_round_values():
    assert labels(fit_axis([0.012, 0.8], scale="log")) == ["0.02", "0.05", "0.1", "0.2", "0.5"]


def test_counts_are_shortened():
    assert labels(fit_axis([0, 12_345], labels="count")) == ["0", "5k", "10k"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("1850-03-01", "2010-01-01", ["1900", "1950", "2000"]),
        ("2020-01-15", "2021-02-01", ["Apr 2020", "Jul 2020", "Oct 2020", "Jan 2021"]),
        ("2020-01-01T08:00", "2020-01-01T20:30", ["09:00", "12:00", "15:00", "18:00"]),
    ],
)
def test_dates_are_written_as_fine_as_their_span_needs(first, last, expected):
    stamps = np.array([first, last], "datetime64[s]").astype(np.float64)
    assert labels(fit_axis(stamps, labels="date")) == expected


def test_nothing_to_show_has_no_axis():
    assert fit_axis([]) is None
    assert fit_axis([np.nan, np.inf]) is None
    assert fit_axis([0.0, -1.0], scale="log") is None


def test_a_constant_lies_in_the_middle():
    axis = fit_axis([7.0, 7.0])
    assert axis is not None
    assert axis.positions(7.0) == pytest.approx(0.5)


def test_values_without_a_place_are_nan():
    axis = Axis(0.1, 10.0, "log")
    assert np.isnan(axis.positions([0.0, -1.0, np.nan, np.inf])).all()


@example([9.999999996666666e306], "linear", 3)
@example([-9e306, 0.0], "linear", 3)
@given(ANY_FLOATS, st.sampled_from(["linear", "log"]), st.integers(0, 12))
def test_every_axis_holds_its_values_and_few_finite_ticks(values, scale, most):
    axis = fit_axis(values, scale=scale, margin=0.05)
    if axis is None:
        return
    places = axis.positions(values)
    placed = places[np.isfinite(places)]
    assert ((placed >= -1e-9) & (placed <= 1 + 1e-9)).all()
    ticks = axis.ticks(most)
    assert len(ticks) <= most
    assert all(-1e-6 <= tick.position <= 1 + 1e-6 for tick in ticks)


@given(st.floats(-1e11, 1e11), st.floats(1e-3, 1e11), st.integers(0, 9))
def test_date_ticks_never_fail(low, span, most):
    ticks = Axis(low, low + span, labels="date").ticks(most)
    assert all(-1e-6 <= tick.position <= 1 + 1e-6 for tick in ticks)


def test_number_formats():
    assert [format_count(n) for n in (0, 950, 12_345, 1.5e6)] == ["0", "950", "12.35k", "1.5M"]
    assert [format_scientific(v) for v in (1e-3, 1.0, 2.5e-7)] == ["1e-3", "1", "2.5e-7"]


def test_a_log_axis_to_whole_decades_holds_what_it_held_and_rarely_moves():
    axis = whole_decades(Axis(2e-3, 0.7, "log"))
    assert (axis.low, axis.high) == (pytest.approx(1e-3), pytest.approx(1.0))
    assert whole_decades(Axis(3e-3, 0.9, "log")) == axis
    finer = whole_decades(Axis(2.1e-3, 0.7, "log"), parts=10)
    assert 1.9e-3 < finer.low <= 2.1e-3
    assert 0.7 <= finer.high < 0.8


@given(st.floats(5e-324, 1e307), st.floats(1, 1e300), st.integers(1, 10))
def test_rounded_decades_are_an_axis_whatever_they_round(low, ratio, parts):
    axis = whole_decades(Axis(low, min(low * ratio * 1.001, 1e307) + 5e-324, "log"), parts)
    assert 0 < axis.low < axis.high
    assert len(axis.ticks(5)) <= 5


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 5e-324), (-5e-324, 5e-324), (1.0, 2.0), (-LARGEST, LARGEST)]
)
def test_the_ends_of_any_interval_lie_at_0_and_1(low, high):
    assert Axis(low, high).positions([low, high]).tolist() == [0.0, 1.0]


@given(st.floats(1, 1e307, exclude_min=True))
def test_what_a_log_axis_was_not_fitted_to_has_no_place_on_it(beyond):
    axis = fit_axis([1.0, np.nextafter(LARGEST, np.inf)], scale="log")
    assert np.isnan(axis.positions(np.nextafter(LARGEST, np.inf)))
    assert not np.isnan(axis.positions(min(beyond, LARGEST)))
