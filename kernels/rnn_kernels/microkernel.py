"""The vector building blocks: the only file that emits LLVM IR.

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
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.registry import cpu_target
from numba.extending import intrinsic

FLAGS = ("nsz",)
"""Nothing that lets LLVM choose: it chose otherwise in every tile, and a sample's bits came to
depend on the height of its tile. An instruction without any flag gets all of Numba's."""
ANY_ORDER = ("nsz", "reassoc")
ADDED_ALONE = 64
"""Products that a sum takes in before it is added to the total, which waits in memory meanwhile: a
sum of a thousand numbers one by one is two to three times as far off."""
SUMS_IN_FLIGHT = 6
"""Sums that must be under way at once to hide the latency of a fused multiply-add."""
I32, I64 = ir.IntType(32), ir.IntType(64)
Block: TypeAlias = Any


@cache
def vector_bytes() -> int:
    """Width of the widest vectors of the processor that Numba compiles for."""
    features = str(cast("Any", cpu_target.target_context.codegen())._tm_features).split(",")  # noqa: SLF001
    if "+avx512f" in features:
        return 64
    return 32 if "+avx" in features else 16


def lanes(dtype: np.dtype[Any]) -> int:
    """Elements of a vector."""
    return vector_bytes() // dtype.itemsize


def tile_heights(vectors: int) -> tuple[int, ...]:
    """Heights of the tiles of a product, tallest first: as many sums as registers can hold."""
    if vector_bytes() == 64:  # 32 registers, else 16
        return (8, 4, 2, 1) if vectors < 3 else (6, 4, 2, 1)
    return (4, 2, 1) if vectors < 3 else (2, 1)


@dataclass(frozen=True)
class Number:
    """An element type with the constants of its exponential.

    e^x is computed for |x| ≤ limit; four of them still multiply without overflow. `series` holds
    the coefficients of r², r³, … in e^r for |r| ≤ ½ ln 2: minimax for float (relative error 3e-8),
    Taylor's for double. Adding `magic` rounds to a whole number and leaves it, with the exponent's
    bias on top, in the lowest bits.
    """

    scalar: Any
    integer: Any
    mantissa_bits: int
    limit: float
    series: tuple[float, ...]
    magic: float


MINIMAX = (0.5, 0.16666577, 0.04166646, 0.00836318, 0.00139336)
TAYLOR = tuple(1 / math.factorial(n) for n in range(2, 14))
FLOAT = Number(ir.FloatType(), I32, 23, 20.0, MINIMAX, 1.5 * 2.0**23 + 127)
DOUBLE = Number(ir.DoubleType(), I64, 52, 170.0, TAYLOR, 1.5 * 2.0**52 + 1023)


@dataclass(frozen=True)
class Index:
    """A whole number of the compiled code: an offset, a stride or a count, in elements."""

    builder: Any
    value: Any

    def __add__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.add(self.value, _i64(other)))

    def __sub__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.sub(self.value, _i64(other)))

    def __floordiv__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.sdiv(self.value, _i64(other)))

    def __and__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.and_(self.value, _i64(other)))

    def __mul__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.mul(self.value, _i64(other)))

    __rmul__ = __mul__
    __radd__ = __add__


class Fields:
    """A named tuple of whole numbers; each is taken out where it is read."""

    def __init__(self, builder: Any, value: Any, names: Sequence[str]) -> None:
        self._builder = builder
        self._value = value
        self._names = names

    def __getattr__(self, name: str) -> Index:
        number = self._builder.extract_value(self._value, self._names.index(name))
        return Index(self._builder, number)


def _i64(value: "Index | int") -> Any:
    return value.value if isinstance(value, Index) else ir.Constant(I64, value)


@dataclass(frozen=True)
class Place:
    """An element of an array, from which vectors are read."""

    builder: Any
    pointer: Any

    def __add__(self, offset: Index | int) -> "Place":
        return Place(self.builder, self.builder.gep(self.pointer, [_i64(offset)]))


