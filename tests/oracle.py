"""What the kernels have to compute, in plain NumPy loops and float64.

Slow and obvious on purpose, and without an import of ours: one sample and one timestep at a time,
in the order of the textbook. The equations are those of Elman (1990) for the RNN, Hochreiter and
Schmidhuber (1997) with the forget gate of Gers et al. (2000) for the LSTM and the peepholes of Gers
et al. (2002), Cho et al. (2014) for the original GRU and those of cuDNN for the other; backward,
those of Werbos (1990). Rows are stacked i, f, g, o, or r, z, n; peepholes i, f, o.

Shapes: x (T, B, D); h and c (T+1, B, H) with the initial state first; y, dy, target (T, B, O).
Of several layers, which `forward_layers` and `backward_layers` compute, h0, c0, dh_T and dc_T are
(layers, B, H).
"""

from dataclasses import dataclass, replace

import numpy as np

from tests.oracle_rules import LOSSES, OPTIMIZERS, clip, rate_factor


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


def step(cell, p, x, h, c):
    """One sample's next hidden and cell state (0 where there is none), and its gates by name."""
    own = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}[cell.split("-")[0]]
    return own(cell, p, x, h, c)


def rnn_step(cell, p, x, h, _c):
    z = p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"]
    return np.maximum(z, 0) if cell == "rnn-relu" else np.tanh(z), 0, {}


def lstm_step(cell, p, x, h, c):
    z_i, z_f, z_g, z_o = np.split(p["W_ih"] @ x + p["b_ih"] + p["W_hh"] @ h + p["b_hh"], 4)
    p_i, p_f, p_o = peepholes(cell, p)
    i, f, g = sigmoid(z_i + p_i * c), sigmoid(z_f + p_f * c), np.tanh(z_g)
    c_next = f * c + i * g
    o = sigmoid(z_o + p_o * c_next)
    return o * np.tanh(c_next), c_next, {"i": i, "f": f, "g": g, "o": o}


def peepholes(cell, p):
    return np.split(p["p"], 3) if cell == "lstm-peephole" else (0, 0, 0)


def gru_step(cell, p, x, h, _c):
    x_r, x_z, x_n = np.split(p["W_ih"] @ x + p["b_ih"], 3)
    h_r, h_z, h_n = np.split(p["W_hh"] @ h + p["b_hh"], 3)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    if cell == "gru-original":
        W_hn, b_hn = np.split(p["W_hh"], 3)[2], np.split(p["b_hh"], 3)[2]
        n = np.tanh(x_n + W_hn @ (r * h) + b_hn)
    else:
        n = np.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h, 0, {"r": r, "z": z, "n": n}


def read_out(p, h):
    return p["W_hy"] @ h + p["b_y"]


def forward(cell, p, x, h0, c0):
    T, B, _ = x.shape
    H, O = h0.shape[1], len(p["b_y"])  # noqa: E741
    h, c = np.zeros((T + 1, B, H)), np.zeros((T + 1, B, H))
    names = {"lstm": "ifgo", "gru": "rzn"}.get(cell.split("-")[0], "")
    gates = {name: np.zeros((T, B, H)) for name in names}
    y = np.zeros((T, B, O))
    h[0], c[0] = h0, c0
    for t in range(T):
        for b in range(B):
            h[t + 1, b], c[t + 1, b], gates_now = step(cell, p, x[t, b], h[t, b], c[t, b])
            for name, values in gates_now.items():
                gates[name][t, b] = values
            y[t, b] = read_out(p, h[t + 1, b])
    return Trace(h=h, c=c, gates=gates, y=y)


def backward(cell, p, x, trace, dy, dh_T, dc_T):
    """Full BPTT from dy at every timestep and what the loss adds at the final states."""
    T, B, _ = x.shape
    d = {name: np.zeros_like(value) for name, value in p.items()}
    dx, dh0, dc0 = np.zeros_like(x), np.zeros_like(dh_T), np.zeros_like(dc_T)
    dh_total, dc_total = np.zeros_like(trace.h[1:]), np.zeros_like(trace.c[1:])
    own = {"rnn": rnn_step_gradient, "lstm": lstm_step_gradient, "gru": gru_step_gradient}
    step_gradient = own[cell.split("-")[0]]
    for b in range(B):
        dh, dc = dh_T[b], dc_T[b]  # what comes back from later timesteps
        for t in range(T - 1, -1, -1):
            d["W_hy"] += np.outer(dy[t, b], trace.h[t + 1, b])
            d["b_y"] += dy[t, b]
            dh = dh + p["W_hy"].T @ dy[t, b]
            dh_total[t, b] = dh
            moment = Moment(
                x=x[t, b],
                h=trace.h[t + 1, b],
                c=trace.c[t + 1, b],
                h_before=trace.h[t, b],
                c_before=trace.c[t, b],
                gates={name: values[t, b] for name, values in trace.gates.items()},
            )
            found, dx[t, b], dh, dc_total[t, b], dc = step_gradient(cell, p, moment, dh, dc)
            for name, value in found.items():
                d[name] += value
        dh0[b], dc0[b] = dh, dc
    return Gradients(parameters=d, x=dx, h0=dh0, c0=dc0, dh=dh_total, dc=dc_total)


@dataclass(frozen=True)
class Moment:
    """One sample at one timestep, with the states before it."""

    x: np.ndarray
    h: np.ndarray
    c: np.ndarray
    h_before: np.ndarray
    c_before: np.ndarray
    gates: dict


def products(p, at, dz_x, dz_h, h_read):
    """Gradients of the matrices and biases from those of what they add to, and dx."""
    d = {
        "W_ih": np.outer(dz_x, at.x),
        "W_hh": np.outer(dz_h, h_read),
        "b_ih": dz_x,
        "b_hh": dz_h,
    }
    return d, p["W_ih"].T @ dz_x


