"""Random problems, and the one place that knows how parameters lie in their flat vector.

A problem is solved twice, by the kernels and by the oracle, into two dictionaries of float64 arrays
with the same keys, that `assert_close` compares.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pytest
from hypothesis import strategies as st

from rnn_kernels import (
    Network,
    Workspace,
    backward,
    forward,
    mse,
    pack,
    parameter_size,
    unpack,
)
from tests import oracle, oracle_rules

CELLS = ("rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original")
DTYPES = (np.float32, np.float64)
PARAMETERS = ("W_ih", "W_hh", "b_ih", "b_hh", "W_hy", "b_y")
GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o", "c", "h"), "gru": ("r", "z", "n", "h")}
GATES = {cell: GATES[cell.split("-")[0]] for cell in CELLS}
LSTMS = ("lstm", "lstm-peephole")
ONE_AND_TWO_THREADS = pytest.mark.parametrize(
    "threads", [1, pytest.param(2, marks=pytest.mark.threads)]
)
PARAMETERS_OF = {cell: PARAMETERS + (("p",) if cell == "lstm-peephole" else ()) for cell in CELLS}


def set_parameters(network, dtype, mapping):
    """Return a flat vector, of parameters or of their gradient, with the named arrays in it."""
    return pack(network, mapping, dtype)


def named(network, flat):
    """Return float64 copies of the arrays in a flat vector, by name."""
    return {name: array.astype(np.float64) for name, array in unpack(network, flat).items()}


def blank(network, dtype):
    """Return a flat vector that a kernel is to overwrite; what it leaves out stays NaN."""
    return np.full(parameter_size(network, dtype), np.nan, dtype)


@dataclass(frozen=True)
class Problem:
    """Parameters and data, in float64 but exact in `dtype`; c0 and dc_T do nothing in an RNN.

    Initial states and final gradients are (B, H), or (layers, B, H) of several layers.
    """

    network: Network
    dtype: type
    parameters: dict
    x: np.ndarray
    h0: np.ndarray
    c0: np.ndarray
    target: np.ndarray
    dh_T: np.ndarray
    dc_T: np.ndarray
    first: int

    @property
    def cell(self):
        return self.network.cell

    @cached_property
    def flat(self):
        return set_parameters(self.network, self.dtype, self.parameters)

    def cast(self, array):
        return array.astype(self.dtype)

    def workspace(self, threads=1):
        """A workspace with the inputs set and NaN where the kernels are to write."""
        timesteps, batch_size, _ = self.x.shape
        workspace = Workspace(
            self.network,
            timesteps=timesteps,
            batch_size=batch_size,
            dtype=self.dtype,
            threads=threads,
        )
        for array in (workspace.y, workspace.dy, workspace.dx):
            array[...] = np.nan
        workspace.x[...] = self.x
        h0, c0 = by_layer(self.h0), by_layer(self.c0)
        for n, layer in enumerate(workspace.layers):
            for array in (layer.h, layer.dh0, layer.dh_norm):
                array[...] = np.nan
            layer.h[0] = h0[n]
            if self.cell in LSTMS:
                layer.c[...] = np.nan
                layer.c[0] = c0[n]
        return workspace


def by_layer(states):
    """Return (layers, B, H) of the states of one layer or several."""
    return states.reshape(-1, *states.shape[-2:])


def ending(layer):
    """What the names of a layer's parameters and states end in."""
    return f"_{layer}" if layer else ""


def random_problem(
    cell, *, T=7, B=3, D=2, H=6, O=2, layers=1, scale=0.5, dtype=np.float64, first=0,  # noqa: E741
    seed=0,
):  # fmt: skip
    """Everything is drawn from a normal distribution; the parameters have `scale` as deviation."""
    rng = np.random.default_rng(seed)
    network = Network(cell=cell, input_size=D, hidden_size=H, output_size=O, layers=layers)
    states = (B, H) if layers == 1 else (layers, B, H)

    def draw(*shape, deviation=1.0):
        return (deviation * rng.normal(size=shape)).astype(dtype).astype(np.float64)

    return Problem(
        network=network,
        dtype=dtype,
        parameters={name: draw(*shape, deviation=scale) for name, shape in network.shapes.items()},
        x=draw(T, B, D),
        h0=draw(*states),
        c0=draw(*states),
        target=draw(T, B, O),
        dh_T=draw(*states),
        dc_T=draw(*states),
        first=first,
    )


