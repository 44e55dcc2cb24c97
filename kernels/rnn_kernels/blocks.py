"""Products, copies and transposed squares: kernels that no cell has for itself."""

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir

from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import I32, I64, Index, Place, Vector


@kernel("source a stride count target b target_stride")
def transpose(code: Code, at: Any) -> None:
    """Turn a square of lanes × lanes elements on its side; source rows from `count` on are zero."""
    target = at.target + at.b
    transpose_square(code, at.source + at.a, at.stride, at.count, target, at.target_stride)


def transpose_square(
    code: Code, source: Place, stride: Index, count: Index, target: Place, target_stride: Index
) -> None:
    """Emit what `transpose` does."""
    b, size = code.builder, code.lanes
    zero = code.constant(0)
    rows = []
    for n in range(size):
        inside = b.icmp_signed("<", ir.Constant(I64, n), count.value)
        safe = Index(b, b.select(inside, ir.Constant(I64, n), ir.Constant(I64, 0)))
        row = code.load(source + safe * stride)
        rows.append(b.select(inside, row.value, zero.value))
    step = size // 2
    while step:
        low = [lane if not lane & step else size + lane - step for lane in range(size)]
        high = [lane + step if not lane & step else size + lane for lane in range(size)]
        masks = [
            ir.Constant(ir.VectorType(I32, size), [ir.Constant(I32, lane) for lane in order])
            for order in (low, high)
        ]
        for n in range(size):
            if not n & step:
                pair = rows[n], rows[n + step]
                rows[n], rows[n + step] = (b.shuffle_vector(*pair, mask) for mask in masks)
        step //= 2
    for n, row in enumerate(rows):
        code.store(Vector(b, row), target + target_stride * n)


@cache
def product_of(vectors: int) -> Any:
    """Return the product whose rows are so many vectors."""

    @kernel("rows left a a_row a_k right w w_k depth out c c_row add")
    def product(code: Code, at: Any) -> None:
        """C[m, v] = Σ_k A[m, k] W[k, v], added to what C holds where `add` is not 0."""

        def tile(rows: int, first: Index) -> None:
            c = at.out + at.c + first * at.c_row
            places = [
                [c + at.c_row * m + v * code.lanes for v in range(vectors)] for m in range(rows)
            ]
            sums = code.product(
                code.zeros(rows, vectors),
                at.left + at.a + first * at.a_row, at.a_row, at.a_k,
                at.right + at.w, at.w_k, at.depth,
            )  # fmt: skip
            # At the end: a long sum in blocks has smaller rounding errors than number by number.
            before = code.begun(places, at.add)
            for place_row, sums_row, before_row in zip(places, sums, before, strict=True):
                for place, value, held in zip(place_row, sums_row, before_row, strict=True):
                    code.store(value + held, place)

        code.tiles(vectors, code.index(0), at.rows, tile)

    return product


@kernel("rows left a a_row right w length out c c_row")
def dot(code: Code, at: Any) -> None:
    """c[m] = Σ_k A[m, k] w[k] over whole vectors."""

    def tile(rows: int, first: Index) -> None:
        a = at.left + at.a + first * at.a_row

        def add(k: Index, before: list[Vector]) -> list[Vector]:
            w = code.load(at.right + at.w + k)
            return [code.load(a + at.a_row * m + k) * w + total for m, total in enumerate(before)]

        zeros = [code.constant(0)] * rows
        for m, total in enumerate(code.loop(code.index(0), at.length, code.lanes, zeros, add)):
            place = at.out + at.c + (first + m) * at.c_row
            code.builder.store(code.sum_of_lanes(total), place.pointer)

    code.tiles(1, code.index(0), at.rows, tile)


@kernel("memory source source_stride target target_stride count width")
def copy_rows(code: Code, at: Any) -> None:
    """Copy the first `width` columns, whole vectors, of some rows to elsewhere in the memory."""
    source, target = at.memory + at.source, at.memory + at.target
    copy(code, source, at.source_stride, target, at.target_stride, at.count, at.width)


def copy(
    code: Code, source: Place, source_stride: Index, target: Place, target_stride: Index,
    count: Index, width: Index,
) -> None:  # fmt: skip
    """Emit what `copy_rows` does."""

    def emit(row: Index, column: Index) -> None:
        value = code.load(source + row * source_stride + column)
        code.store(value, target + row * target_stride + column)

    every_vector(code, count, width, emit)


def zero(code: Code, start: Place, stride: Index, count: Index, width: Index) -> None:
    """Emit code that sets the first `width` columns, whole vectors, of some rows to zero."""

    def emit(row: Index, column: Index) -> None:
        code.store(code.constant(0), start + row * stride + column)

    every_vector(code, count, width, emit)


def every_vector(
    code: Code, count: Index, width: Index, emit: Callable[[Index, Index], None]
) -> None:
    """Go over `count` rows, and over the vectors of each."""
    code.repeat(count, lambda row: code.repeat(width, lambda k: emit(row, k), code.lanes))
