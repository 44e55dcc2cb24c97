"""The emitted tiles by themselves: every height, depth and remainder, and the functions in them.

The tiles work on vectors of the processor, so the sizes come from `lanes`; the same tests run in
`test_portable.py` as on a machine with narrower vectors.
"""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels.activations import quotients, sigmoid_parts, tanh, tanh_parts
from rnn_kernels.blocks import copy_rows, dot, product_of, transpose
from rnn_kernels.jit import POLICY
from rnn_kernels.layout import make_plan
from rnn_kernels.microkernel import SUMS_IN_FLIGHT, kernel
from rnn_kernels.network import Network
from rnn_kernels.sweeps import bounds, vector_bounds
from rnn_kernels.vectors import align_stack, lanes, tile_heights, vector_bytes
from tests.kernels.support import DTYPES

DEPTHS = (*range(10), 33)
GUARD = 12345.0
compiled = numba.njit(**POLICY)  # without the cache on the disk, which would know these files only


def run_product_of(vectors):
    product = product_of(vectors)

    @compiled
    def run(rows, left, a, a_row, a_k, right, w, w_k, depth, out, c, c_row, add):
        product(rows, left, a, a_row, a_k, right, w, w_k, depth, out, c, c_row, add)

    return run


PRODUCTS = {vectors: run_product_of(vectors) for vectors in (1, 2, 4)}


@compiled
def run_dot(rows, left, a, a_row, right, w, length, out, c, c_row):
    dot(rows, left, a, a_row, right, w, length, out, c, c_row)


@compiled
def run_transpose(source, a, stride, count, target, b, target_stride):
    transpose(source, a, stride, count, target, b, target_stride)


@compiled
def run_copy(memory, source, source_stride, target, target_stride, count, width):
    copy_rows(memory, source, source_stride, target, target_stride, count, width)


@kernel("source target at")
def tanh_tile(code, at):
    code.store(tanh(code, code.load(at.source + at.at)), at.target + at.at)


@kernel("source target at")
def sigmoid_tile(code, at):
    numerator, denominator = sigmoid_parts(code, code.load(at.source + at.at))
    code.store(numerator / denominator, at.target + at.at)


OF_AN_LSTM = sigmoid_parts, sigmoid_parts, tanh_parts, sigmoid_parts


@kernel("source target at step")
def quotients_tile(code, at):
    x = [code.load(at.source + at.at + at.step * n) for n in range(4)]
    parts = [emit(code, value) for emit, value in zip(OF_AN_LSTM, x, strict=True)]
    values = quotients(code, *parts)
    for n, value in enumerate(values):
        code.store(value, at.target + at.at + at.step * n)


@kernel("rows source target totals valid")
def masked_kernel(code, at):
    def tile(rows, first):
        place = [
            [(first + m) * 2 * code.lanes + v * code.lanes for v in range(2)] for m in range(rows)
        ]
        sums = [[code.load(at.source + p) for p in row] for row in place]
        for m, row in enumerate(code.keep_first(sums, at.valid)):
            code.add_squares(row, at.totals + first + m)
            for p, value in zip(place[m], row, strict=True):
                code.store(value, at.target + p)

    code.tiles(2, code.index(0), at.rows, tile)


def heights_of(vectors):
    """Compile what writes into heights[b], for every row, the height of the tile that it is in."""

    @kernel("start stop heights")
    def write_heights(code, at):
        def tile(rows, first):
            for m in range(rows):
                place = at.heights + first + m
                code.builder.store(code.number.scalar(rows), place.pointer)

        code.tiles(vectors, at.start, at.stop, tile)

    @compiled
    def run(start, stop, heights):
        write_heights(start, stop, heights)

    return run


HEIGHTS = {vectors: heights_of(vectors) for vectors in (1, 2, 3, 4)}


def heights(start, stop, vectors):
    """Return the height of the tile of every row from start to stop."""
    found = np.full(stop + 3, np.nan)
    HEIGHTS[vectors](start, stop, found)
    assert np.isnan(found[:start]).all()
    assert np.isnan(found[stop:]).all()
    return found[start:stop].astype(int).tolist()


def over_vectors(tile):
    """Compile a loop that applies a tile to whole vectors of a flat array."""

    @compiled
    def run(source, target, width):
        for at in range(0, source.size, width):
            tile(source, target, at)

    return run