class Vector:
    """A vector register; operators work lane by lane.

    A product waits for what it is added to: `a * b + c` is one fused operation, and of two products
    that are added the first is the fused one.
    """

    def __init__(
        self, builder: Any, value: Any = None, factors: "tuple[Vector, Vector] | None" = None
    ) -> None:
        self.builder = builder
        self._value = value
        self._factors = factors if value is None else None

    @property
    def value(self) -> Any:
        """The register."""
        if self._value is None and self._factors:
            a, b = self._factors
            self._value = self.builder.fmul(a.value, b.value, flags=FLAGS)
        return self._value

    def __add__(self, other: "Vector") -> "Vector":
        if self._factors and self._value is None:
            return self._fused(*self._factors, other)
        if other._factors and other._value is None:
            return self._fused(*other._factors, self)
        return Vector(self.builder, self.builder.fadd(self.value, other.value, flags=FLAGS))

    def __sub__(self, other: "Vector") -> "Vector":
        if other._factors and other._value is None:
            a, b = other._factors
            return self._fused(-a, b, self)
        if self._factors and self._value is None:
            return self._fused(*self._factors, -other)
        return Vector(self.builder, self.builder.fsub(self.value, other.value, flags=FLAGS))

    def __neg__(self) -> "Vector":
        return Vector(self.builder, self.builder.fneg(self.value, flags=FLAGS))

    def __mul__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, factors=(self, other))

    def __truediv__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, self.builder.fdiv(self.value, other.value, flags=FLAGS))

    def _fused(self, a: "Vector", b: "Vector", c: "Vector") -> "Vector":
        builder, kind = self.builder, c.value.type
        scalar = "f32" if kind.element == ir.FloatType() else "f64"
        name = f"llvm.fmuladd.v{kind.count}{scalar}"
        function = builder.module.globals.get(name) or ir.Function(
            builder.module, ir.FunctionType(kind, [kind] * 3), name
        )
        return Vector(builder, builder.call(function, [a.value, b.value, c.value]))


