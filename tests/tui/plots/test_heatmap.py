import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui.tui.plots.heatmap import draw_heat_map, draw_upright_scale, resample, scale_colours
from rnn_tui.tui.plots.look import DARK, LIGHT, Look


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (32, 24), (100, 7)])
def test_resampling_keeps_the_mean(shape):
    values = np.random.default_rng(0).normal(size=shape)
    assert resample(values, 6, 9).mean() == pytest.approx(values.mean())


def test_stretching_repeats_and_shrinking_averages():
    assert resample(np.array([[0.0, 1.0]]), 1, 4).tolist() == [[0, 0, 1, 1]]
    assert resample(np.array([[0.0, 1.0, 1.0, 0.0]]), 1, 2).tolist() == [[0.5, 0.5]]


def test_a_cell_holds_two_values_one_above_the_other():
    (row,) = draw_heat_map(np.array([[1.0], [0.0]]), 2, 1, Look(), diverging=False)
    segment = next(iter(row))
    assert segment.text == "▀▀"
    colours = scale_colours(DARK, diverging=False)
    assert segment.style.color == colours[-1]
    assert segment.style.bgcolor == colours[0]


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_rising_scale_rises_in_brightness_alone(palette):
    def brightness(colour):
        red, green, blue = colour.get_truecolor()
        return 0.299 * red + 0.587 * green + 0.114 * blue

    steps = np.diff([brightness(c) for c in scale_colours(palette, diverging=False)])
    assert (steps >= 0).all() or (steps <= 0).all()


def test_the_scale_has_its_high_end_at_the_top():
    rows = draw_upright_scale(5, Look(colour=False), diverging=False)
    ramp = " .:-=+*#%@"
    shown = [ramp.index(row.text) for row in rows]
    assert shown == sorted(shown, reverse=True)
    assert (shown[0], shown[-1]) == (9, 0)


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=20)),
    st.integers(0, 30),
    st.integers(0, 12),
    st.booleans(),
    st.builds(Look, glyphs=st.sampled_from(["braille", "ascii"]), colour=st.booleans()),
)
@example(
    np.full((13, 1), np.finfo(np.float64).max), 1, 2, False, Look(glyphs="braille", colour=True)
)
def test_whatever_comes_in_rows_of_the_width_come_out(values, width, height, diverging, look):
    rows = draw_heat_map(values, width, height, look, diverging=diverging)
    assert len(rows) == height
    assert all(row.cell_length == width for row in rows)
