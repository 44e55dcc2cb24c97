"""σ and tanh on vectors, from an exponential of our own.

Both are fractions, and a division is the slowest instruction: the gates of a cell are left as
numerators and denominators until `quotients` divides once for all of them.
"""

import math

from llvmlite import ir

from rnn_kernels.microkernel import Code
from rnn_kernels.vectors import Vector


def _exponential(code: Code, x: Vector, factor: float) -> tuple[Vector, Vector]:
    """Return s = 2^k and p = e^(factor · r) − 1, so that e^(factor · x) = s + s p.

    factor · x = k ln 2 + factor · r with whole k and |factor · r| ≤ ½ ln 2; the factor is
    taken into the constants. p is the series of the exponential function.
    """
    b, number = code.builder, code.number
    limit = abs(number.limit / factor)
    x = code.smaller(code.larger(x, code.constant(-limit)), code.constant(limit))
    magic = code.constant(number.magic)
    shifted = x * code.constant(factor / math.log(2)) + magic
    k = shifted - magic
    r = x - k * code.constant(math.log(2) / factor)
    series = [code.constant(factor**n * value) for n, value in enumerate(number.series, start=2)]
    square = r * r
    p = _polynomial(series, r, square) * square + code.constant(factor) * r
    integers = ir.VectorType(number.integer, code.lanes)
    places = [ir.Constant(number.integer, number.mantissa_bits)] * code.lanes
    bits = b.shl(b.bitcast(shifted.value, integers), ir.Constant(integers, places))
    return Vector(b, b.bitcast(bits, code.vector_type)), p


def _polynomial(coefficients: list[Vector], r: Vector, square: Vector) -> Vector:
    """Estrin's scheme, whose steps wait less for each other than Horner's."""
    power = r
    while len(coefficients) > 1:
        pairs = zip(coefficients[::2], coefficients[1::2], strict=False)
        odd = coefficients[-1:] if len(coefficients) % 2 else []
        coefficients = [high * power + low for low, high in pairs] + odd
        power = square if power is r else power * power
    return coefficients[0]


def sigmoid_parts(code: Code, x: Vector) -> tuple[Vector, Vector]:
    """Numerator and denominator of σ(x) = 1 / (1 + e^−x)."""
    s, p = _exponential(code, x, -1.0)
    one = code.constant(1)
    return one, one + (s * p + s)


def tanh_parts(code: Code, x: Vector) -> tuple[Vector, Vector]:
    """Numerator and denominator of tanh(x) = (e^2x − 1) / (e^2x + 1)."""
    s, p = _exponential(code, x, 2.0)
    numerator = s * p + (s - code.constant(1))
    return numerator, numerator + code.constant(2)


def tanh(code: Code, x: Vector) -> Vector:
    """tanh(x)."""
    numerator, denominator = tanh_parts(code, x)
    return numerator / denominator


def quotients(code: Code, *parts: tuple[Vector, Vector]) -> list[Vector]:
    """Numerators over their denominators, with one division, the slowest instruction."""
    inverses = _inverses(code, [denominator for _, denominator in parts])
    return [n * inverse for (n, _), inverse in zip(parts, inverses, strict=True)]


def _inverses(code: Code, values: list[Vector]) -> list[Vector]:
    """1/a = b · 1/(ab) and 1/b = a · 1/(ab), and so on with pairs of products."""
    if len(values) == 1:
        return [code.constant(1) / values[0]]
    pairs = [values[n : n + 2] for n in range(0, len(values), 2)]
    of_pairs = _inverses(code, [pair[0] * pair[1] if len(pair) > 1 else pair[0] for pair in pairs])
    inverses = []
    for pair, inverse in zip(pairs, of_pairs, strict=True):
        inverses += [other * inverse for other in reversed(pair)] if len(pair) > 1 else [inverse]
    return inverses
