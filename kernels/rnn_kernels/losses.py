"""What training makes small, and its slope.

Of n outputs y that count, each with its truth, e = y − target:

    mean squared error   L = 1/n Σ e²                               dy = 2e/n
    mean absolute error  L = 1/n Σ |e|                              dy = sign(e)/n
    Huber (1964)         L = 1/n Σ ½e² or, where |e| > δ, δ(|e| − ½δ)   dy = min(max(e, −δ), δ)/n
    quantile             L = 1/n Σ (1 − q)e or, where e < 0, −qe    dy = (1 − q)/n or −q/n
    cross-entropy        L = 1/n Σ (ln Σ_k e^y_k − y_class)         dy = (softmax(y) − one-hot)/n

n = (T − first) · B · O; of the cross-entropy, where O outputs tell one class, (T − first) · B.

The quantile loss (Koenker and Bassett 1978, "pinball") is smallest where a share q of the truth
lies below y. Several quantiles of each target are learned side by side: the outputs are those of
the first target in the order of the quantiles, then those of the second,

    y[t, b, k · Q + j] estimates quantile q_j of target[t, b, k],   k < K, j < Q, O = K · Q

The logarithm of the sum is taken with the largest y brought out of it, so that nothing overflows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from numbers import Real
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numba import from_dtype, types

from rnn_kernels.arrays import Array
from rnn_kernels.checks import check_array, check_first, check_floats, check_number
from rnn_kernels.jit import address_of, caller, copy_with, inlined, jit

LossName: TypeAlias = Literal["mse", "mae", "huber", "quantile", "cross-entropy"]
CLASSES = np.dtype(np.int64)

call_loss = caller("y targets classes starts s stride first ends outputs settings dy losses")


@dataclass(frozen=True)
class Loss:
    """A loss and its settings, as `train_steps` takes it.

    Attributes
    ----------
    name : {"mse", "mae", "huber", "quantile", "cross-entropy"}
    delta : float
        δ of the Huber loss, above 0: where it turns from a square into a straight line.
    quantiles : tuple of float
        Of the quantile loss: between 0 and 1, ascending.

    Raises
    ------
    ValueError
        The name is unknown or a setting out of range.
    """

    name: LossName = "mse"
    delta: float = 1.0
    quantiles: tuple[float, ...] = (0.5,)

    def __post_init__(self) -> None:
        if self.name not in get_args(LossName):
            known = ", ".join(get_args(LossName))
            raise ValueError(f"name: got {self.name!r}, expected one of {known}")
        check_number("delta", self.delta, positive=True)
        ends = (0.0, *self.quantiles, 1.0)
        numbers = all(isinstance(q, Real) for q in self.quantiles) and bool(self.quantiles)
        if not (numbers and all(low < high for low, high in pairwise(ends))):
            raise ValueError(
                f"quantiles: got {self.quantiles!r}, expected numbers between 0 and 1, ascending"
            )

    @property
    def outputs_per_target(self) -> int:
        """Outputs that one column of targets is compared with: Q of the quantile loss."""
        return len(self.quantiles) if self.name == "quantile" else 1

    @property
    def settings(self) -> Array:
        """Settings as compiled code takes them, float64."""
        kept = {"huber": (self.delta,), "quantile": self.quantiles}
        return np.array(kept.get(self.name, ()), np.float64)

    def check_targets(
        self, name: str, targets: Array, count: int, outputs: int, dtype: np.dtype[Any]
    ) -> None:
        """Raise ValueError unless targets, (count, K) or classes (count,), fit the outputs."""
        if self.name == "cross-entropy":
            check_array(name, targets, (count,), CLASSES)
            return
        Q = self.outputs_per_target
        if outputs % Q:
            raise ValueError(f"outputs: got {outputs}, expected a multiple of {Q}: the quantiles")
        check_array(name, targets, (count, outputs // Q), dtype)

    def split_targets(self, targets: Array, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        """Return targets and classes, one of them empty, as compiled code takes them."""
        if self.name == "cross-entropy":
            return np.empty((0, 1), dtype), targets
        return targets, np.empty(0, CLASSES)


def check_classes(name: str, classes: Array, outputs: int) -> None:
    """Raise ValueError unless every class is the number of an output."""
    if classes.size and not (classes.min() >= 0 and classes.max() < outputs):
        raise ValueError(
            f"{name}: got classes {classes.min()} to {classes.max()}, expected 0 to {outputs - 1}"
        )


def mse(y: Array, target: Array, dy: Array, *, first: int = 0) -> float:
    """Return the mean squared error over the timesteps from `first` on, and its gradient.

    Parameters
    ----------
    y, target : array, shape (T, B, O)
        Output and truth, float32 or float64, contiguous.
    dy : array, shape (T, B, O)
        Filled with the gradient with respect to y; zero before `first`.
    first : int
        First timestep that counts, 0 … T−1.

    Raises
    ------
    ValueError
        A shape, dtype or memory layout does not fit, or `first` lies outside the timesteps.
    """
    return measure(Loss("mse"), y, target, dy, first=first)


def mae(y: Array, target: Array, dy: Array, *, first: int = 0) -> float:
    """Return the mean absolute error and its gradient, 0 where e = 0. Arguments as of `mse`.

    Raises
    ------
    ValueError
        As `mse`.
    """
    return measure(Loss("mae"), y, target, dy, first=first)


def huber(y: Array, target: Array, dy: Array, *, delta: float = 1.0, first: int = 0) -> float:
    """Return the Huber loss and its gradient. Other arguments as of `mse`.

    Parameters
    ----------
    delta : float
        δ, above 0.

    Raises
    ------
    ValueError
        As `mse`, or `delta` is not above 0.
    """
    return measure(Loss("huber", delta=delta), y, target, dy, first=first)


def quantile_loss(
    y: Array, target: Array, dy: Array, *, quantiles: tuple[float, ...], first: int = 0
) -> float:
    """Return the mean quantile loss and its gradient, 0 where e = 0.

    Parameters
    ----------
    y, dy : array, shape (T, B, K · Q)
        Estimates of the quantiles of each target, side by side; and the gradient, filled.
    target : array, shape (T, B, K)
    quantiles : tuple of Q floats
        Between 0 and 1, ascending.
    first : int
        First timestep that counts, 0 … T−1.

    Raises
    ------
    ValueError
        As `mse`, or the quantiles are out of range or not in order.
    """
    return measure(Loss("quantile", quantiles=tuple(quantiles)), y, target, dy, first=first)


def cross_entropy(y: Array, target: Array, dy: Array, *, first: int = 0) -> float:
    """Return the cross-entropy of softmax(y) and the true classes, in nats, and its gradient.

    Parameters
    ----------
    y, dy : array, shape (T, B, O)
        Logits, and the gradient with respect to them, filled; zero before `first`.
    target : int64 array, shape (T, B)
        Number of the true class, 0 … O−1, at every timestep that counts.
    first : int
        First timestep that counts, 0 … T−1.

    Raises
    ------
    ValueError
        As `mse`, or a class is not the number of an output.
    """
    return measure(Loss("cross-entropy"), y, target, dy, first=first)


def measure(loss: Loss, y: Array, target: Array, dy: Array, *, first: int = 0) -> float:
    """Return a loss over the timesteps from `first` on, and its gradient.

    Arguments as of `mse`, `quantile_loss` and `cross_entropy`.

    Raises
    ------
    ValueError
        An argument does not fit the loss or the others.
    """
    dtype = check_floats("y", y)
    if y.ndim != 3 or y.size == 0:
        raise ValueError(f"y: got shape {y.shape}, expected (T, B, O), all at least 1")
    T, B, O = y.shape  # noqa: E741
    check_array("y", y, y.shape, dtype)
    if loss.name == "cross-entropy":
        check_array("target", target, (T, B), CLASSES)
    elif O % loss.outputs_per_target:
        raise ValueError(
            f"y: got {O} outputs, expected a multiple of {loss.outputs_per_target}: the quantiles"
        )
    else:
        check_array("target", target, (T, B, O // loss.outputs_per_target), dtype)
    check_array("dy", dy, y.shape, dtype, writable=True)
    check_first(first, T)
    if loss.name == "cross-entropy":
        check_classes("target", target[first:], O)
    truth, classes = loss.split_targets(target.reshape(T * B, *target.shape[2:]), dtype)
    dy[:first] = 0
    found = np.empty(1)
    _LOSSES[loss.name](
        y.reshape(-1), truth, classes, np.arange(B)[np.newaxis], 0, B, first,
        np.full(B, T), O, loss.settings, dy.reshape(-1), found,
    )  # fmt: skip
    return float(found[0])


def value(_error: float, _settings: Array, _q: int) -> float:
    """What one output adds to the sum; every loss has its own."""
    raise RuntimeError("every loss has a copy of by_error with its own equations")


slope = value


def by_error(
    y: Array, targets: Array, _classes: Array, starts: Array, s: int, stride: int, first: int,
    ends: Array, outputs: int, settings: Array, dy: Array, losses: Array,
) -> None:  # fmt: skip
    """Fill losses[s], and dy from timestep `first` on, of a loss that depends on e alone.

    y and dy are flat (T, B, O). The truth of sample b at timestep t is row starts[s, b] + stride t
    of the targets (N, K). Sample b ends before timestep ends[b]; beyond, e and dy are 0, which adds
    nothing: every loss and slope is 0 where e is. The sum is carried in float64, in a loop without
    stores: where LLVM has to check at run time whether arrays overlap, the order of a sum would
    depend on where they lie.
    """
    row = starts.shape[1] * outputs
    Q, T = outputs // targets.shape[1], y.size // row
    number, count = y.dtype.type, 0
    for o in range(row):
        b, k = o // outputs, o % outputs // Q
        end = max(first, ends[b])
        count += end - first
        for t in range(first, end):  # innermost, for it is the longest
            n = t * row + o
            dy[n] = y[n] - targets[starts[s, b] + t * stride, k]
        for t in range(end, T):
            dy[t * row + o] = 0
    total = 0.0
    for n in range(first * row, y.size):
        total += value(np.float64(dy[n]), settings, n % Q)
    losses[s] = total / count
    scale = number(1 / count)
    for n in range(first * row, y.size):
        dy[n] = scale * number(slope(np.float64(dy[n]), settings, n % Q))


def by_class(
    y: Array, _targets: Array, classes: Array, starts: Array, s: int, stride: int, first: int,
    ends: Array, outputs: int, _settings: Array, dy: Array, losses: Array,
) -> None:  # fmt: skip
    """Fill losses[s] and dy with the cross-entropy; arguments as of `by_error`, classes (N,)."""
    B = starts.shape[1]
    T = y.size // (B * outputs)
    count = 0
    for end in ends:
        count += end - first if end > first else 0
    total = 0.0
    for t in range(first, T):
        for b in range(B):
            at = (t * B + b) * outputs
            if t >= ends[b]:
                for k in range(outputs):
                    dy[at + k] = 0
                continue
            true, largest = classes[starts[s, b] + t * stride], np.float64(y[at])
            for k in range(1, outputs):
                largest = max(largest, np.float64(y[at + k]))
            together = 0.0
            for k in range(outputs):
                together += math.exp(np.float64(y[at + k]) - largest)
            total += math.log(together) + largest - np.float64(y[at + true])
            for k in range(outputs):
                share = math.exp(np.float64(y[at + k]) - largest) / together
                dy[at + k] = (share - (1.0 if k == true else 0.0)) / count
    losses[s] = total / count


def _square(error: float, _settings: Array, _q: int) -> float:
    return error * error


def _square_slope(error: float, _settings: Array, _q: int) -> float:
    return 2 * error


def _distance(error: float, _settings: Array, _q: int) -> float:
    return abs(error)


def _distance_slope(error: float, _settings: Array, _q: int) -> float:
    return 1.0 * (error > 0) - 1.0 * (error < 0)


def _huber(error: float, settings: Array, _q: int) -> float:
    delta: float = settings[0]
    within = min(abs(error), delta)  # |e| or δ: one formula for both cases
    return within * (abs(error) - 0.5 * within)


def _huber_slope(error: float, settings: Array, _q: int) -> float:
    delta: float = settings[0]
    return min(max(error, -delta), delta)


def _tilted(error: float, settings: Array, q: int) -> float:
    share: float = settings[q]
    return max(error, 0.0) - share * error


def _tilted_slope(error: float, settings: Array, q: int) -> float:
    share: float = settings[q]
    return (1 - share) * (error > 0) - share * (error < 0)


def _of_error(name: str, own: Callable[..., float], own_slope: Callable[..., float]) -> Any:
    return jit(copy_with(by_error, name, value=inlined(own), slope=inlined(own_slope)))


_LOSSES: dict[str, Any] = {
    "mse": _of_error("mse", _square, _square_slope),
    "mae": _of_error("mae", _distance, _distance_slope),
    "huber": _of_error("huber", _huber, _huber_slope),
    "quantile": _of_error("quantile", _tilted, _tilted_slope),
    "cross-entropy": jit(by_class),
}


@cache
def loss_part(name: LossName, dtype: np.dtype[Any]) -> int:
    """Compile a loss, or load it from the disk, and return its address for `call_loss`."""
    values = types.Array(from_dtype(dtype), 1, "C")
    rows = types.Array(from_dtype(dtype), 2, "C")
    numbers, whole = types.Array(types.float64, 1, "C"), types.Array(types.int64, 1, "C")
    starts, n = types.Array(types.int64, 2, "C"), types.int64
    return address_of(
        _LOSSES[name], values, rows, whole, starts, n, n, n, whole, n, numbers, values, numbers
    )
