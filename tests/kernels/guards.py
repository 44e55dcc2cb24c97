"""Arrays between margins of NaN: a read shows in a result, a write in its margin."""

import numpy as np

MARGIN = 256  # elements: more than the tallest tile of the widest vectors reaches over


class Guards:
    """Hands out arrays that lie between margins of NaN."""

    def __init__(self):
        self.wholes = []

    def zeros(self, shape, dtype):
        size = int(np.prod(shape))
        whole = np.full(size + 2 * MARGIN, np.nan, dtype)
        whole[MARGIN : MARGIN + size] = 0
        self.wholes.append(whole)
        return whole[MARGIN : MARGIN + size].reshape(shape)

    def copy(self, array):
        inner = self.zeros(array.shape, array.dtype)
        inner[...] = array
        return inner

    def assert_untouched(self):
        for whole in self.wholes:
            assert np.isnan(whole[:MARGIN]).all()
            assert np.isnan(whole[-MARGIN:]).all()
