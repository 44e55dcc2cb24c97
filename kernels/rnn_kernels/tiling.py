"""What the kernels of all cells share: how tiles pass over a timestep, and their products."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeAlias

from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import Index, Place, Sums, Vector

Emitter: TypeAlias = Callable[[Code, int, Any], None]


FEW_ROWS = 2
"""Rows of the tiles at the end of a batch, for which it does not pay to fetch ahead."""

STRIDES = {"gates": "z_stride", "c": "units", "h": "a_stride", "n": "n_stride", "n_h": "n_stride"}
"""The buffers that keep all timesteps, and what their rows are apart."""
STATES = {"h", "c"}
"""Those whose first row is the state before the first timestep."""


def forward_sweep(sums: int, vectors: int, trace: dict[str, int]) -> Callable[[Emitter], Any]:
    """Make a kernel `(layer, t, start, stop, parameters, memory)` of the emitter of a tile.

    It lets tiles pass over all units, so many vectors at a time, and over the samples
    start … stop−1 of a timestep. The emitter gets the tile's first sample `b` and `unit`, where
    that sample's row is among those of all timesteps (`sample`), and the arguments.

    `trace` has how many vectors, for each of units, it writes of the buffers that keep all
    timesteps.
    """
    return _sweep("layer t start stop parameters memory", sums, vectors, trace, 1)


def backward_sweep(vectors: int, trace: dict[str, int]) -> Callable[[Emitter], Any]:
    """Make a kernel of the emitter of a backward pass's tile, likewise.

    Its arguments are those of a forward pass and, after `stop`, the place of what reaches the h_t
    from elsewhere (the layer above, or dh_T) and its stride, and how many outputs have a gradient
    here; at the end dy and the squared norms. The emitter also gets `later`, 0 at the last
    timestep and else 1.
    """
    names = "layer t start stop above above_stride e_depth parameters memory dy squares"
    return _sweep(names, vectors, vectors, trace, -1)


def _sweep(
    names: str, sums: int, vectors: int, trace: dict[str, int], direction: int
) -> Callable[[Emitter], Any]:
    def decorate(emit: Emitter) -> Any:
        @kernel(names)
        def sweep(code: Code, at: Any) -> None:
            layer, width = at.layer, vectors * code.lanes
            panels = layer.units // width
            last = code.equal(at.t + 1, layer.timesteps)
            later = code.index(1) - last
            slot = at.t - at.t // layer.together * layer.together

            def panel(n: Index, _none: list[Vector]) -> list[Vector]:
                # Every other timestep walks backwards: what is still in the cache comes first.
                unit = code.select(at.t & 1, panels - 1 - n, n) * width

                def tile(rows: int, b: Index) -> None:
                    sample, row = at.t * layer.batch + b, slot * layer.batch + b
                    place = {"b": b, "unit": unit, "sample": sample, "row": row, "later": later}
                    here = SimpleNamespace(**vars(at), **place)
                    if rows > FEW_ROWS:
                        _fetch_ahead(code, here, rows, trace, vectors, direction)
                    emit(code, rows, here)

                code.tiles(sums, at.start, at.stop, tile)
                return []

            code.loop(code.index(0), panels, 1, [], panel)

        return sweep

    return decorate


def _fetch_ahead(
    code: Code, at: Any, rows: int, trace: dict[str, int], vectors: int, direction: int
) -> None:
    """Fetch what the tile will touch a timestep on, where the trace is larger than the cache.

    Processors guess no further than the end of a page, which holds but a few rows.
    """
    layer = at.layer

    def fetch(row: Index) -> None:
        sample = at.sample + layer.batch * direction + row
        for name, width in trace.items():
            after = int(name in STATES and direction > 0)  # a step's state is read in the next one
            stride, base = getattr(layer, STRIDES[name]), at.memory + getattr(layer, name)
            place = base + (sample + layer.batch * after) * stride + at.unit * width
            for k in range(width * vectors):
                code.prefetch(place + k * code.lanes)

    code.repeat(layer.far * rows, fetch)


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
    after = at.row + layer.batch
    w = m + layer.wt + at.unit * layer.wt_depth
    e, readout = at.dy + at.sample * layer.outputs, w + layer.rows * width
    dz, depth = m + layer.dz + after * layer.z_stride, layer.z * at.later
    dh = code.product(dh, e, layer.outputs, 1, readout, width, at.e_depth)
    dh = code.product(dh, dz, layer.z_stride, 1, w, width, depth)
    if through_n:
        dn, depth = m + layer.dn_h + after * layer.n_stride, layer.units * at.later
        dh = code.product(dh, dn, layer.n_stride, 1, w + layer.z * width, width, depth)
    return code.keep_first(dh, layer.hidden - at.unit)


def transposed_product(vectors: int) -> Any:
    """Return the kernel that multiplies rows of dz, and of dn where there is one, by a panel."""

    @kernel("layer start stop dn depth_n w out out_stride memory")
    def transposed(code: Code, at: Any) -> None:
        layer, m, width = at.layer, at.memory, vectors * code.lanes

        def tile(rows: int, sample: Index) -> None:
            dz, dn = m + layer.dz + sample * layer.z_stride, m + at.dn + sample * layer.n_stride
            w_n = m + at.w + layer.z * width
            out = m + at.out + sample * at.out_stride
            sums = code.zeros(rows, vectors)
            sums = code.product(sums, dz, layer.z_stride, 1, m + at.w, width, layer.z)
            sums = code.product(sums, dn, layer.n_stride, 1, w_n, width, at.depth_n)
            for row, values in enumerate(sums):
                for v, value in enumerate(values):
                    code.store(value, out + at.out_stride * row + v * code.lanes)

        code.tiles(vectors, at.start, at.stop, tile)

    return transposed