TANH, SIGMOID = over_vectors(tanh_tile), over_vectors(sigmoid_tile)


@compiled
def run_quotients(source, target, width):
    for at in range(0, source.size // 4, width):
        quotients_tile(source, target, at, source.size // 4)


@compiled
def run_masked(rows, source, target, totals, valid):
    masked_kernel(rows, source, target, totals, valid)


def applied(run, x):
    """Return a function of every element of x, of any length, computed in vectors."""
    width = lanes(x.dtype)
    padded = np.zeros(-(-x.size // width) * width, x.dtype)
    padded[: x.size] = x
    out = np.full_like(padded, np.nan)
    run(padded, out, width)
    return out[: x.size]


def scattered(values, row_stride, column_stride, *, offset):
    """Return a flat array of NaN that holds a matrix at an offset, with any strides."""
    rows, columns = values.shape
    reach = max(rows - 1, 0) * row_stride + max(columns - 1, 0) * column_stride
    flat = np.full(offset + reach + 1 + 64, np.nan, values.dtype)
    for m, k in np.ndindex(rows, columns):
        flat[offset + m * row_stride + k * column_stride] = values[m, k]
    return flat


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("height", [*range(10), 13])
@pytest.mark.parametrize("vectors", PRODUCTS)
def test_tiles_are_a_matrix_product(vectors, height, dtype):
    """Of whole numbers, so that it has to be exact, with NaN wherever it may not read."""
    width = vectors * lanes(np.dtype(dtype))
    rng = np.random.default_rng(0)
    for depth in DEPTHS:
        A = rng.integers(-9, 10, (height, depth)).astype(dtype)
        W = rng.integers(-9, 10, (depth, width)).astype(dtype)
        before = rng.integers(-9, 10, (height, width)).astype(dtype)
        by_row, by_column = (depth + 3, 1), (1, height + 2)
        for add in (0, 1):
            for a_row, a_k in (by_row, by_column):
                for extra in (0, 5):
                    w_k, c_row, c = width + extra, width + extra, 3
                    out = np.full(c + height * c_row + width, GUARD, dtype)
                    target = np.lib.stride_tricks.as_strided(
                        out[c:], (height, width), (c_row * out.itemsize, out.itemsize)
                    )
                    target[...] = before if add else np.nan
                    wanted = out.copy()
                    np.lib.stride_tricks.as_strided(wanted[c:], (height, width), target.strides)[
                        ...
                    ] = A @ W + (before if add else 0)
                    left = scattered(A, a_row, a_k, offset=7)
                    right = scattered(W, w_k, 1, offset=2)
                    PRODUCTS[vectors](
                        height, left, 7, a_row, a_k, right, 2, w_k, depth, out, c, c_row, add
                    )
                    np.testing.assert_array_equal(out, wanted)


def splits(height, vectors):
    """Return how many sums of a row's element are added at the end."""
    count = 1
    while count < 4 and height * vectors * count < SUMS_IN_FLIGHT:
        count *= 2
    return count


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("vectors", PRODUCTS)
def test_the_bits_of_a_row_do_not_depend_on_the_height_of_its_tile(vectors, dtype):
    """Nor on which row it is, among the heights that split their sums alike."""
    width, depth, tallest = vectors * lanes(np.dtype(dtype)), 67, tile_heights(vectors)[0]
    rng = np.random.default_rng(1)
    A = np.tile(rng.normal(size=depth).astype(dtype), tallest)
    W = rng.normal(size=depth * width).astype(dtype)
    found = {}
    for height in tile_heights(vectors):
        out = np.zeros((height, width), dtype)
        PRODUCTS[vectors](height, A, 0, depth, 1, W, 0, width, depth, out.reshape(-1), 0, width, 0)
        for row in out:
            found.setdefault(splits(height, vectors), []).append(row)
    assert found.keys() <= {1, 2, 4}
    for rows in found.values():
        for row in rows:
            np.testing.assert_array_equal(row, rows[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("height", [*range(10), 13])
def test_a_dot_tile_is_a_product_with_a_vector(height, dtype):
    width = lanes(np.dtype(dtype))
    rng = np.random.default_rng(0)
    for vectors in range(6):
        length = vectors * width
        A = rng.integers(-9, 10, (height, length)).astype(dtype)
        w = rng.integers(-9, 10, (1, length)).astype(dtype)
        for c_row in (1, 3):
            out = np.full(2 + height * c_row + 4, GUARD, dtype)
            wanted = out.copy()
            wanted[2 : 2 + height * c_row : c_row] = A @ w[0]
            a_row = length + 3
            left, right = scattered(A, a_row, 1, offset=5), scattered(w, 1, 1, offset=1)
            run_dot(height, left, 5, a_row, right, 1, length, out, 2, c_row)
            np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_transposed_square_has_zeros_from_count_on(dtype):
    width = lanes(np.dtype(dtype))
    for count in range(width + 1):
        for stride, out_stride in ((width, width), (width + 5, width + 3)):
            rows = np.arange(1, max(count, 1) * width + 1, dtype=dtype).reshape(-1, width)
            source = scattered(rows, stride, 1, offset=4)
            square = np.zeros((width, width), dtype)
            square[:count] = rows[:count]
            out = np.full(6 + width * out_stride + width, GUARD, dtype)
            wanted = out.copy()
            for n in range(width):
                wanted[6 + n * out_stride :][:width] = square[:, n]
            run_transpose(source, 4, stride, count, out, 6, out_stride)
            np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("apart", [0, 2])
@pytest.mark.parametrize(("count", "vectors"), [(0, 2), (1, 1), (3, 2), (5, 4)])
def test_rows_are_copied_and_nothing_beside(count, vectors, apart, dtype):
    width = vectors * lanes(np.dtype(dtype))
    stride, source, target = width + 3, 1, count * (width + 3) + 5
    memory = np.arange(target + count * (width + apart) + 7, dtype=dtype)
    wanted = memory.copy()
    for n in range(count):
        begin = source + n * stride
        wanted[target + n * (width + apart) :][:width] = memory[begin : begin + width]
    run_copy(memory, source, stride, target, width + apart, count, width)
    np.testing.assert_array_equal(memory, wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("height", [*tile_heights(2), 3, 7])
def test_lanes_beyond_the_units_are_zero_and_squares_are_summed_in_float64(height, dtype):
    width = 2 * lanes(np.dtype(dtype))
    values = np.random.default_rng(0).normal(size=(height, width)).astype(dtype)
    values *= np.asarray(1e-25, dtype)  # its square is 0 in float32
    for valid in (1, width // 2 - 1, width // 2, width // 2 + 1, width, width + 3):
        source, wanted = values.copy(), values.copy()
        source[:, valid:], wanted[:, valid:] = np.inf, 0
        out, totals = np.full_like(source, np.nan), np.full(height + 1, 1e-50)
        run_masked(height, source.reshape(-1), out.reshape(-1), totals, valid)
        np.testing.assert_array_equal(out, wanted)
        squares = np.sum(wanted.astype(np.float64) ** 2, axis=1)
        np.testing.assert_allclose(totals[:-1], 1e-50 + squares, rtol=1e-14)
        assert totals[-1] == 1e-50


def arguments(dtype):
    """Return numbers of all sizes, dense where the functions bend."""
    tiny = 10.0 ** np.arange(-37, 0)
    bend = np.linspace(-25, 25, 200_001)
    huge = 10.0 ** np.arange(1, 38)
    return np.concatenate([bend, tiny, -tiny, huge, -huge, [0.0, -0.0]]).astype(dtype)


def assert_accurate(actual, wanted):
    """float32: 4 units in the last place or 3e-7; float64: 1e-15."""
    error = np.abs(actual.astype(np.float64) - wanted)
    if actual.dtype == np.float64:
        assert error.max() <= 1e-15
    else:
        unit = np.spacing(np.abs(wanted).astype(np.float32)).astype(np.float64)
        assert (error <= np.maximum(4 * unit, 3e-7)).all()


def exact_sigmoid(x):
    x = x.astype(np.longdouble)
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-x))).astype(np.float64)


def exact_tanh(x):
    return np.tanh(x.astype(np.longdouble)).astype(np.float64)


FUNCTIONS = [(TANH, exact_tanh), (SIGMOID, exact_sigmoid)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("run", "exact"), FUNCTIONS, ids=["tanh", "sigmoid"])
def test_functions_are_accurate(run, exact, dtype):
    x = arguments(dtype)
    assert_accurate(applied(run, x), exact(x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_four_gates_with_one_division_are_as_accurate(dtype):
    x = arguments(dtype)
    x = np.concatenate([x, np.zeros(-x.size % lanes(x.dtype), dtype)])
    rng = np.random.default_rng(0)
    blocks = np.stack([rng.permutation(x) for _ in range(4)])
    out = np.full_like(blocks, np.nan)
    run_quotients(blocks.reshape(-1), out.reshape(-1), lanes(x.dtype))
    for n in range(4):
        exact = exact_tanh if n == 2 else exact_sigmoid
        assert_accurate(out[n], exact(blocks[n]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("factor", [1.0, 0.37, 0.0921])
def test_tanh_of_tiny_numbers_is_accurate_relative_to_them(factor, dtype):
    smallest = -37 if dtype is np.float32 else -300
    x = (factor * 10.0 ** np.arange(smallest, -3)).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    for signed in (x, -x):
        np.testing.assert_allclose(applied(TANH, signed), exact_tanh(signed), rtol=4 * eps)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("run", "low"), [(TANH, -1.0), (SIGMOID, 0.0)], ids=["tanh", "sigmoid"])
def test_functions_saturate_and_let_nan_through(run, low, dtype):
    info = np.finfo(dtype)
    x = np.array([np.inf, info.max, 1e30, -np.inf, info.min, -1e30, np.nan, -np.nan], dtype)
    found = applied(run, x)
    np.testing.assert_array_equal(found[:3], 1)
    np.testing.assert_allclose(found[3:6], low, rtol=0, atol=3e-9)
    assert np.isnan(found[6:]).all()
    assert np.isfinite(applied(run, x[:6])).all()


@pytest.mark.parametrize("vectors", HEIGHTS)
def test_tiles_cover_any_number_of_rows_in_legal_heights(vectors):
    legal = tile_heights(vectors)
    for length in range(300):
        left, count = heights(2, 2 + length, vectors), 0
        while left:
            rows = left[0]
            assert rows in legal
            assert left[:rows] == [rows] * rows
            left, count = left[rows:], count + 1
        assert count <= length // legal[0] + 3


def orders(start, stop, vectors):
    """Return, for each sample, into how many sums its tile splits a product."""
    return [splits(height, vectors) for height in heights(start, stop, vectors)]


@given(length=st.integers(1, 300), parts=st.integers(1, 20))
def test_threads_share_the_samples_and_each_sum_keeps_its_order(length, parts):
    ranges = [bounds(length, part, parts) for part in range(parts)]
    assert [start for start, _ in ranges] == [0, *(stop for _, stop in ranges[:-1])]
    assert ranges[-1][1] == length
    assert all(start % 8 == 0 or start == length for start, _ in ranges)
    for vectors in (1, 2, 3, 4):
        shared = [order for start, stop in ranges for order in orders(start, stop, vectors)]
        assert shared == orders(0, length, vectors)


@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    hidden=st.integers(1, 300),
    parts=st.integers(1, 20),
    dtype=st.sampled_from(DTYPES),
)
def test_threads_share_the_units_as_they_lie_side_by_side(cell, hidden, parts, dtype):
    network = Network(cell, 1, hidden, 1)
    layer = make_plan(network, 1, 1, np.dtype(dtype), 1).layers[0]
    ranges = [vector_bounds(layer, part, parts) for part in range(parts)]
    vectors = math.ceil(hidden / lanes(np.dtype(dtype)))
    assert [start for start, _ in ranges] == [0, *(stop for _, stop in ranges[:-1])]
    assert ranges[-1][1] == vectors
    together = layer.pair if cell == "rnn" else 1
    assert all(start % together == 0 for start, _ in ranges)
    sizes = [stop - start for start, stop in ranges]
    assert max(sizes) - min(sizes) <= together
    assert layer.pair == 2 - vectors % 2


def test_the_width_of_a_vector_is_one_that_processors_have():
    assert vector_bytes() in (16, 32, 64)
    assert lanes(np.dtype(np.float32)) == 2 * lanes(np.dtype(np.float64)) == vector_bytes() // 4


def test_a_stack_begins_at_a_whole_vector_where_that_is_asked_for():
    @numba.njit(**POLICY)
    def aligned(number):
        align_stack()
        return number

    assert aligned(3) == 3
    (code,) = aligned.inspect_llvm().values()
    assert f"alignstack={vector_bytes()}" in code
