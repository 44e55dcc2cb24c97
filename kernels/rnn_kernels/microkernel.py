"""The vector building blocks, of which the emitted code of all cells is made.

A *tile* is a few rows of a matrix product whose sums stay in vector registers. Numba cannot
promise that, so a tile is written as an emitter: Python that runs once, at compile time, on
`Vector` objects whose operators append instructions. Thus the files of the cells can state their
equations as they stand in a textbook, `c = f * c_previous + i * g`, and finish a timestep while
its sums are still in registers.

    for k in range(depth):                         for each row m and vector v of the tile
        sums[m][v] += A[m, k] · W[k, v]            a broadcast number times a vector of W

Element type and vector width come from the arrays and the processor: float32 and float64 run the
same emitter, on AVX-512, AVX2 or what else there is.
"""

import inspect
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, TypeAlias

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rnn_kernels.vectors import (
    DOUBLE,
    FLAGS,
    FLOAT,
    I32,
    I64,
    Adder,
    Fields,
    Index,
    Number,
    Place,
    Sums,
    Vector,
    call,
    i64,
    tile_heights,
    vector_bytes,
)

ANY_ORDER = ("nsz", "reassoc")
ADDED_ALONE = 64
"""Products that a sum takes in before it is added to the total, which waits in memory meanwhile: a
sum of a thousand numbers one by one is two to three times as far off."""
SUMS_IN_FLIGHT = 6
"""Sums that must be under way at once to hide the latency of a fused multiply-add."""


