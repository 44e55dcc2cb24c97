import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare, prepare_to_predict
from rnn_tui.data.ring import Ring, least_capacity
from rnn_tui.data.rows import Row
from rnn_tui.data.series import Channel, Series
from rnn_tui.errors import DataError

ROWS, FIRST = 160, 100
CHAINS = [(), ("log",), ("diff",), ("log-return",), ("log", "diff", "seasonal-diff")]


def series_of(rows=ROWS):
    rng = np.random.default_rng(0)
    t = np.arange(ROWS)
    columns = [30 + np.sin(t / 2) + rng.normal(size=ROWS) / 5, 50 + t / 9, rng.normal(size=ROWS)]
    return Series(
        *("first", "", "row", t.astype(float), columns[0], "rows.csv"),
        period=4,
        more_targets=(Channel("second", columns[1]),),
        covariates=(Channel("beside", columns[2]),),
    ).first(rows)


def row(i):
    series = series_of()
    columns = (series.values, series.more_targets[0].values, series.covariates[0].values)
    return Row(i + 2, series.time[i], np.array([column[i] for column in columns]))


@settings(max_examples=40)
@given(
    st.sampled_from(CHAINS),
    st.integers(1, 3),
    st.sampled_from(["float32", "float64"]),
    st.sampled_from([None, 30, 61, 100, 1000]),
    st.integers(0, ROWS - FIRST),
)
def test_a_ring_is_the_end_of_the_whole_series(names, horizon, dtype, capacity, more):
    config = DataConfig(transform=names, horizon=horizon, input_chunk_length=6)
    first = prepare(config, dtype, series=series_of(FIRST))
    ring = Ring(first, capacity or least_capacity(first))
    for i in range(FIRST, FIRST + more):
        ring.append(row(i))
    whole = prepare_to_predict(config, dtype, series_of(FIRST + more), first.scalers)

    n = len(ring)
    assert n == min(FIRST + more, capacity or least_capacity(first))
    np.testing.assert_array_equal(ring.time, whole.series.time[-n:])
    np.testing.assert_array_equal(ring.columns[:, :2], whole.series.targets[-n:])
    np.testing.assert_allclose(ring.inputs, whole.inputs[-n:], rtol=1e-12, atol=1e-13)
    known = slice(-n, -horizon)
    np.testing.assert_allclose(
        ring.targets[:-horizon], whole.targets[known], rtol=1e-12, atol=1e-13
    )
    assert ring.inputs.flags.c_contiguous
    assert ring.inputs.dtype == dtype
    starts = whole.starts["test"]
    learnable = starts[starts >= len(whole.series) - n] - (len(whole.series) - n)
    assert list(ring.learnable) == learnable.tolist()
    said = np.random.default_rng(1).normal(size=(1, 2 * horizon)).astype(dtype)
    last = np.array([len(whole.series) - 6])
    np.testing.assert_allclose(ring.restore(said), whole.restore(said, last)[0], rtol=1e-12)
    assert ring.newest.tolist() == [n - 6]


def test_memory_does_not_grow():
    first = prepare(DataConfig(input_chunk_length=6), "float32", series=series_of(FIRST))
    ring = Ring(first, 40)
    sizes = {name: buffer.nbytes for name, buffer in ring._buffers.items()}
    for i in range(1000):
        ring.append(Row(i, 100.0 + i, np.array([30.0, 50.0, float(i % 5)])))
    assert {name: buffer.nbytes for name, buffer in ring._buffers.items()} == sizes
    assert len(ring) == 40
    assert ring.columns[:, 2].tolist() == [float(i % 5) for i in range(960, 1000)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.0, 1.0, 1.0], r"^rows\.csv, line 9, column 'first': 0 has no logarithm"),
        ([1.0, -2.0, 1.0], "column 'second': -2 has no logarithm"),
        ([1.0, 1.0, 1e60], "column 'beside': 1e.60 lies .* deviations from the rows learned"),
    ],
)
def test_a_row_that_cannot_be_read_leaves_the_ring_as_it_was(values, message):
    config = DataConfig(input_chunk_length=6, transform=("log",))
    ring = Ring(prepare(config, "float32", series=series_of(FIRST)), 50)
    before = ring.inputs.copy()
    with pytest.raises(DataError, match=message):
        ring.append(Row(9, 100.0, np.array(values)))
    np.testing.assert_array_equal(ring.inputs, before)