def solve(problem, threads=1):
    """Forward, loss, backward with the kernels."""
    workspace = problem.workspace(threads)
    gradient = blank(problem.network, problem.dtype)
    forward(problem.network, problem.flat, workspace, first=problem.first)
    workspace.y[: problem.first] = 0  # not computed, and no part of the loss
    target = problem.cast(problem.target)
    loss = mse(workspace.y, target, workspace.dy, first=problem.first)
    workspace.dy[: problem.first] = np.nan  # not to be read
    backward(
        problem.network,
        problem.flat,
        workspace,
        gradient,
        first=problem.first,
        dh_T=problem.cast(problem.dh_T),
        dc_T=problem.cast(problem.dc_T) if problem.cell in LSTMS else None,
    )
    return {"loss": np.array(loss), **left_in(workspace, problem.first, gradient)}


def left_in(workspace, first, gradient):
    """Return what forward and backward left in a workspace and the gradient vector, by name."""
    network = workspace.network
    found = {"y": workspace.y[first:], "dx": workspace.dx}
    for n, layer in enumerate(workspace.layers):
        own = {"dh0": layer.dh0, "dh_norm": layer.dh_norm}
        if network.cell in LSTMS:
            own |= {"dc0": layer.dc0, "dc_norm": layer.dc_norm}
        own |= {name: layer.gate(name) for name in GATES[network.cell]}
        found |= {f"{name}{ending(n)}": value for name, value in own.items()}
    found |= {f"d{name}": value for name, value in named(network, gradient).items()}
    return {name: np.array(value, np.float64) for name, value in found.items()}


def expected(problem):
    """Forward, loss, backward with the oracle."""
    p, x, first = problem.parameters, problem.x, problem.first
    h0, c0, dh_T, dc_T = (
        by_layer(states) for states in (problem.h0, problem.c0, problem.dh_T, problem.dc_T)
    )
    traces = oracle.forward_layers(problem.cell, p, x, h0, c0)
    y = traces[-1].y
    loss, dy = oracle_rules.mse(y, problem.target, first)
    gradients = oracle.backward_layers(problem.cell, p, x, traces, dy, dh_T, dc_T)
    found = {"loss": np.array(loss), "y": y[first:], "dx": gradients[0].x}
    for n, (trace, d) in enumerate(zip(traces, gradients, strict=True)):
        own = {"h": trace.h[1:], **trace.gates, "dh0": d.h0, "dh_norm": d.dh_norm}
        if problem.cell in LSTMS:
            own |= {"c": trace.c[1:], "dc0": d.c0, "dc_norm": d.dc_norm}
        found |= {f"{name}{ending(n)}": value for name, value in own.items()}
    return found | {f"d{name}": value for name, value in gradients[0].parameters.items()}


def assert_close(actual, wanted, *, rtol, slack=None):
    """Compare all arrays of two solutions: each may be off by `rtol` of its largest element.

    `slack` maps names to absolute errors that are let pass where they are larger than that.
    """
    assert actual.keys() == wanted.keys()
    for name, value in wanted.items():
        atol = max(rtol * largest(value), slack[name] if slack else 0.0)
        np.testing.assert_allclose(actual[name], value, rtol=0, atol=atol, err_msg=name)


def rounding_slack(problem, wanted, roundings=200):
    """Return, by name, the error that no arithmetic of `problem.dtype` can be blamed for.

    It is `roundings` times the effect of moving every parameter by one unit in the last place,
    which is large where the network is chaotic: a tanh RNN of gain 8 multiplies it by 10 at every
    timestep. Where units are saturated 1 − h² keeps no right digit, however little the parameters
    matter; so it is at least that many units in the last place of 1 or of the largest gradient.
    """
    eps = float(np.finfo(problem.dtype).eps)
    rng = np.random.default_rng(0)
    moved = {
        name: value * (1 + eps * rng.choice([-1, 1], value.shape))
        for name, value in problem.parameters.items()
    }
    nearby = expected(replace(problem, parameters=moved))
    gradient = max(largest(value) for name, value in wanted.items() if name.startswith("d"))
    return {
        name: roundings
        * (
            largest(nearby[name] - value)
            + eps * (gradient if name.startswith("d") else max(1.0, largest(value)))
        )
        for name, value in wanted.items()
    }


def largest(array):
    return float(np.max(np.abs(array)))


@st.composite
def random_sizes(draw):
    """Draw arguments of `random_problem`."""
    T = draw(st.integers(1, 12))
    return {
        "cell": draw(st.sampled_from(CELLS)),
        "T": T,
        "B": draw(st.integers(1, 4)),
        "D": draw(st.integers(1, 5)),
        "H": draw(st.integers(1, 40)),
        "O": draw(st.integers(1, 3)),
        "layers": draw(st.sampled_from([1, 1, 2, 3, 4])),
        "scale": 10 ** draw(st.floats(-3, np.log10(3))),
        "first": draw(st.integers(0, T - 1)),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }
