"""What the tiles of all cells share, and how many rows the next one takes."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from rnn_kernels.jit import inlined
from rnn_kernels.microkernel import Code, Emitter, Place, Sums, tile_heights, tiles

TALLEST_1, TALLEST_2, TALLEST_4 = (tile_heights(vectors)[0] for vectors in (1, 2, 4))


@inlined
def tile_rows(left: int, tallest: int) -> int:
    """Height of the next tile where `left` rows are left: the tallest that leaves no short one."""
    if tallest == 8 and left >= 8:
        return 8
    if tallest == 6 and left >= 6 and left not in (7, 8):
        return 6
    if tallest >= 4 and left >= 4:
        return 4
    return 2 if left >= 2 else 1


@inlined
def to_and_fro(n: int, count: int, t: int) -> int:
    """Which panel comes n-th at timestep t: every other timestep walks backwards.

    Thus the panels that were used last, and are still in the cache, are used first.
    """
    return count - 1 - n if t % 2 else n


class Tile(NamedTuple):
    """A tile of a cell's forward or backward pass."""

    call: Any
    tallest: int
    vectors: int
    """Vectors of units that it finishes."""


def forward_tile(sums: int, vectors: int) -> Callable[[Emitter], Tile]:
    """Make a tile of the emitter of a timestep's forward pass.

    The emitter gets the `layer`, the first sample `b` and `unit` of the tile, where that sample's
    row is among those of all timesteps (`sample`), the `parameters` and the `memory`.
    """
    return _cell_tile("layer t b unit parameters memory", sums, vectors)


def backward_tile(vectors: int) -> Callable[[Emitter], Tile]:
    """Make a tile of the emitter of a timestep's backward pass.

    Beside what a forward tile gets there are `later` (0 at the last timestep, else 1), where what
    reaches h_t from elsewhere begins and its stride (`above`), the outputs whose gradient counts
    here (`e_depth`), dy, and the squared norms.
    """
    names = "layer t b unit later above above_stride e_depth parameters memory dy squares"
    return _cell_tile(names, vectors, vectors)


def _cell_tile(names: str, sums: int, vectors: int) -> Callable[[Emitter], Tile]:
    def decorate(emit: Emitter) -> Tile:
        def emit_at(code: Code, rows: int, at: Any) -> None:
            emit(code, rows, SimpleNamespace(**vars(at), sample=at.t * at.layer.batch + at.b))

        return Tile(tiles(sums, names)(emit_at), tile_heights(sums)[0], vectors)

    return decorate


def panel_product(code: Code, at: Any, sums: Sums) -> Sums:
    """Add W_ih x_t + b_ih + b_hh + W_hh h_{t−1} of the tile's samples and units."""
    layer = at.layer
    a = at.memory + layer.a + at.sample * layer.a_stride
    w = at.parameters + layer.w + at.unit * layer.panel
    width = len(sums[0]) * code.lanes
    return code.product(sums, a, layer.a_stride, 1, w, width, layer.depth)


def total_dh(
    code: Code, rows: int, vectors: int, at: Any, *,
    carried: Place | None = None, through_n: bool = False,
) -> Sums:  # fmt: skip
    """Total dh_t: from above, carried in time, through the readout, through the gates of t + 1."""
    layer, m, width = at.layer, at.memory, vectors * code.lanes
    above = m + at.above + at.b * at.above_stride + at.unit
    lanes = [v * code.lanes for v in range(vectors)]
    dh = [[code.load(above + at.above_stride * row + v) for v in lanes] for row in range(rows)]
    if carried is not None:
        dh = [
            [value + code.load(carried + layer.units * row + v) for value, v in pairs]
            for row, pairs in enumerate(zip(values, lanes, strict=True) for values in dh)
        ]
    after = at.sample + layer.batch
    w = m + layer.wt + at.unit * layer.wt_depth
    e, readout = at.dy + at.sample * layer.outputs, w + layer.rows * width
    dz, depth = m + layer.dz + after * layer.z_stride, layer.z * at.later
    dh = code.product(dh, e, layer.outputs, 1, readout, width, at.e_depth)
    dh = code.product(dh, dz, layer.z_stride, 1, w, width, depth)
    if through_n:
        dn, depth = m + layer.dn_h + after * layer.n_stride, layer.units * at.later
        dh = code.product(dh, dn, layer.n_stride, 1, w + layer.z * width, width, depth)
    return code.keep_first(dh, layer.hidden - at.unit)


def transposed_tile(vectors: int) -> Tile:
    """Return the tile of dz, and of dn where there is one, times transposed weights."""

    @tiles(vectors, "layer sample dn depth_n w out out_stride memory")
    def transposed_product_tile(code: Code, rows: int, at: Any) -> None:
        layer, m, width = at.layer, at.memory, vectors * code.lanes
        dz, dn = m + layer.dz + at.sample * layer.z_stride, m + at.dn + at.sample * layer.n_stride
        w_n = m + at.w + layer.z * width
        sums = code.zeros(rows, vectors)
        sums = code.product(sums, dz, layer.z_stride, 1, m + at.w, width, layer.z)
        sums = code.product(sums, dn, layer.n_stride, 1, w_n, width, at.depth_n)
        for row, values in enumerate(sums):
            for v, value in enumerate(values):
                code.store(value, m + at.out + at.out_stride * row + v * code.lanes)

    return Tile(transposed_product_tile, tile_heights(vectors)[0], vectors)
