"""plotext can abort the process: what it is given is checked, and nasty input tried elsewhere."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui import raster
from rnn_tui.axes import fit_axis
from rnn_tui.charts import Cells, Chart, Ink, Series, draw
from rnn_tui.raster import rasterise

LINE = np.linspace(0, 1, 50)
BLANK = " "


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right_corner():
    rows = rasterise(LINE, LINE, 10, 5)
    assert rows[0].index(rows[0].strip()) >= 8
    assert rows[-1].startswith(rows[-1].strip()[:1])
    assert [len(row) for row in rows] == [10] * 5


def test_a_line_breaks_at_a_missing_value():
    y = np.full(50, 0.5)
    y[20:30] = np.nan
    (row,) = rasterise(LINE, y, 50, 1)
    assert row[21:29] == BLANK * 8
    assert BLANK not in row[:19]
    assert BLANK not in row[31:]


def test_a_single_point_is_seen():
    assert "".join(rasterise([0.5], [0.5], 9, 3)).strip()


@pytest.mark.parametrize("y", [[], [np.nan] * 3, [np.inf, -np.inf, np.nan], [-1.0, 2.0, 1e300]])
def test_nothing_to_draw_leaves_the_canvas_blank(y):
    assert rasterise(np.linspace(0, 1, len(y)), y, 4, 2) == [BLANK * 4] * 2


def test_decimation_keeps_the_extremes():
    x = np.linspace(0, 1, 10_000)
    y = np.zeros(10_000)
    y[1234], y[8765] = 1.0, -1.0
    _, kept = raster.decimate(x, y, 20)
    assert len(kept) <= 40
    assert (kept.max(), kept.min()) == (1.0, -1.0)


NASTY = st.one_of(
    st.floats(),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e-310, 1e300, -1e300, 1e308]),
)
ARRAYS = st.integers(0, 200).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=NASTY), hnp.arrays(np.float64, n, elements=NASTY)
    )
)


@settings(max_examples=150, deadline=None)
@given(ARRAYS, st.integers(0, 200), st.integers(0, 60), st.sampled_from(["linear", "log"]))
def test_plotext_gets_nothing_but_finite_numbers_between_0_and_1(arrays, width, height, scale):
    x, y = (np.sort(arrays[0]), arrays[1])
    drawn = []

    def record(points, breaks, columns, rows, _marker):
        drawn.append(np.frombuffer(points, np.float64).reshape(2, -1))
        assert columns >= 1
        assert rows >= 1
        assert breaks[0] == 0
        return [BLANK * columns] * rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raster, "_plot", record)
        draw_all(x, y, width, height, scale)
    for points in drawn:
        assert points.shape[1] >= 1
        assert ((points >= 0) & (points <= 1)).all()


def draw_all(x, y, width, height, scale) -> Cells | None:
    x_axis, y_axis = fit_axis(x), fit_axis(y, scale=scale)
    if x_axis is None or y_axis is None:
        return None
    return draw(Chart(x_axis, y_axis, (Series(x, y, Ink.FIRST),)), width, height)


def test_plotext_survives_what_the_guard_lets_through():
    """In a process of its own, which an abort would end with a signal."""
    program = textwrap.dedent("""
        import numpy as np
        from rnn_tui.axes import fit_axis
        from rnn_tui.charts import Chart, Ink, Series, draw

        rng = np.random.default_rng(0)
        nasty = np.array([np.nan, np.inf, -np.inf, 0, 5e-324, 1e-310, 1e300, -1e300, 1, 1, 2])
        shapes = [(1, 1), (1, 9), (9, 1), (2, 2), (38, 9), (200, 50), (0, 5), (5, 0)]
        for trial in range(200):
            n = int(rng.integers(0, 60))
            size = 10.0 ** rng.integers(-300, 300)
            y = rng.choice(nasty, n) if trial % 2 else rng.normal(0, size, n)
            x = np.arange(n) if trial % 3 else np.sort(rng.choice(nasty[3:], n))
            if trial % 5 == 0:
                y = np.full(n, rng.choice(nasty))
            for scale in ("linear", "log"):
                axes = fit_axis(x), fit_axis(y, scale=scale)
                if None in axes:
                    continue
                width, height = shapes[trial % len(shapes)]
                for glyphs in ("braille", "ascii"):
                    cells = draw(Chart(*axes, (Series(x, y, Ink.FIRST),)), width, height, glyphs)
                    assert cells.glyph.shape == (height, width)
        print("survived")
    """)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "survived"), done.stderr


def test_an_unchanged_line_is_drawn_once():
    raster._plot.cache_clear()
    first = rasterise(LINE, LINE, 20, 5)
    assert rasterise(LINE.copy(), LINE.copy(), 20, 5) == first
    assert raster._plot.cache_info().hits == 1
