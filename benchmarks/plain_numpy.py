"""What a student writes: BPTT in NumPy, with a matrix product for every timestep.

The equations are those of docs/math.md. One input feature, one output, loss at every timestep.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Parameters = dict[str, Array]
GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def sigmoid(z: Array) -> Array:
    """σ(z)."""
    return 1 / (1 + np.exp(-z))


def lstm(p: Parameters, x: Array, target: Array) -> tuple[float, Parameters]:
    """Return loss and gradient of an LSTM; x and target are (T, B, 1)."""
    T, B, _ = x.shape
    H = p["W_hh"].shape[1]
    h, c = np.zeros((2, T + 1, B, H), np.float32)
    gates = []
    for t in range(T):
        z = x[t] @ p["W_ih"].T + h[t] @ p["W_hh"].T + p["b_ih"] + p["b_hh"]
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
        i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
        c[t + 1] = f * c[t] + i * g
        h[t + 1] = o * np.tanh(c[t + 1])
        gates.append((i, f, g, o))
    loss, dy, d = readout(p, h[1:], target)
    dh_next, dc_next = np.zeros((2, B, H), np.float32)
    for t in range(T - 1, -1, -1):
        i, f, g, o = gates[t]
        tanh_c = np.tanh(c[t + 1])
        dh = dh_next + dy[t] @ p["W_hy"]
        dc = dc_next + dh * o * (1 - tanh_c**2)
        dz_i, dz_f = dc * g * i * (1 - i), dc * c[t] * f * (1 - f)
        dz_g, dz_o = dc * i * (1 - g**2), dh * tanh_c * o * (1 - o)
        dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
        add(d, dz, dz, x[t], h[t])
        dh_next, dc_next = dz @ p["W_hh"], dc * f
    return loss, d


def rnn(p: Parameters, x: Array, target: Array) -> tuple[float, Parameters]:
    """Return loss and gradient of a tanh RNN; x and target are (T, B, 1)."""
    T, B, _ = x.shape
    H = p["W_hh"].shape[1]
    h = np.zeros((T + 1, B, H), np.float32)
    for t in range(T):
        h[t + 1] = np.tanh(x[t] @ p["W_ih"].T + h[t] @ p["W_hh"].T + p["b_ih"] + p["b_hh"])
    loss, dy, d = readout(p, h[1:], target)
    dh_next = np.zeros((B, H), np.float32)
    for t in range(T - 1, -1, -1):
        dz = (dh_next + dy[t] @ p["W_hy"]) * (1 - h[t + 1] ** 2)
        add(d, dz, dz, x[t], h[t])
        dh_next = dz @ p["W_hh"]
    return loss, d


def gru(p: Parameters, x: Array, target: Array) -> tuple[float, Parameters]:
    """Return loss and gradient of a GRU, PyTorch's form; x and target are (T, B, 1)."""
    T, B, _ = x.shape
    H = p["W_hh"].shape[1]
    h = np.zeros((T + 1, B, H), np.float32)
    gates = []
    for t in range(T):
        x_r, x_z, x_n = np.split(x[t] @ p["W_ih"].T + p["b_ih"], 3, axis=1)
        h_r, h_z, h_n = np.split(h[t] @ p["W_hh"].T + p["b_hh"], 3, axis=1)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * h_n)
        h[t + 1] = (1 - z) * n + z * h[t]
        gates.append((r, z, n, h_n))
    loss, dy, d = readout(p, h[1:], target)
    dh_next = np.zeros((B, H), np.float32)
    for t in range(T - 1, -1, -1):
        r, z, n, h_n = gates[t]
        dh = dh_next + dy[t] @ p["W_hy"]
        dz_n = dh * (1 - z) * (1 - n**2)
        dz_z = dh * (h[t] - n) * z * (1 - z)
        dz_r = dz_n * h_n * r * (1 - r)
        dz_x = np.concatenate([dz_r, dz_z, dz_n], axis=1)
        dz_h = np.concatenate([dz_r, dz_z, dz_n * r], axis=1)
        add(d, dz_x, dz_h, x[t], h[t])
        dh_next = dh * z + dz_h @ p["W_hh"]
    return loss, d


def readout(p: Parameters, h: Array, target: Array) -> tuple[float, Array, Parameters]:
    """Return loss, dy, and a gradient that is zero but for the readout."""
    error = h @ p["W_hy"].T + p["b_y"] - target
    dy = 2 / error.size * error
    d = {name: np.zeros_like(value) for name, value in p.items()}
    d["W_hy"] += np.einsum("tbo,tbh->oh", dy, h)
    d["b_y"] += dy.sum((0, 1))
    return float(np.mean(error**2)), dy, d


def add(d: Parameters, dz_x: Array, dz_h: Array, x: Array, h: Array) -> None:
    """Add a timestep to the gradient."""
    d["W_ih"] += dz_x.T @ x
    d["W_hh"] += dz_h.T @ h
    d["b_ih"] += dz_x.sum(0)
    d["b_hh"] += dz_h.sum(0)


def training(
    cell: str, B: int, T: int, H: int, learning_rate: float, threshold: float
) -> Callable[[int], None]:
    """Return a function that takes so many steps of Adam."""
    rng = np.random.default_rng(0)
    bound, R = 1 / math.sqrt(H), H * GATES[cell]
    shapes: dict[str, tuple[int, ...]] = {
        "W_ih": (R, 1), "W_hh": (R, H), "b_ih": (R,), "b_hh": (R,), "W_hy": (1, H), "b_y": (1,)
    }  # fmt: skip
    p = {name: rng.uniform(-bound, bound, shape).astype("f4") for name, shape in shapes.items()}
    m: dict[str, Any] = dict.fromkeys(p, 0.0)
    v: dict[str, Any] = dict.fromkeys(p, 0.0)
    x, target = rng.normal(size=(2, T, B, 1)).astype("f4")
    gradient = {"lstm": lstm, "gru": gru, "rnn": rnn}[cell]
    taken = 0

    def take(steps: int) -> None:
        nonlocal taken
        for _ in range(steps):
            taken += 1
            _, d = gradient(p, x, target)
            norm = math.sqrt(sum(float(np.sum(g**2)) for g in d.values()))
            shrink = min(1.0, threshold / norm)
            for name, raw in d.items():
                g = shrink * raw
                m[name] = 0.9 * m[name] + 0.1 * g
                v[name] = 0.999 * v[name] + 0.001 * g**2
                m_hat, v_hat = m[name] / (1 - 0.9**taken), v[name] / (1 - 0.999**taken)
                p[name] -= learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)

    return take