class Code:
    """Appends instructions on vectors of one element type."""

    def __init__(self, builder: Any, number: Number, width: int) -> None:
        self.builder = builder
        self.number = number
        self.lanes = width
        self.vector_type = ir.VectorType(number.scalar, width)
        self.element_bytes = 4 if number is FLOAT else 8

    def constant(self, value: float) -> Vector:
        """The same number in every lane."""
        scalar = ir.Constant(self.number.scalar, value)
        return Vector(self.builder, ir.Constant(self.vector_type, [scalar] * self.lanes))

    def index(self, value: int) -> Index:
        """A whole number that is known beforehand."""
        return Index(self.builder, i64(value))

    def load(self, place: Place) -> Vector:
        """Read a vector."""
        pointer = self.builder.bitcast(place.pointer, self.vector_type.as_pointer())
        return Vector(self.builder, self.builder.load(pointer, align=self.element_bytes))

    def store(self, vector: Vector, place: Place) -> None:
        """Write a vector."""
        pointer = self.builder.bitcast(place.pointer, self.vector_type.as_pointer())
        self.builder.store(vector.value, pointer, align=self.element_bytes)

    def copy_element(self, source: Place, target: Place) -> None:
        """Copy a single element."""
        self.builder.store(self.builder.load(source.pointer), target.pointer)

    def prefetch(self, place: Place) -> None:
        """Let the second cache fetch the line of a place, which need not be in any array."""
        address = self.builder.bitcast(place.pointer, ir.IntType(8).as_pointer())
        to_read, second_cache, data = I32(0), I32(2), I32(1)
        call(
            self.builder, "llvm.prefetch.p0i8", ir.VoidType(),
            [address, to_read, second_cache, data],
        )  # fmt: skip

    def broadcast(self, place: Place) -> Vector:
        """Read one element into every lane."""
        b = self.builder
        element = b.load(place.pointer, align=self.element_bytes)
        undefined = ir.Constant(self.vector_type, ir.Undefined)
        first = b.insert_element(undefined, element, ir.Constant(I32, 0))
        mask = ir.Constant(ir.VectorType(I32, self.lanes), [ir.Constant(I32, 0)] * self.lanes)
        return Vector(b, b.shuffle_vector(first, undefined, mask))

    def keep_first(self, sums: Sums, count: Index) -> Sums:
        """Sums with zeros from lane `count` of a row on: zero weights make NaN of infinity."""
        b, kind = self.builder, ir.VectorType(I32, self.lanes)
        limit = b.insert_element(
            ir.Constant(kind, ir.Undefined), b.trunc(count.value, I32), ir.Constant(I32, 0)
        )
        mask = ir.Constant(kind, [ir.Constant(I32, 0)] * self.lanes)
        limits = b.shuffle_vector(limit, ir.Constant(kind, ir.Undefined), mask)
        kept = []
        for v in range(len(sums[0])):
            lanes = [ir.Constant(I32, v * self.lanes + lane) for lane in range(self.lanes)]
            kept.append(b.icmp_signed("<", ir.Constant(kind, lanes), limits))
        zero = self.constant(0).value
        return [
            [
                Vector(b, b.select(keep, value.value, zero))
                for keep, value in zip(kept, row, strict=True)
            ]
            for row in sums
        ]

    def larger(self, a: Vector, b: Vector) -> Vector:
        """The larger of two, lane by lane; a NaN in `a` stays."""
        return self._pick("<", a, b)

    def smaller(self, a: Vector, b: Vector) -> Vector:
        """The smaller of two, lane by lane; a NaN in `a` stays."""
        return self._pick(">", a, b)

    def zero_unless_above_zero(self, a: Vector, b: Vector) -> Vector:
        """`a` where `b` is above 0 or NaN, else 0."""
        zero = self.constant(0)
        dead = self.builder.fcmp_ordered("<=", b.value, zero.value)
        return Vector(self.builder, self.builder.select(dead, zero.value, a.value))

    def _pick(self, unless: str, a: Vector, b: Vector) -> Vector:
        replace = self.builder.fcmp_ordered(unless, a.value, b.value)
        return Vector(self.builder, self.builder.select(replace, b.value, a.value))

    def add_squares(self, vectors: Sequence[Vector], total: Place) -> None:
        """Add the squares of all lanes to a float64 total, for float32's own underflow."""
        b = self.builder
        doubles = ir.VectorType(ir.DoubleType(), self.lanes)
        squares = None
        for vector in vectors:
            wide = b.fpext(vector.value, doubles) if self.number is FLOAT else vector.value
            square = b.fmul(wide, wide, flags=FLAGS)
            squares = square if squares is None else b.fadd(squares, square, flags=FLAGS)
        sum_of_all = self._sum_of_lanes(squares, ir.DoubleType(), "f64")
        before = b.load(total.pointer, align=8)
        b.store(b.fadd(before, sum_of_all, flags=FLAGS), total.pointer, align=8)

    def sum_of_lanes(self, vector: Vector) -> Any:
        """The sum of a vector's lanes, a number."""
        name = "f32" if self.number is FLOAT else "f64"
        return self._sum_of_lanes(vector.value, self.number.scalar, name)

    def _sum_of_lanes(self, value: Any, scalar: Any, suffix: str) -> Any:
        b = self.builder
        name = f"llvm.vector.reduce.fadd.v{self.lanes}{suffix}"
        return call(b, name, scalar, [scalar(0.0), value], fastmath=ANY_ORDER)

    def zeros(self, rows: int, vectors: int) -> Sums:
        """Sums before any was added."""
        return [[self.constant(0)] * vectors for _ in range(rows)]

    def begun(self, places: list[list[Place]], flag: Index) -> Sums:
        """Sums as a memory holds them where the flag is not 0, else zeros."""
        b = self.builder
        held = b.icmp_signed("!=", flag.value, ir.Constant(I64, 0))
        zero = self.constant(0).value
        return [
            [Vector(b, b.select(held, self.load(place).value, zero)) for place in row]
            for row in places
        ]

    def product(
        self,
        sums: Sums,
        a: Place,
        row_stride: Index | int,
        k_stride: Index | int,
        w: Place,
        w_stride: Index | int,
        depth: Index,
    ) -> Sums:
        """Add Σ_k A[m, k] W[k, v] to the sums of a tile.

        A[m, k] is the element m · row_stride + k · k_stride from `a`, W[k, v] the vector at
        k · w_stride + v · lanes from `w`. Few sums are split by k, so that enough are in flight;
        many are begun anew from time to time.
        """
        rows, vectors = len(sums), len(sums[0])
        tile, splits = rows * vectors, 1
        while splits < 4 and tile * splits < SUMS_IN_FLIGHT:
            splits *= 2
        row_places = [a + row_stride * m for m in range(rows)]

        def add(k: Index, before: list[Vector], count: int) -> list[Vector]:
            after = list(before)
            for split in range(count):
                place = k + split
                w_row = w + place * w_stride
                ws = [self.load(w_row + v * self.lanes) for v in range(vectors)]
                along = place * k_stride
                for m in range(rows):
                    number = self.broadcast(row_places[m] + along)
                    for v in range(vectors):
                        at = (split * rows + m) * vectors + v
                        after[at] = number * ws[v] + after[at]
            return after

        flat = [v for row in sums for v in row]
        total = self._total if splits == 1 else self._split_total
        flat = total(flat, depth, splits, add)
        return [flat[m * vectors : (m + 1) * vectors] for m in range(rows)]

    def _total(self, sums: list[Vector], depth: Index, _splits: int, add: Adder) -> list[Vector]:
        """Sums over k < depth, begun anew every so often."""
        zeros = [self.constant(0)] * len(sums)

        def part(k: Index, totals: list[Vector]) -> list[Vector]:
            stop = self.smaller_index(k + ADDED_ALONE, depth)
            found = self.loop(k, stop, 1, zeros, lambda k, sums: add(k, sums, 1))
            return [total + value for total, value in zip(totals, found, strict=True)]

        return self.loop(self.index(0), depth, ADDED_ALONE, sums, part)

    def _split_total(
        self, sums: list[Vector], depth: Index, splits: int, add: Adder
    ) -> list[Vector]:
        """Sums over k < depth, of which every so many are added at the end."""
        tile, whole = len(sums), depth & -splits
        flat = sums + [self.constant(0)] * (tile * (splits - 1))
        flat = self.loop(self.index(0), whole, splits, flat, lambda k, sums: add(k, sums, splits))
        flat = self.loop(whole, depth, 1, flat, lambda k, sums: add(k, sums, 1))
        for split in range(1, splits):
            for n in range(tile):
                flat[n] = flat[n] + flat[split * tile + n]
        return flat[:tile]

    def tiles(
        self, vectors: int, start: Index, stop: Index, emit: Callable[[int, Index], None]
    ) -> None:
        """Go over rows start … stop−1 in tiles whose rows are so many sums.

        The next tile is the tallest that leaves no short one. `emit(rows, first)` emits the code
        for each height.
        """
        b, heights = self.builder, tile_heights(vectors)
        before = b.block
        head, choose, end = (b.append_basic_block(name) for name in ("rows", "height", "end"))
        b.branch(head)
        b.position_at_end(head)
        row = b.phi(I64)
        row.add_incoming(start.value, before)
        left = b.sub(stop.value, row)
        b.cbranch(b.icmp_signed(">", left, i64(0)), choose, end)
        b.position_at_end(choose)
        for height in heights:
            body, other = (b.append_basic_block(f"{word}{height}") for word in ("rows", "not"))
            if height > 1:
                b.cbranch(self._fits(height, left), body, other)
            else:
                b.branch(body)
            b.position_at_end(body)
            emit(height, Index(b, row))
            row.add_incoming(b.add(row, i64(height)), b.block)
            b.branch(head)
            b.position_at_end(other)
        b.unreachable()
        b.position_at_end(end)

    def _fits(self, height: int, left: Any) -> Any:
        """Whether the next tile is so tall: of seven or eight rows six would leave a short one."""
        b = self.builder
        fits = b.icmp_signed(">=", left, i64(height))
        if height == 6:
            for rows in (7, 8):
                fits = b.and_(fits, b.icmp_signed("!=", left, i64(rows)))
        return fits

    def select(self, condition: Index, first: Index, second: Index) -> Index:
        """The first where the condition is not 0, else the second."""
        flag = self.builder.icmp_signed("!=", condition.value, i64(0))
        return Index(self.builder, self.builder.select(flag, first.value, second.value))

    def smaller_index(self, a: Index, b: Index) -> Index:
        """The smaller of two whole numbers."""
        less = self.builder.icmp_signed("<", a.value, b.value)
        return Index(self.builder, self.builder.select(less, a.value, b.value))

    def equal(self, a: Index, b: Index) -> Index:
        """1 where both are equal, else 0."""
        same = self.builder.icmp_signed("==", a.value, b.value)
        return Index(self.builder, self.builder.zext(same, I64))

    def loop(
        self,
        start: Index,
        stop: Index,
        step: int,
        carried: list[Vector],
        body: Callable[[Index, list[Vector]], list[Vector]],
    ) -> list[Vector]:
        """A loop over k that carries vectors in registers."""
        b = self.builder
        before = b.block
        head, inside, after = (b.append_basic_block(name) for name in ("head", "inside", "after"))
        b.branch(head)
        b.position_at_end(head)
        k = b.phi(I64)
        k.add_incoming(start.value, before)
        phis = []
        for vector in carried:
            phi = b.phi(self.vector_type)
            phi.add_incoming(vector.value, before)
            phis.append(phi)
        b.cbranch(b.icmp_signed("<", k, stop.value), inside, after)
        b.position_at_end(inside)
        results = body(Index(b, k), [Vector(b, phi) for phi in phis])
        k.add_incoming(b.add(k, i64(step)), b.block)
        for phi, result in zip(phis, results, strict=True):
            phi.add_incoming(result.value, b.block)
        b.branch(head)
        b.position_at_end(after)
        return [Vector(b, phi) for phi in phis]

    def repeat(self, count: Index, body: Callable[[Index], None], step: int = 1) -> None:
        """A loop over 0, step, … below `count` that carries nothing."""

        def once(k: Index, _none: list[Vector]) -> list[Vector]:
            body(k)
            return []

        self.loop(self.index(0), count, step, [], once)