Sums: TypeAlias = list[list[Vector]]
"""[row][vector] of a tile."""
Adder: TypeAlias = "Callable[[Index, list[Vector], int], list[Vector]]"
"""Adds the products of k and so many after it to the sums."""


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
        return Index(self.builder, _i64(value))

    def load(self, place: Place) -> Vector:
        """Read a vector."""
        pointer = self.builder.bitcast(place.pointer, self.vector_type.as_pointer())
        return Vector(self.builder, self.builder.load(pointer, align=self.element_bytes))

    def store(self, vector: Vector, place: Place) -> None:
        """Write a vector."""
        pointer = self.builder.bitcast(place.pointer, self.vector_type.as_pointer())
        self.builder.store(vector.value, pointer, align=self.element_bytes)

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

    def _exponential(self, x: Vector, factor: float) -> tuple[Vector, Vector]:
        """Return s = 2^k and p = e^(factor · r) − 1, so that e^(factor · x) = s + s p.

        factor · x = k ln 2 + factor · r with whole k and |factor · r| ≤ ½ ln 2; the factor is
        taken into the constants. p is the series of the exponential function.
        """
        b, number = self.builder, self.number
        limit = abs(number.limit / factor)
        x = self.smaller(self.larger(x, self.constant(-limit)), self.constant(limit))
        magic = self.constant(number.magic)
        shifted = x * self.constant(factor / math.log(2)) + magic
        k = shifted - magic
        r = x - k * self.constant(math.log(2) / factor)
        series = [
            self.constant(factor**n * value) for n, value in enumerate(number.series, start=2)
        ]
        square = r * r
        p = self._polynomial(series, r, square) * square + self.constant(factor) * r
        integers = ir.VectorType(number.integer, self.lanes)
        places = [ir.Constant(number.integer, number.mantissa_bits)] * self.lanes
        bits = b.shl(b.bitcast(shifted.value, integers), ir.Constant(integers, places))
        return Vector(b, b.bitcast(bits, self.vector_type)), p

    @staticmethod
    def _polynomial(coefficients: list[Vector], r: Vector, square: Vector) -> Vector:
        """Estrin's scheme, whose steps wait less for each other than Horner's."""
        power = r
        while len(coefficients) > 1:
            pairs = zip(coefficients[::2], coefficients[1::2], strict=False)
            odd = coefficients[-1:] if len(coefficients) % 2 else []
            coefficients = [high * power + low for low, high in pairs] + odd
            power = square if power is r else power * power
        return coefficients[0]

    def sigmoid_parts(self, x: Vector) -> tuple[Vector, Vector]:
        """Numerator and denominator of σ(x) = 1 / (1 + e^−x)."""
        s, p = self._exponential(x, -1.0)
        one = self.constant(1)
        return one, one + (s * p + s)

    def tanh_parts(self, x: Vector) -> tuple[Vector, Vector]:
        """Numerator and denominator of tanh(x) = (e^2x − 1) / (e^2x + 1)."""
        s, p = self._exponential(x, 2.0)
        numerator = s * p + (s - self.constant(1))
        return numerator, numerator + self.constant(2)

    def tanh(self, x: Vector) -> Vector:
        """tanh(x)."""
        numerator, denominator = self.tanh_parts(x)
        return numerator / denominator

    def quotients(self, *parts: tuple[Vector, Vector]) -> list[Vector]:
        """Numerators over their denominators, with one division, the slowest instruction."""
        inverses = self._inverses([denominator for _, denominator in parts])
        return [n * inverse for (n, _), inverse in zip(parts, inverses, strict=True)]

    def _inverses(self, values: list[Vector]) -> list[Vector]:
        """1/a = b · 1/(ab) and 1/b = a · 1/(ab), and so on with pairs of products."""
        if len(values) == 1:
            return [self.constant(1) / values[0]]
        pairs = [values[n : n + 2] for n in range(0, len(values), 2)]
        of_pairs = self._inverses(
            [pair[0] * pair[1] if len(pair) > 1 else pair[0] for pair in pairs]
        )
        inverses = []
        for pair, inverse in zip(pairs, of_pairs, strict=True):
            inverses += (
                [other * inverse for other in reversed(pair)] if len(pair) > 1 else [inverse]
            )
        return inverses

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
        kind = ir.FunctionType(scalar, [scalar, ir.VectorType(scalar, self.lanes)])
        reduce = b.module.globals.get(name) or ir.Function(b.module, kind, name)
        return b.call(reduce, [ir.Constant(scalar, 0.0), value], fastmath=ANY_ORDER)

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
        b.cbranch(b.icmp_signed(">", left, _i64(0)), choose, end)
        b.position_at_end(choose)
        for height in heights:
            body, other = (b.append_basic_block(f"{word}{height}") for word in ("rows", "not"))
            if height > 1:
                b.cbranch(self._fits(height, left), body, other)
            else:
                b.branch(body)
            b.position_at_end(body)
            emit(height, Index(b, row))
            row.add_incoming(b.add(row, _i64(height)), b.block)
            b.branch(head)
            b.position_at_end(other)
        b.unreachable()
        b.position_at_end(end)

    def _fits(self, height: int, left: Any) -> Any:
        """Whether the next tile is so tall: of seven or eight rows six would leave a short one."""
        b = self.builder
        fits = b.icmp_signed(">=", left, _i64(height))
        if height == 6:
            for rows in (7, 8):
                fits = b.and_(fits, b.icmp_signed("!=", left, _i64(rows)))
        return fits

    def select(self, condition: Index, first: Index, second: Index) -> Index:
        """The first where the condition is not 0, else the second."""
        flag = self.builder.icmp_signed("!=", condition.value, _i64(0))
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
        k.add_incoming(b.add(k, _i64(step)), b.block)
        for phi, result in zip(phis, results, strict=True):
            phi.add_incoming(result.value, b.block)
        b.branch(head)
        b.position_at_end(after)
        return [Vector(b, phi) for phi in phis]


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
