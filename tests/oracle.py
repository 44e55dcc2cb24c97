"""What the kernels have to compute, in plain NumPy loops and float64.

Slow and obvious on purpose, and without an import of ours: one sample and one timestep at a time,
in the order of the textbook. The equations are those of Elman (1990) for the tanh RNN, Hochreiter
and Schmidhuber (1997) with the forget gate of Gers et al. (2000) for the LSTM; backward, those of
Werbos (1990). Rows are stacked i, f, g, o.

Shapes: x (T, B, D); h and c (T+1, B, H) with the initial state first; y, dy, target (T, B, O).
Of several layers, which `forward_layers` and `backward_layers` compute, h0, c0, dh_T and dc_T are
(layers, B, H).
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Trace:
    """A forward pass. `gates` maps each gate to its activations (T, B, H); empty in an RNN."""

    h: np.ndarray
    c: np.ndarray
    gates: dict
    y: np.ndarray


@dataclass(frozen=True)
class Gradients:
    """Derivatives of the loss; `dh` and `dc` (T, B, H) are total: through time and readout."""

    parameters: dict
    x: np.ndarray
    h0: np.ndarray
    c0: np.ndarray
    dh: np.ndarray
    dc: np.ndarray

    @property
    def dh_norm(self):
        return np.array([np.linalg.norm(dh_t) for dh_t in self.dh])

    @property
    def dc_norm(self):
        return np.array([np.linalg.norm(dc_t) for dc_t in self.dc])


def sigmoid(z):
    with np.errstate(over="ignore"):  # exp(-z) = inf is σ = 0
        return 1 / (1 + np.exp(-z))


def rnn_step(p, x, h):
    """One sample's next hidden state."""
    return np.tanh(p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"])


def lstm_step(p, x, h, c):
    """One sample's next hidden and cell state, and its gates by name."""
    z_i, z_f, z_g, z_o = np.split(p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"], 4)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next, {"i": i, "f": f, "g": g, "o": o}


def read_out(p, h):
    return p["W_hy"] @ h + p["b_y"]


def forward(cell, p, x, h0, c0):
    T, B, _ = x.shape
    H, O = h0.shape[1], len(p["b_y"])  # noqa: E741
    h, c = np.zeros((T + 1, B, H)), np.zeros((T + 1, B, H))
    gates = {name: np.zeros((T, B, H)) for name in ("ifgo" if cell == "lstm" else "")}
    y = np.zeros((T, B, O))
    h[0], c[0] = h0, c0
    for t in range(T):
        for b in range(B):
            if cell == "lstm":
                h[t + 1, b], c[t + 1, b], gates_now = lstm_step(p, x[t, b], h[t, b], c[t, b])
                for name, values in gates_now.items():
                    gates[name][t, b] = values
            else:
                h[t + 1, b] = rnn_step(p, x[t, b], h[t, b])
            y[t, b] = read_out(p, h[t + 1, b])
    return Trace(h=h, c=c, gates=gates, y=y)


def backward(cell, p, x, trace, dy, dh_T, dc_T):
    """Full BPTT from dy at every timestep and what the loss adds at the final states."""
    T, B, _ = x.shape
    d = {name: np.zeros_like(value) for name, value in p.items()}
    dx, dh0, dc0 = np.zeros_like(x), np.zeros_like(dh_T), np.zeros_like(dc_T)
    dh_total, dc_total = np.zeros_like(trace.h[1:]), np.zeros_like(trace.c[1:])
    for b in range(B):
        dh, dc = dh_T[b], dc_T[b]  # what comes back from later timesteps
        for t in range(T - 1, -1, -1):
            h_t, h_before = trace.h[t + 1, b], trace.h[t, b]
            d["W_hy"] += np.outer(dy[t, b], h_t)
            d["b_y"] += dy[t, b]
            dh = dh + p["W_hy"].T @ dy[t, b]
            if cell == "lstm":
                gates = {name: values[t, b] for name, values in trace.gates.items()}
                dz, dc_t, dc = lstm_step_gradient(
                    dh, dc, gates, c=trace.c[t + 1, b], c_before=trace.c[t, b]
                )
                dc_total[t, b] = dc_t
            else:
                dz = dh * (1 - h_t**2)
            dh_total[t, b] = dh
            d["W_ih"] += np.outer(dz, x[t, b])
            d["W_hh"] += np.outer(dz, h_before)
            d["b_ih"] += dz
            d["b_hh"] += dz
            dx[t, b] = p["W_ih"].T @ dz
            dh = p["W_hh"].T @ dz
        dh0[b], dc0[b] = dh, dc
    return Gradients(parameters=d, x=dx, h0=dh0, c0=dc0, dh=dh_total, dc=dc_total)


def layer_count(p):
    """Layers of a network, from the names of its parameters."""
    return sum(name.startswith("W_hh") for name in p)


def parameters_of_layer(p, n):
    """One layer's parameters under the names of a single one.

    The readout of a layer that is not the last is the identity: its output is what the next reads.
    """
    names = {name: f"{name}_{n}" if n else name for name in ("W_ih", "W_hh", "b_ih", "b_hh")}
    own = {name: p[numbered] for name, numbered in names.items()}
    if n + 1 == layer_count(p):
        return own | {"W_hy": p["W_hy"], "b_y": p["b_y"]}
    H = p["W_hh"].shape[1]
    return own | {"W_hy": np.eye(H), "b_y": np.zeros(H)}


def forward_layers(cell, p, x, h0, c0):
    """A trace for each layer; the network's output is the last one's."""
    traces = []
    for n in range(layer_count(p)):
        traces.append(forward(cell, parameters_of_layer(p, n), x, h0[n], c0[n]))
        x = traces[-1].y
    return traces


def backward_layers(cell, p, x, traces, dy, dh_T, dc_T):
    """Gradients for each layer; all parameters' are in the first one's, by the network's names."""
    found, parameters = [], {}
    for n in range(len(traces) - 1, -1, -1):
        read = traces[n - 1].y if n else x
        own = backward(cell, parameters_of_layer(p, n), read, traces[n], dy, dh_T[n], dc_T[n])
        top = n + 1 == len(traces)
        for name, gradient in own.parameters.items():
            if name in ("W_hy", "b_y"):
                parameters |= {name: gradient} if top else {}
            else:
                parameters[f"{name}_{n}" if n else name] = gradient
        found.insert(0, own)
        dy = own.x
    found[0] = replace(found[0], parameters=parameters)
    return found


def lstm_step_gradient(dh, dc, gates, c, c_before):
    """Return dz (4H,), the total derivative ∂L/∂c_t, and what goes on to c_{t-1}."""
    i, f, g, o = gates["i"], gates["f"], gates["g"], gates["o"]
    dc_t = dc + dh * o * (1 - np.tanh(c) ** 2)
    dz_i = dc_t * g * i * (1 - i)
    dz_f = dc_t * c_before * f * (1 - f)
    dz_g = dc_t * i * (1 - g**2)
    dz_o = dh * np.tanh(c) * o * (1 - o)
    return np.concatenate([dz_i, dz_f, dz_g, dz_o]), dc_t, dc_t * f


def mse(y, target, first):
    """Mean squared error over the timesteps from `first` on, and its gradient."""
    T, B, O = y.shape  # noqa: E741
    count = (T - first) * B * O
    loss, dy = 0.0, np.zeros_like(y)
    for t in range(first, T):
        for b in range(B):
            for k in range(O):
                error = y[t, b, k] - target[t, b, k]
                loss += error**2 / count
                dy[t, b, k] = 2 * error / count
    return loss, dy


def global_norm(gradients):
    return math.sqrt(sum(float(np.sum(gradient**2)) for gradient in gradients.values()))


def clip(gradients, threshold):
    """Pascanu et al. (2013); a threshold of 0 clips nothing. Returns the norm before as well."""
    norm = global_norm(gradients)
    if threshold > 0 and norm > threshold:
        gradients = {name: gradient * threshold / norm for name, gradient in gradients.items()}
    return gradients, norm


@dataclass
class SGD:
    def update(self, p, gradients, learning_rate):
        return {name: p[name] - learning_rate * gradients[name] for name in p}


@dataclass
class Adam:
    """Kingma and Ba (2015), algorithm 1."""

    k: int = 0
    m: dict = field(default_factory=dict)
    v: dict = field(default_factory=dict)

    def update(self, p, gradients, learning_rate):
        self.k += 1
        updated = {}
        for name, g in gradients.items():
            self.m[name] = 0.9 * self.m.get(name, 0) + 0.1 * g
            self.v[name] = 0.999 * self.v.get(name, 0) + 0.001 * g**2
            m_hat = self.m[name] / (1 - 0.9**self.k)
            v_hat = self.v[name] / (1 - 0.999**self.k)
            updated[name] = p[name] - learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)
        return updated


OPTIMIZERS = {"sgd": SGD, "adam": Adam}


def windows(series, starts, T):
    """Return (T, B, features): the rows start … start+T−1 of each window."""
    return np.stack([series[start : start + T] for start in starts], axis=1)


def train(
    cell, p, optimizer, series, targets, starts, *, T, first, learning_rate, threshold, carry=None
):
    """One step for each row of `starts`. Returns parameters, losses, norms.

    Samples start from zero states, or where carry[s, b], from those in which the step before ended.
    """
    rule, losses, norms = OPTIMIZERS[optimizer](), [], []
    zero = np.zeros((layer_count(p), starts.shape[1], p["W_hh"].shape[1]))
    h0, c0 = zero, zero
    for s, batch in enumerate(starts):
        if carry is not None:
            kept = carry[s][:, np.newaxis]
            h0, c0 = np.where(kept, h0, 0), np.where(kept, c0, 0)
        x, target = windows(series, batch, T), windows(targets, batch, T)
        traces = forward_layers(cell, p, x, h0, c0)
        loss, dy = mse(traces[-1].y, target, first)
        gradients = backward_layers(cell, p, x, traces, dy, zero, zero)[0].parameters
        gradients, norm = clip(gradients, threshold)
        p = rule.update(p, gradients, learning_rate)
        losses.append(loss)
        norms.append(norm)
        if carry is not None:
            h0, c0 = (np.stack([getattr(trace, name)[-1] for trace in traces]) for name in "hc")
    return p, np.array(losses), np.array(norms)


def predict(cell, p, series, starts, T):
    """Output after the last timestep of each window, (n, O)."""
    zero = np.zeros((layer_count(p), len(starts), p["W_hh"].shape[1]))
    return forward_layers(cell, p, windows(series, starts, T), zero, zero)[-1].y[-1]
