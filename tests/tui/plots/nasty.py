"""What Hypothesis throws at the plots: NaN, infinities, zeros, subnormals, nothing at all."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnn_tui.charts import Glyphs
from rnn_tui.tui.plots.look import DARK, LIGHT, Look

VALUES = st.one_of(
    st.floats(),
    st.sampled_from(
        [np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 5e-324, 1e-310, 1e300, -1e300, 1.7e308]
    ),
)
LOOKS = st.builds(
    Look, st.sampled_from([DARK, LIGHT]), st.sampled_from(["braille", "ascii"]), st.booleans()
)
GLYPHS: tuple[Glyphs, ...] = ("braille", "ascii")
WIDTHS, HEIGHTS = st.integers(0, 90), st.integers(0, 30)


def floats(size, elements=VALUES):
    return hnp.arrays(np.float64, size, elements=elements)


def several(number, largest=60):
    """Return a strategy of `number` arrays of one random length."""
    return st.integers(0, largest).flatmap(lambda n: st.tuples(*[floats(n)] * number))


CURSORS = st.one_of(st.none(), st.integers(1, 100))
