import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui.dots import fill_between, unite

ENDS = np.array([0.0, 1.0])


def lines(glyphs):
    return ["".join(row) for row in glyphs.tolist()]


def test_a_band_over_everything_sets_every_dot():
    assert lines(fill_between(ENDS, np.zeros(2), np.ones(2), 3, 2)) == ["⣿⣿⣿"] * 2


def test_a_band_in_the_lower_half_leaves_the_upper_half_blank():
    assert lines(fill_between(ENDS, np.zeros(2), np.full(2, 0.45), 3, 2)) == ["   ", "⣿⣿⣿"]


def test_a_band_without_height_is_not_drawn():
    assert lines(fill_between(ENDS, np.full(2, 0.5), np.full(2, 0.5), 2, 2)) == ["  "] * 2


def test_points_that_share_a_column_of_dots_are_spanned_by_their_extremes():
    x = np.array([0.1, 0.15, 0.2, 0.9])
    low, high = np.array([0.5, 0.0, 0.5, 0.5]), np.array([0.5, 0.5, 1.0, 0.5])
    assert lines(fill_between(x, low, high, 1, 1))[0] == "⡇"


def test_a_band_ends_where_its_points_end():
    half = fill_between(np.array([0.0, 0.49]), np.zeros(2), np.ones(2), 4, 1)
    assert lines(half) == ["⣿⣿  "]


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (0, 0)])
def test_no_room_is_no_fault(size):
    assert fill_between(ENDS, np.zeros(2), np.ones(2), *size).shape == size[::-1]


@given(
    st.integers(0, 40).flatmap(lambda n: st.tuples(*[hnp.arrays(np.float64, n)] * 3)),
    st.integers(0, 30),
    st.integers(0, 10),
)
def test_whatever_comes_in_blanks_or_braille_come_out(arrays, width, height):
    x, low, high = np.sort(arrays[0]), arrays[1], arrays[2]
    glyphs = fill_between(x, low, high, width, height)
    assert glyphs.shape == (height, width)
    assert all(g == " " or "\u2800" < g <= "\u28ff" for row in glyphs.tolist() for g in row)


def test_lines_that_cross_keep_the_dots_of_both():
    assert unite(np.array(["⠁", "•", "⠁"]), np.array(["⢀", "⢀", "•"])).tolist() == ["⢁", "⢀", "•"]
    assert unite(np.array([], "<U1"), np.array([], "<U1")).size == 0
