"""Rows of a layer that are copied, added or set to zero, whole vectors at a time.

They are emitted because Numba takes a hundred times as long over such loops as LLVM.
"""

from typing import Any

from rnn_kernels.blocks import copy, every_vector, zero
from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import Index


def _gradients(layer: Any) -> list[tuple[Index, Index, Index]]:
    """Where the gradients of a block begin, stride and width; 0 where a cell has none."""
    return [
        (layer.dz, layer.z_stride, layer.z),
        (layer.dn, layer.n_stride, layer.units),
        (layer.dn_h, layer.n_stride, layer.units),
    ]


@kernel("layer b start memory series")
def copy_window(code: Code, at: Any) -> None:
    """Fill x of sample b with the rows of a series from `start` on."""
    layer, row = at.layer, at.layer.batch * at.layer.a_stride
    source = at.series + at.start * layer.inputs
    target = at.memory + layer.a + at.b * layer.a_stride

    def copy_row(t: Index) -> None:
        def copy_feature(d: Index) -> None:
            code.copy_element(source + t * layer.inputs + d, target + t * row + d)

        code.repeat(layer.inputs, copy_feature)

    code.repeat(layer.timesteps, copy_row)


@kernel("layer start stop memory")
def keep_next_block(code: Code, at: Any) -> None:
    """Copy the gradients of the first timestep of a block behind its last: the next one's."""
    layer, nothing = at.layer, code.index(0)
    rows = layer.together * layer.batch
    for start, stride, width in _gradients(layer):
        source = at.memory + start + at.start * stride
        count = code.select(start, at.stop - at.start, nothing)
        copy(code, source, stride, source + rows * stride, stride, count, width)


@kernel("layer start stop memory")
def zero_gradients(code: Code, at: Any) -> None:
    """Set the gradients in rows start … stop−1 of a block to zero."""
    for start, stride, width in _gradients(at.layer):
        count = code.select(start, at.stop - at.start, code.index(0))
        zero(code, at.memory + start + at.start * stride, stride, count, width)


@kernel("layer start stop memory")
def zero_samples(code: Code, at: Any) -> None:
    """Set the initial states and the carried gradient of samples start … stop−1 to zero."""
    layer, count = at.layer, at.stop - at.start
    of_c = code.select(layer.c, count, code.index(0))
    for start, stride, samples in (
        (layer.h, layer.a_stride, count),
        (layer.dc, layer.units, count),
        (layer.c, layer.units, of_c),
    ):
        zero(code, at.memory + start + at.start * stride, stride, samples, layer.units)


@kernel("layer start stop memory")
def zero_final(code: Code, at: Any) -> None:
    """Set dh_T of samples start … stop−1 to zero."""
    units = at.layer.units
    zero(code, at.memory + at.layer.dh + at.start * units, units, at.stop - at.start, units)


@kernel("layer target stride start stop memory")
def add_final(code: Code, at: Any) -> None:
    """Add dh_T of samples start … stop−1 to the rows from `target` on."""
    units = at.layer.units
    dh, rows = at.memory + at.layer.dh + at.start * units, at.memory + at.target

    def add(row: Index, k: Index) -> None:
        place = rows + (at.start + row) * at.stride + k
        code.store(code.load(place) + code.load(dh + row * units + k), place)

    every_vector(code, at.stop - at.start, units, add)


@kernel("layer out width gradient")
def clear_padding(code: Code, at: Any) -> None:
    """Zero the rows of a panel below those of its units."""
    layer = at.layer
    start = at.gradient + at.out + layer.depth * at.width
    zero(code, start, at.width, layer.units - layer.hidden, at.width)