def _names_of(kind: Any) -> tuple[str, ...]:
    """Names of the fields of Numba's type of a named tuple."""
    return tuple(kind.instance_class._fields)


Emitter: TypeAlias = Callable[[Code, Any], None]


def kernel(arguments: str) -> Callable[[Emitter], Any]:
    """Make an intrinsic `call(*arguments)` of an emitter.

    Parameters
    ----------
    arguments : str
        Names of the arguments. Arrays (contiguous) reach the emitter as a `Place` at their first
        element, whole numbers as an `Index`, named tuples of them as `Fields`. All arrays but
        those of float64 squares share the dtype of the first.
    """
    names = arguments.split()

    def decorate(emit: Emitter) -> Any:
        def typed(_context: Any, *kinds: Any) -> tuple[Any, Any]:
            signature = types.void(*kinds)

            def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
                number = None
                at: dict[str, Any] = {}
                for name, kind, value in zip(names, sig.args, values, strict=True):
                    if isinstance(kind, types.BaseNamedTuple):
                        at[name] = Fields(builder, value, _names_of(kind))
                    elif isinstance(kind, types.Array):
                        number = number or (FLOAT if kind.dtype == types.float32 else DOUBLE)
                        array = context.make_array(kind)(context, builder, value)
                        at[name] = Place(builder, array.data)
                    else:
                        at[name] = Index(builder, context.cast(builder, value, kind, types.int64))
                assert number is not None  # noqa: S101  every emitter takes an array
                width = vector_bytes() // (4 if number is FLOAT else 8)
                emit(Code(builder, number, width), SimpleNamespace(**at))
                return context.get_dummy_value()

            return signature, generate

        parameters = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for name in ("context", *names)
        ]
        typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        typed.__name__ = emit.__name__
        typed.__doc__ = emit.__doc__
        return intrinsic(typed)

    return decorate