# Each returns the gradients of the parameters, dx, dh_{t-1} without the readout's, the total dc_t,
# and dc_{t-1}.


def rnn_step_gradient(cell, p, at, dh, _dc):
    dz = dh * (at.h > 0) if cell == "rnn-relu" else dh * (1 - at.h**2)
    d, dx = products(p, at, dz, dz, at.h_before)
    return d, dx, p["W_hh"].T @ dz, 0, 0


def lstm_step_gradient(cell, p, at, dh, dc):
    i, f, g, o = (at.gates[name] for name in "ifgo")
    p_i, p_f, p_o = peepholes(cell, p)
    dz_o = dh * np.tanh(at.c) * o * (1 - o)
    dc_t = dc + dh * o * (1 - np.tanh(at.c) ** 2) + p_o * dz_o
    dz_i = dc_t * g * i * (1 - i)
    dz_f = dc_t * at.c_before * f * (1 - f)
    dz_g = dc_t * i * (1 - g**2)
    dz = np.concatenate([dz_i, dz_f, dz_g, dz_o])
    d, dx = products(p, at, dz, dz, at.h_before)
    if cell == "lstm-peephole":
        d["p"] = np.concatenate([dz_i * at.c_before, dz_f * at.c_before, dz_o * at.c])
    return d, dx, p["W_hh"].T @ dz, dc_t, dc_t * f + p_i * dz_i + p_f * dz_f


def gru_step_gradient(cell, p, at, dh, _dc):
    r, z, n = (at.gates[name] for name in "rzn")
    H, h = len(r), at.h_before
    W_hr, W_hz, W_hn = np.split(p["W_hh"], 3)
    dz_n = dh * (1 - z) * (1 - n**2)
    dz_z = dh * (h - n) * z * (1 - z)
    if cell == "gru-original":
        d_read = W_hn.T @ dz_n  # with respect to r * h
        dz_r = d_read * h * r * (1 - r)
        through_n, dz_hn = d_read * r, dz_n
    else:
        h_n = W_hn @ h + p["b_hh"][2 * H :]
        dz_r = dz_n * h_n * r * (1 - r)
        dz_hn = dz_n * r
        through_n = W_hn.T @ dz_hn
    dz_x = np.concatenate([dz_r, dz_z, dz_n])
    dz_h = np.concatenate([dz_r, dz_z, dz_hn])
    d, dx = products(p, at, dz_x, dz_h, h)
    if cell == "gru-original":
        d["W_hh"][2 * H :] = np.outer(dz_n, r * h)
    return d, dx, dh * z + W_hr.T @ dz_r + W_hz.T @ dz_z + through_n, 0, 0


def layer_count(p):
    """Layers of a network, from the names of its parameters."""
    return sum(name.startswith("W_hh") for name in p)


def parameters_of_layer(p, n):
    """One layer's parameters under the names of a single one.

    The readout of a layer that is not the last is the identity: its output is what the next reads.
    """
    names = {name: f"{name}_{n}" if n else name for name in ("W_ih", "W_hh", "b_ih", "b_hh", "p")}
    own = {name: p[numbered] for name, numbered in names.items() if numbered in p}
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


def embedding_gradient(p, tokens, dx):
    """What reaches each row of the embedding (V, D) from dx (T, B, D)."""
    d = np.zeros_like(p["embedding"])
    for t, b in np.ndindex(tokens.shape):
        d[tokens[t, b]] += dx[t, b]
    return d


def windows(series, starts, T):
    """Return (T, B, features): the rows start … start+T−1 of each window."""
    return np.stack([series[start : start + T] for start in starts], axis=1)


def train(
    cell, p, optimizer, series, targets, starts, *, T, first, learning_rate, threshold, limit=0,
    settings=None, loss="mse", loss_settings=None, schedule=None, carry=None,
):  # fmt: skip
    """One step for each row of `starts`. Returns parameters, losses, norms.

    Samples start from zero states, or where carry[s, b], from those in which the step before ended.
    """
    rule, losses, norms = OPTIMIZERS[optimizer](**settings or {}), [], []
    zero = np.zeros((layer_count(p), starts.shape[1], p["W_hh"].shape[1]))
    h0, c0 = zero, zero
    for step, batch in enumerate(starts):
        if carry is not None:
            kept = carry[step][:, np.newaxis]
            h0, c0 = np.where(kept, h0, 0), np.where(kept, c0, 0)
        read, target = windows(series, batch, T), windows(targets, batch, T)
        x = p["embedding"][read] if "embedding" in p else read
        traces = forward_layers(cell, p, x, h0, c0)
        error, dy = LOSSES[loss](traces[-1].y, target, first, **loss_settings or {})
        found = backward_layers(cell, p, x, traces, dy, zero, zero)[0]
        gradients = found.parameters
        if "embedding" in p:
            gradients = gradients | {"embedding": embedding_gradient(p, read, found.x)}
        gradients, norm = clip(gradients, threshold, limit)
        factor = rate_factor(**{"name": "constant", "step": step, **(schedule or {})})
        p = rule.update(p, gradients, learning_rate * factor)
        losses.append(error)
        norms.append(norm)
        if carry is not None:
            h0, c0 = (np.stack([getattr(trace, name)[-1] for trace in traces]) for name in "hc")
    return p, np.array(losses), np.array(norms)


def predict(cell, p, series, starts, T):
    """Output after the last timestep of each window, (n, O)."""
    zero = np.zeros((layer_count(p), len(starts), p["W_hh"].shape[1]))
    return forward_layers(cell, p, windows(series, starts, T), zero, zero)[-1].y[-1]
