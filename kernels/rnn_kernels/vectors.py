"""Vector registers, and the whole numbers and places they are loaded from, of emitted code.

Their operators append an instruction each. Element type and vector width come from the arrays and
the processor: float32 and float64 run the same emitters, on AVX-512, AVX2 or what else there is.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.registry import cpu_target
from numba.extending import intrinsic

FLAGS = ("nsz",)
"""Nothing that lets LLVM choose: it chose otherwise in every tile, and a sample's bits came to
depend on the height of its tile. An instruction without any flag gets all of Numba's."""
I32, I64 = ir.IntType(32), ir.IntType(64)
Block: TypeAlias = Any


@cache
def vector_bytes() -> int:
    """Width of the widest vectors of the processor that Numba compiles for."""
    features = str(cast("Any", cpu_target.target_context.codegen())._tm_features).split(",")  # noqa: SLF001
    if "+avx512f" in features:
        return 64
    return 32 if "+avx" in features else 16


def _with_aligned_stack(_context: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, _values: Any) -> Any:
        attributes = builder.function.attributes
        attributes.alignstack = vector_bytes()
        attributes.add("nounwind")  # llvmlite writes the former beside another one only
        return context.get_dummy_value()

    return types.void(), generate


align_stack: Any = intrinsic(_with_aligned_stack)
"""Called in a compiled function: its stack begins at a whole vector.

LLVM aligns it to 16 bytes, and finds too late which vectors have to wait there: these lie across
two cache lines or not as what called happens to have left the stack, even by the length of the
environment's variables.
"""


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
        return Index(self.builder, self.builder.add(self.value, i64(other)))

    def __sub__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.sub(self.value, i64(other)))

    def __floordiv__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.sdiv(self.value, i64(other)))

    def __and__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.and_(self.value, i64(other)))

    def __mul__(self, other: "Index | int") -> "Index":
        return Index(self.builder, self.builder.mul(self.value, i64(other)))

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


def i64(value: "Index | int") -> Any:
    """The register or the constant of a whole number."""
    return value.value if isinstance(value, Index) else ir.Constant(I64, value)


@dataclass(frozen=True)
class Place:
    """An element of an array, from which vectors are read."""

    builder: Any
    pointer: Any

    def __add__(self, offset: Index | int) -> "Place":
        return Place(self.builder, self.builder.gep(self.pointer, [i64(offset)]))


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
        return Vector(builder, call(builder, name, kind, [a.value, b.value, c.value]))


def call(
    builder: Any, name: str, result: Any, values: Sequence[Any], fastmath: Sequence[str] = ()
) -> Any:
    """Append a call of one of LLVM's own functions, declared where the module has not got it."""
    kind = ir.FunctionType(result, [value.type for value in values])
    module = builder.module
    function = module.globals.get(name) or ir.Function(module, kind, name)
    return builder.call(function, values, fastmath=fastmath)


Sums: TypeAlias = list[list[Vector]]
"""[row][vector] of a tile."""
Adder: TypeAlias = "Callable[[Index, list[Vector], int], list[Vector]]"
"""Adds the products of k and so many after it to the sums."""
