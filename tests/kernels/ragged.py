"""Problems whose samples have lengths of their own, solved by the kernels and by the oracle.

The oracle solves one sample after another, each as long as it is.
"""

import numpy as np

from rnn_kernels import backward, forward
from tests import oracle
from tests.kernels.support import GATES, blank, by_layer, ending, left_in


def random_lengths(T, B, first=0, seed=0):
    """Lengths from 1 to T, the longest first and longer than `first`."""
    rng = np.random.default_rng(seed)
    lengths = np.sort(rng.integers(1, T + 1, B))[::-1].copy()
    lengths[0] = max(lengths[0], first + 1)
    return lengths


def counted(lengths, T, first):
    """Which timesteps of which samples the loss counts, (T, B)."""
    t = np.arange(T)[:, np.newaxis]
    return (t >= first) & (t < lengths)


def error(y, target, lengths, first):
    """The mean squared error over what counts, and its gradient, zero elsewhere."""
    counts = counted(lengths, len(y), first)[:, :, np.newaxis]
    n = counts.sum() * y.shape[2]
    difference = np.where(counts, y - target, 0)
    return (difference**2).sum() / n, 2 * difference / n


def solve(problem, lengths, threads=1):
    """Forward, loss, backward with the kernels; NaN stands where nothing is to be read."""
    workspace = problem.workspace(threads)
    beyond = np.arange(len(problem.x))[:, np.newaxis] >= lengths
    workspace.x[beyond] = np.nan
    gradient = blank(problem.network, problem.dtype)
    first = problem.first
    forward(problem.network, problem.flat, workspace, first=first, lengths=lengths)
    workspace.y[:first] = 0
    loss, dy = error(workspace.y.astype(np.float64), problem.target, lengths, first)
    workspace.dy[:] = np.where(counted(lengths, len(dy), first)[:, :, np.newaxis], dy, np.nan)
    backward(
        problem.network, problem.flat, workspace, gradient, first=first,
        dh_T=problem.cast(problem.dh_T),
        dc_T=problem.cast(problem.dc_T) if workspace.c is not None else None,
    )  # fmt: skip
    return {"loss": np.array(loss), **left_in(workspace, first, gradient)}


def expected(problem, lengths):
    """Forward, loss, backward with the oracle, sample by sample; keys as in `solve`."""
    p, cell, first = problem.parameters, problem.cell, problem.first
    h0, c0, dh_T, dc_T = (
        by_layer(states) for states in (problem.h0, problem.c0, problem.dh_T, problem.dc_T)
    )
    samples = [slice(b, b + 1) for b in range(len(lengths))]
    forwards = [
        oracle.forward_layers(cell, p, problem.x[:length, b], h0[:, b], c0[:, b])
        for b, length in zip(samples, lengths, strict=True)
    ]
    y = np.zeros(problem.target.shape)
    for b, length, traces in zip(samples, lengths, forwards, strict=True):
        y[:length, b] = traces[-1].y
    loss, dy = error(y, problem.target, lengths, first)
    found = {"loss": np.array(loss), "y": y[first:], "dx": np.zeros(problem.x.shape)}
    squares = {}
    for b, length, traces in zip(samples, lengths, forwards, strict=True):
        d = oracle.backward_layers(
            cell, p, problem.x[:length, b], traces, dy[:length, b], dh_T[:, b], dc_T[:, b]
        )
        found["dx"][:length, b] = d[0].x
        for name, value in d[0].parameters.items():
            found[f"d{name}"] = found.get(f"d{name}", 0) + value
        for n, (trace, gradients) in enumerate(zip(traces, d, strict=True)):
            kept = "c" in GATES[cell]
            add_sample(found, squares, n, b, length, trace, gradients, y.shape[:2], kept)
    return found | {name: np.sqrt(value) for name, value in squares.items()}


def add_sample(found, squares, n, b, length, trace, gradients, shape, has_cell_state):
    """Enter one sample's states, gates and gradients of layer n."""
    H = trace.h.shape[2]
    states = {"h": trace.h[1:]} | trace.gates
    slopes = {"dh0": gradients.h0}
    norms = {"dh_norm": gradients.dh_norm}
    if has_cell_state:
        states |= {"c": trace.c[1:]}
        slopes |= {"dc0": gradients.c0}
        norms |= {"dc_norm": gradients.dc_norm}
    for name, value in states.items():
        array = found.setdefault(name + ending(n), np.zeros((*shape, H)))
        array[:length, b] = value
        if name in ("h", "c"):
            array[length:, b] = value[-1]
    for name, value in slopes.items():
        found.setdefault(name + ending(n), np.zeros((shape[1], H)))[b] = value
    for name, value in norms.items():
        squares.setdefault(name + ending(n), np.zeros(shape[0]))[:length] += value**2
