"""Gradient clipping and the rules by which a gradient moves the parameters, as in PyTorch.

Clipping by value:                             g ← min(max(g, −limit), limit)
Clipping by the global norm, after that        g ← g θ/‖g‖ where ‖g‖ > θ
(Pascanu, Mikolov and Bengio 2013):

In the rules η is the learning rate, λ the weight decay, μ the momentum, k the number of this
update, from 1. All but AdamW add the decay to the gradient: g ← g + λ p.

SGD:    m ← μ m + g,   p ← p − η m;   with Nesterov's momentum (Sutskever et al. 2013)
                       p ← p − η (g + μ m)
RMSprop (Hinton 2012):
        v ← α v + (1 − α) g²
        m ← μ m + g / (√v + ε),   p ← p − η m
Adam (Kingma and Ba 2015):
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        p ← p − η m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵏ),   v̂ = v/(1 − β₂ᵏ)
AdamW (Loshchilov and Hutter 2019):
        p ← (1 − η λ) p, then as Adam
"""

import math
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numba import from_dtype, types

from rnn_kernels.arrays import Array, aligned_zeros, float_type, positive_int
from rnn_kernels.checks import check_array, check_floats, check_number
from rnn_kernels.jit import address_of, caller, copy_with, jit, jit_part
from rnn_kernels.products import squared_norm

OptimizerName: TypeAlias = Literal["sgd", "rmsprop", "adam", "adamw"]

