"""Errors of shape, dtype and memory layout, raised before any compiled code runs."""

import math
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_kernels.arrays import Array, float_type
from rnn_kernels.network import Network, Packing
from rnn_kernels.vectors import lanes

if TYPE_CHECKING:
    from rnn_kernels.workspace import Workspace


def check_array(
    name: str,
    array: Array,
    shape: tuple[int | None, ...],
    dtype: np.dtype[Any],
    *,
    writable: bool = False,
) -> None:
    """Raise ValueError unless the array is as a kernel needs it. None in shape: any length."""
    _check_type(name, array)
    if array.dtype != dtype:
        raise ValueError(f"{name}: got dtype {array.dtype}, expected {dtype}")
    fits = len(array.shape) == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(f"{name}: got shape {array.shape}, expected ({wanted})")
    if not array.flags.c_contiguous:
        raise ValueError(
            f"{name}: got strides {array.strides}, expected contiguous rows (C order); "
            "np.ascontiguousarray makes them so"
        )
    if not array.flags.aligned:
        raise ValueError(
            f"{name}: got an address between two numbers, expected an aligned array; "
            "its copy() is one"
        )
    if writable and not array.flags.writeable:
        raise ValueError(f"{name}: got a read-only array, expected one that can be filled")


def check_floats(name: str, array: Array) -> np.dtype[Any]:
    """Return the dtype of an array that others are to agree with, or raise ValueError."""
    _check_type(name, array)
    if array.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name}: got dtype {array.dtype}, expected float32 or float64")
    return array.dtype


def _check_type(name: str, array: object) -> None:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name}: got {type(array).__name__}, expected a NumPy array")  # noqa: TRY004  one kind of error for every bad argument


def check_workspace(network: Network, workspace: "Workspace") -> None:
    """Raise ValueError unless the workspace was made for the network."""
    if workspace.network != network:
        raise ValueError(f"workspace: got one for {workspace.network}, expected {network}")


def check_parameters(
    network: Network, parameters: Array, dtype: np.dtype[Any], *, writable: bool = False
) -> None:
    """Raise ValueError unless the vector holds the network's parameters."""
    check_array(
        "parameters", parameters, (parameter_size(network, dtype),), dtype, writable=writable
    )


def parameter_size(network: Network, dtype: Any) -> int:
    """Return the number of elements in a network's flat vector, padding included.

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64.
    """
    return Packing(network, lanes(float_type(dtype))).size


def check_gradient(gradient: Array, parameters: Array) -> None:
    """Raise ValueError unless the gradient is as the parameters, in memory of its own."""
    check_array("gradient", gradient, parameters.shape, parameters.dtype, writable=True)
    if np.may_share_memory(gradient, parameters):
        raise ValueError("gradient: got memory of parameters, expected an array of its own")


def check_first(first: int, timesteps: int) -> None:
    """Raise ValueError unless `first` is one of the timesteps."""
    if not (isinstance(first, int | np.integer) and 0 <= first < timesteps):
        raise ValueError(f"first: got {first!r}, expected a timestep from 0 to {timesteps - 1}")


def check_number(name: str, value: object, *, positive: bool) -> None:
    """Raise ValueError unless the value is finite and above 0 (or at least 0)."""
    number = float(value) if isinstance(value, Real) else math.nan
    if not (math.isfinite(number) and (number > 0 if positive else number >= 0)):
        wanted = "above 0" if positive else "of at least 0"
        raise ValueError(f"{name}: got {value!r}, expected a finite number {wanted}")


def check_starts(starts: Array, shape: tuple[int | None, ...], length: int, timesteps: int) -> None:
    """Raise ValueError unless every window of `timesteps` lies inside a series of `length`."""
    check_array("starts", starts, shape, np.dtype(np.int64))
    last = length - timesteps
    if starts.size and last < 0:
        raise ValueError(
            f"series: got {length} timesteps, expected at least {timesteps}: the length of a window"
        )
    if starts.size and (starts.min() < 0 or starts.max() > last):
        raise ValueError(
            f"starts: got {starts.min()} to {starts.max()}, expected 0 to {last}: "
            f"windows of {timesteps} timesteps in a series of {length}"
        )
