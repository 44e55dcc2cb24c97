"""Products, copies and transposed squares: kernels that no cell has for itself."""

from functools import cache
from typing import Any

from llvmlite import ir

from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import I32, I64, Index, Vector


@kernel("source a stride count target b target_stride")
def transpose(code: Code, at: Any) -> None:
    """Turn a square of lanes × lanes elements on its side; source rows from `count` on are zero."""
    b, size = code.builder, code.lanes
    zero = code.constant(0)
    rows = []
    for n in range(size):
        inside = b.icmp_signed("<", ir.Constant(I64, n), at.count.value)
        safe = Index(b, b.select(inside, ir.Constant(I64, n), ir.Constant(I64, 0)))
        row = code.load(at.source + at.a + safe * at.stride)
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
        code.store(Vector(b, row), at.target + at.b + at.target_stride * n)


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


@kernel("memory source stride count width target")
def copy_side_by_side(code: Code, at: Any) -> None:
    """Copy the first `width` columns, whole vectors, of `count` rows side by side."""

    def row(n: Index, _none: list[Vector]) -> list[Vector]:
        def vector(k: Index, _none: list[Vector]) -> list[Vector]:
            value = code.load(at.memory + at.source + n * at.stride + k)
            code.store(value, at.memory + at.target + n * at.width + k)
            return []

        return code.loop(code.index(0), at.width, code.lanes, [], vector)

    code.loop(code.index(0), at.count, 1, [], row)