DEFAULTS: dict[str, dict[str, float]] = {
    "sgd": {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
    "rmsprop": {"smoothing": 0.99, "epsilon": 1e-8, "momentum": 0.0, "weight_decay": 0.0},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
}
"""Settings of each rule in the order in which compiled code takes them, with PyTorch's defaults."""
DECOUPLED = BY_VALUE = False
"""Whether the weight decay is AdamW's, and values are clipped: constants of a copy of the code."""
BELOW_ONE = ("momentum", "smoothing", "beta1", "beta2")

call_update = caller("p g m v settings rates s count")
call_clip = caller("gradient limits norms s")


class Optimizer:
    """An update rule with its state.

    Parameters
    ----------
    name : {"sgd", "rmsprop", "adam", "adamw"}
    size : int
        Number of parameters.
    dtype : float32 or float64
    settings : float
        Those of the rule in `DEFAULTS`, by name. `smoothing` is α.

    Attributes
    ----------
    m : array, shape (size,)
        Adam's first moment, or the momentum; empty in a rule without.
    v : array, shape (size,)
        Adam's second moment, or the mean square of RMSprop; empty for SGD.
    step_count : int
        Updates so far.
    settings : float64 array
        As compiled code takes them.

    Raises
    ------
    ValueError
        The name or a setting is unknown, a setting out of range, the size no positive whole
        number, or the dtype no float.
    """

    def __init__(self, name: OptimizerName, *, size: int, dtype: Any, **settings: float) -> None:
        if name not in DEFAULTS:
            known = ", ".join(DEFAULTS)
            raise ValueError(f"name: got {name!r}, expected one of {known}")
        self.name: OptimizerName = name
        self.size = positive_int("size", size)
        self.dtype = float_type(dtype)
        chosen = {**DEFAULTS[name], **settings}
        _check_settings(name, chosen)
        self.settings = np.array(list(chosen.values()), np.float64)
        moments = name in {"adam", "adamw"}
        self.m = self._zeros(moments or chosen["momentum"] > 0)
        self.v = self._zeros(moments or name == "rmsprop")
        self.step_count = 0

    @staticmethod
    def settings_of(name: OptimizerName) -> tuple[str, ...]:
        """Return the names of the settings that a rule has."""
        return tuple(DEFAULTS[name])

    def _zeros(self, used: bool) -> Array:
        return aligned_zeros((self.size if used else 0,), self.dtype)

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Move the parameters, in place, one step against the gradient.

        Raises
        ------
        ValueError
            An array does not fit the optimizer, or the learning rate is not above 0.
        """
        check_array("parameters", parameters, (self.size,), self.dtype, writable=True)
        check_array("gradient", gradient, (self.size,), self.dtype)
        check_number("learning_rate", learning_rate, positive=True)
        _update(
            update_part(self.name, self.dtype), parameters, gradient, self.m, self.v,
            self.settings, np.array([float(learning_rate)]), self.step_count + 1,
        )  # fmt: skip
        self.step_count += 1


def _check_settings(name: str, settings: dict[str, float]) -> None:
    for key, value in settings.items():
        if key not in DEFAULTS[name]:
            known = ", ".join(DEFAULTS[name])
            raise ValueError(f"{key}: {name} has no such setting, it has {known}")
        check_number(key, value, positive=key == "epsilon")
        if key in BELOW_ONE and value >= 1:
            raise ValueError(f"{key}: got {value!r}, expected a number from 0 to below 1")
    if settings.get("nesterov") and not settings["momentum"]:
        raise ValueError("nesterov: got True without momentum, expected a momentum above 0")


def clip_by_global_norm(gradient: Array, threshold: float) -> float:
    """Scale the gradient, in place, down to a norm of at most `threshold`.

    Parameters
    ----------
    gradient : array, shape (size,)
        float32 or float64, contiguous.
    threshold : float
        Largest norm; 0 only measures.

    Returns
    -------
    float
        The norm before clipping, summed in float64.

    Raises
    ------
    ValueError
        The gradient is no contiguous vector of floats, or the threshold is below 0.
    """
    return _clipped(gradient, "threshold", threshold, 0)


def clip_by_value(gradient: Array, limit: float) -> float:
    """Bring every element of the gradient, in place, into −limit … limit.

    Parameters
    ----------
    gradient : array, shape (size,)
        float32 or float64, contiguous.
    limit : float
        Largest element; 0 only measures.

    Returns
    -------
    float
        The global norm before clipping, summed in float64.

    Raises
    ------
    ValueError
        The gradient is no contiguous vector of floats, or the limit is below 0.
    """
    return _clipped(gradient, "limit", limit, 1)


def _clipped(gradient: Array, name: str, value: float, place: int) -> float:
    check_array("gradient", gradient, (None,), check_floats("gradient", gradient), writable=True)
    check_number(name, value, positive=False)
    limits, norms = np.zeros(2), np.empty(1)
    limits[place] = value
    _clip(clip_part(gradient.dtype, by_value=limits[1] > 0), gradient, limits, norms)
    return float(norms[0])


def clip(gradient: Array, limits: Array, norms: Array, s: int) -> None:
    """Fill norms[s] with the norm before, and clip: limits are θ and the limit of a value.

    A θ of 0 clips nothing, nor is a gradient clipped whose norm is not finite.
    """
    norm = math.sqrt(squared_norm(gradient))
    norms[s] = norm
    if not norm < math.inf:
        return
    if BY_VALUE:
        limit = gradient.dtype.type(limits[1])
        for k in range(gradient.size):
            gradient[k] = min(max(gradient[k], -limit), limit)
        norm = math.sqrt(squared_norm(gradient))
    threshold = limits[0]
    if threshold > 0 and norm > threshold:
        scale = gradient.dtype.type(threshold / norm)
        for k in range(gradient.size):
            gradient[k] *= scale


_clip_by_norm = jit_part(copy_with(clip, "by_norm", BY_VALUE=False))
_clip_by_both = jit_part(copy_with(clip, "by_both", BY_VALUE=True))


def _sgd(
    p: Array, g: Array, m: Array, _v: Array, settings: Array, rates: Array, s: int, _count: int
) -> None:
    number = p.dtype.type
    rate, decay, momentum = number(rates[s]), number(settings[2]), number(settings[0])
    nesterov = settings[1] != 0
    if momentum == 0:
        for k in range(p.size):
            p[k] -= rate * (g[k] + decay * p[k])
        return
    for k in range(p.size):
        gradient = g[k] + decay * p[k]
        moment = momentum * m[k] + gradient
        m[k] = moment
        p[k] -= rate * (gradient + momentum * moment if nesterov else moment)


def _rmsprop(
    p: Array, g: Array, m: Array, v: Array, settings: Array, rates: Array, s: int, _count: int
) -> None:
    number = p.dtype.type
    smoothing, rest = number(settings[0]), number(1 - settings[0])
    rate, epsilon = number(rates[s]), number(settings[1])
    momentum, decay = number(settings[2]), number(settings[3])
    for k in range(p.size):
        gradient = g[k] + decay * p[k]
        second = smoothing * v[k] + rest * gradient * gradient
        v[k] = second
        step = gradient / (np.sqrt(second) + epsilon)
        if momentum > 0:
            step += momentum * m[k]
            m[k] = step
        p[k] -= rate * step


def _adam(
    p: Array, g: Array, m: Array, v: Array, settings: Array, rates: Array, s: int, count: int
) -> None:
    number = p.dtype.type
    beta1, beta2, epsilon = number(settings[0]), number(settings[1]), number(settings[2])
    rest1, rest2 = number(1 - settings[0]), number(1 - settings[1])
    rate = number(rates[s] / (1 - settings[0] ** count))
    unbias = number(1 / (1 - settings[1] ** count))
    shrink, decay = number(1), number(settings[3])
    if DECOUPLED:
        shrink, decay = number(1 - rates[s] * settings[3]), number(0)
    for k in range(p.size):
        before = shrink * p[k]
        gradient = g[k] + decay * before
        first = beta1 * m[k] + rest1 * gradient
        second = beta2 * v[k] + rest2 * gradient * gradient
        m[k] = first
        v[k] = second
        p[k] = before - rate * first / (np.sqrt(second * unbias) + epsilon)


_RULES: dict[str, Any] = {
    "sgd": jit_part(_sgd),
    "rmsprop": jit_part(_rmsprop),
    "adam": jit_part(copy_with(_adam, "coupled", DECOUPLED=False)),
    "adamw": jit_part(copy_with(_adam, "decoupled", DECOUPLED=True)),
}


@cache
def update_part(name: OptimizerName, dtype: np.dtype[Any]) -> int:
    """Compile a rule, or load it from the disk, and return its address for `call_update`."""
    values, n = types.Array(from_dtype(dtype), 1, "C"), types.int64
    numbers = types.Array(types.float64, 1, "C")
    return address_of(_RULES[name], values, values, values, values, numbers, numbers, n, n)


@cache
def clip_part(dtype: np.dtype[Any], *, by_value: bool) -> int:
    """Compile clipping, or load it from the disk, and return its address for `call_clip`."""
    values, numbers = types.Array(from_dtype(dtype), 1, "C"), types.Array(types.float64, 1, "C")
    clip = _clip_by_both if by_value else _clip_by_norm
    return address_of(clip, values, numbers, numbers, types.int64)


@jit
def _update(
    update: int, p: Array, g: Array, m: Array, v: Array, settings: Array, rates: Array, count: int
) -> None:
    """Let Python call a rule."""
    call_update(update, p, g, m, v, settings, rates, 0, count)


@jit
def _clip(clip: int, gradient: Array, limits: Array, norms: Array) -> None:
    """Let Python call a clipping."""
    call_clip(clip, gradient, limits, norms, 0)
