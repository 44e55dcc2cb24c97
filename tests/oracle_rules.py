"""What losses, optimizers and schedules have to compute, in plain NumPy loops and float64.

Slow and obvious on purpose, and without an import of ours, as `oracle`. Parameters and gradients
are dictionaries of arrays; y is (T, B, O).
"""

import math
from dataclasses import dataclass, field

import numpy as np


def over_outputs(y, first, of_output):
    """Mean of loss and slope over the outputs of the timesteps from `first` on."""
    T, B, O = y.shape  # noqa: E741
    count = (T - first) * B * O
    loss, dy = 0.0, np.zeros_like(y)
    for t in range(first, T):
        for b in range(B):
            for k in range(O):
                value, slope = of_output(t, b, k)
                loss += value / count
                dy[t, b, k] = slope / count
    return loss, dy


def mse(y, target, first):
    """Mean squared error over the timesteps from `first` on, and its gradient."""

    def of_output(t, b, k):
        error = y[t, b, k] - target[t, b, k]
        return error**2, 2 * error

    return over_outputs(y, first, of_output)


def mae(y, target, first):
    def of_output(t, b, k):
        error = y[t, b, k] - target[t, b, k]
        return abs(error), np.sign(error)

    return over_outputs(y, first, of_output)


def huber(y, target, first, *, delta):
    """Huber (1964)."""

    def of_output(t, b, k):
        error = y[t, b, k] - target[t, b, k]
        if abs(error) <= delta:
            return error**2 / 2, error
        return delta * (abs(error) - delta / 2), delta * np.sign(error)

    return over_outputs(y, first, of_output)


def quantile(y, target, first, *, quantiles):
    """Koenker and Bassett (1978); outputs of one target lie side by side."""

    def of_output(t, b, k):
        q, truth = quantiles[k % len(quantiles)], target[t, b, k // len(quantiles)]
        if truth > y[t, b, k]:
            return q * (truth - y[t, b, k]), -q
        if truth < y[t, b, k]:
            return (1 - q) * (y[t, b, k] - truth), 1 - q
        return 0.0, 0.0

    return over_outputs(y, first, of_output)


def cross_entropy(y, target, first):
    """Mean of −ln softmax(y)[class] over timesteps and batch."""
    T, B, O = y.shape  # noqa: E741
    count = (T - first) * B
    loss, dy = 0.0, np.zeros_like(y)
    for t in range(first, T):
        for b in range(B):
            shares = np.exp(y[t, b] - y[t, b].max())
            shares /= shares.sum()
            loss -= math.log(shares[target[t, b]]) / count
            for k in range(O):
                dy[t, b, k] = (shares[k] - (k == target[t, b])) / count
    return loss, dy


LOSSES = {
    "mse": mse, "mae": mae, "huber": huber, "quantile": quantile, "cross-entropy": cross_entropy,
}  # fmt: skip


def global_norm(gradients):
    return math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))


def clip(gradients, threshold, limit=0):
    """By value, then by norm (Pascanu et al. 2013); 0 clips nothing. Returns the norm before."""
    before = global_norm(gradients)
    if limit > 0:
        gradients = {name: np.clip(g, -limit, limit) for name, g in gradients.items()}
    norm = global_norm(gradients)
    if threshold > 0 and norm > threshold:
        gradients = {name: gradient * threshold / norm for name, gradient in gradients.items()}
    return gradients, before


@dataclass
class SGD:
    """As PyTorch documents it: the momentum of the first step is the gradient."""

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    m: dict = field(default_factory=dict)

    def update(self, p, gradients, learning_rate):
        updated = {}
        for name in p:
            g = gradients[name] + self.weight_decay * p[name]
            if self.momentum:
                self.m[name] = self.momentum * self.m[name] + g if name in self.m else g
                g = g + self.momentum * self.m[name] if self.nesterov else self.m[name]
            updated[name] = p[name] - learning_rate * g
        return updated


@dataclass
class RMSprop:
    """Hinton (2012), with PyTorch's momentum."""

    smoothing: float = 0.99
    epsilon: float = 1e-8
    momentum: float = 0.0
    weight_decay: float = 0.0
    m: dict = field(default_factory=dict)
    v: dict = field(default_factory=dict)

    def update(self, p, gradients, learning_rate):
        updated = {}
        for name in p:
            g = gradients[name] + self.weight_decay * p[name]
            self.v[name] = self.smoothing * self.v.get(name, 0) + (1 - self.smoothing) * g**2
            step = g / (np.sqrt(self.v[name]) + self.epsilon)
            self.m[name] = self.momentum * self.m.get(name, 0) + step
            updated[name] = p[name] - learning_rate * self.m[name]
        return updated


@dataclass
class Adam:
    """Kingma and Ba (2015), algorithm 1."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    k: int = 0
    m: dict = field(default_factory=dict)
    v: dict = field(default_factory=dict)

    def update(self, p, gradients, learning_rate):
        return self.moved(
            p, {n: g + self.weight_decay * p[n] for n, g in gradients.items()}, learning_rate
        )

    def moved(self, p, gradients, learning_rate):
        self.k += 1
        updated = {}
        for name, g in gradients.items():
            self.m[name] = self.beta1 * self.m.get(name, 0) + (1 - self.beta1) * g
            self.v[name] = self.beta2 * self.v.get(name, 0) + (1 - self.beta2) * g**2
            m_hat = self.m[name] / (1 - self.beta1**self.k)
            v_hat = self.v[name] / (1 - self.beta2**self.k)
            updated[name] = p[name] - learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return updated


@dataclass
class AdamW(Adam):
    """Loshchilov and Hutter (2019), algorithm 2."""

    weight_decay: float = 0.01

    def update(self, p, gradients, learning_rate):
        decayed = {name: (1 - learning_rate * self.weight_decay) * p[name] for name in p}
        return self.moved(decayed, gradients, learning_rate)


OPTIMIZERS = {"sgd": SGD, "rmsprop": RMSprop, "adam": Adam, "adamw": AdamW}


def rate_factor(name, step, *, steps=1, decay=0.1, floor=0.0, warm_up=0):
    """Share of the learning rate at a step, from 0."""
    if step < warm_up:
        return (step + 1) / warm_up
    since = step - warm_up
    if name == "cosine":
        turn = math.pi if since >= steps else math.pi * since / steps
        return floor + (1 - floor) * (1 + math.cos(turn)) / 2
    if name == "step":
        factor = 1.0
        while since >= steps:
            factor, since = factor * decay, since - steps
        return factor
    if name == "exponential":
        return math.exp(math.log(decay) * since / steps)
    return 1.0
