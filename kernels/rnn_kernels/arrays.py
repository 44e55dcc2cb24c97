"""Arrays as the kernels take them, and what is said of arguments that cannot be."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
_ALIGNMENT = 64  # bytes: a cache line and the widest vector


def positive_int(name: str, value: object) -> int:
    """Return the value if it is a whole number from 1 up, else raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: got {value!r}, expected a whole number of at least 1")
    return int(value)


def float_type(dtype: object) -> np.dtype[Any]:
    """Return float32 or float64 as a NumPy dtype, else raise ValueError."""
    for known in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype is not None and dtype in (known, known.name, known.type):  # None == float64
            return known
    raise ValueError(f"dtype: got {dtype!r}, expected float32 or float64")


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return zeros that begin at a cache line, so that no vector load straddles two."""
    size = math.prod(shape) * dtype.itemsize
    buffer = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % _ALIGNMENT
    return buffer[start : start + size].view(dtype).reshape(shape)
