"""The training step in JAX: scan over the timesteps, jit around the step, gradients by autodiff."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from plain_numpy import GATES


def lstm(p: Any, carry: Any, x: Any) -> Any:
    """One timestep of an LSTM."""
    h, c = carry
    z = x @ p["W_ih"].T + p["b_ih"] + h @ p["W_hh"].T + p["b_hh"]
    i, f, g, o = jnp.split(z, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def gru(p: Any, carry: Any, x: Any) -> Any:
    """One timestep of a GRU, PyTorch's form."""
    h, c = carry
    x_r, x_z, x_n = jnp.split(x @ p["W_ih"].T + p["b_ih"], 3, axis=1)
    h_r, h_z, h_n = jnp.split(h @ p["W_hh"].T + p["b_hh"], 3, axis=1)
    z = jax.nn.sigmoid(x_z + h_z)
    n = jnp.tanh(x_n + jax.nn.sigmoid(x_r + h_r) * h_n)
    h = (1 - z) * n + z * h
    return (h, c), h


def rnn(p: Any, carry: Any, x: Any) -> Any:
    """One timestep of a tanh RNN."""
    h, c = carry
    h = jnp.tanh(x @ p["W_ih"].T + p["b_ih"] + h @ p["W_hh"].T + p["b_hh"])
    return (h, c), h


def training(
    cell: str, B: int, T: int, H: int, learning_rate: float, threshold: float
) -> Callable[[int], None]:
    """Return a function that takes so many steps of Adam."""
    timestep = {"lstm": lstm, "gru": gru, "rnn": rnn}[cell]
    rng = np.random.default_rng(0)
    bound, R = 1 / math.sqrt(H), H * GATES[cell]
    shapes: dict[str, tuple[int, ...]] = {
        "W_ih": (R, 1), "W_hh": (R, H), "b_ih": (R,), "b_hh": (R,), "W_hy": (1, H), "b_y": (1,)
    }  # fmt: skip
    p = {name: rng.uniform(-bound, bound, shape).astype("f4") for name, shape in shapes.items()}
    x, target = (jnp.asarray(a) for a in rng.normal(size=(2, T, B, 1)).astype("f4"))

    def loss(p: Any) -> Any:
        zero = jnp.zeros((B, H), jnp.float32)
        _, h = jax.lax.scan(lambda carry, x_t: timestep(p, carry, x_t), (zero, zero), x)
        return jnp.mean((h @ p["W_hy"].T + p["b_y"] - target) ** 2)

    @jax.jit
    def step(p: Any, m: Any, v: Any, k: Any) -> Any:
        d = jax.grad(loss)(p)
        norm = jnp.sqrt(sum(jnp.sum(g**2) for g in d.values()))
        shrink = jnp.minimum(1.0, threshold / norm)
        m = {name: 0.9 * m[name] + 0.1 * shrink * g for name, g in d.items()}
        v = {name: 0.999 * v[name] + 0.001 * (shrink * g) ** 2 for name, g in d.items()}
        rate, unbias = learning_rate / (1 - 0.9**k), 1 / (1 - 0.999**k)
        p = {n: p[n] - rate * m[n] / (jnp.sqrt(v[n] * unbias) + 1e-8) for n in p}
        return p, m, v, k + 1

    zeros = {name: jnp.zeros(shape, jnp.float32) for name, shape in shapes.items()}
    state: Any = ({name: jnp.asarray(a) for name, a in p.items()}, zeros, zeros, jnp.float32(1))

    def take(steps: int) -> None:
        nonlocal state
        for _ in range(steps):
            state = step(*state)
        jax.block_until_ready(state)

    return take
