"""Forward pass, backward pass and single timestep, as they are called from Python."""

from typing import Any

import numpy as np
from numba import prange

from rnn_kernels.checks import (
    check_array,
    check_first,
    check_floats,
    check_gradient,
    check_parameters,
    check_workspace,
)
from rnn_kernels.jit import jit, jit_parallel
from rnn_kernels.layout import CELL_CODES, LSTM, Array, Network, Trace, Weights
from rnn_kernels.lstm import lstm_unit
from rnn_kernels.products import dot, transpose
from rnn_kernels.readout import read_out, readout_gradient
from rnn_kernels.rnn import rnn_unit
from rnn_kernels.sweeps import (
    backward_rows,
    bounds,
    finish_norms,
    forward_rows,
    input_gradient_rows,
    prepare_forward,
    weight_gradient_rows,
)
from rnn_kernels.threads import numba_threads
from rnn_kernels.workspace import Workspace


def forward(network: Network, parameters: Array, workspace: Workspace, *, first: int = 0) -> None:
    """Run the network over the workspace's timesteps.

    Reads x, h[0] and c[0]; fills h, c and the gates, and y from timestep `first` on. Nothing is
    allocated.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
    workspace : Workspace
    first : int
        First timestep whose output is computed, 0 … T−1.

    Raises
    ------
    ValueError
        An argument does not fit the network or the workspace.
    """
    check_workspace(network, workspace)
    weights = check_parameters(network, parameters, workspace.dtype)
    check_first(first, workspace.timesteps)
    run_forward(network, weights, workspace, first)


def run_forward(network: Network, weights: Weights, workspace: Workspace, first: int) -> None:
    """Forward pass of arguments that were checked."""
    cell, trace = CELL_CODES[network.cell], workspace.arrays
    if workspace.threads == 1:
        _forward(cell, weights, trace, first, 1)
    else:
        with numba_threads(workspace.threads):
            _forward_parallel(cell, weights, trace, first, workspace.threads)


def backward(
    network: Network,
    parameters: Array,
    workspace: Workspace,
    gradient: Array,
    *,
    first: int = 0,
    dh_T: Array | None = None,
    dc_T: Array | None = None,
) -> None:
    """Backpropagate through all timesteps of the preceding `forward`.

    Reads dy and what the forward pass left; fills the gradient, dx, dh0, dc0 and both norms.
    Nothing is allocated.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
        The same as in the forward pass.
    workspace : Workspace
    gradient : array, shape (network.size,)
        Overwritten with the gradient with respect to the parameters.
    first : int
        First timestep whose dy counts; what lies before is not read.
    dh_T, dc_T : array, shape (B, H), optional
        Gradient with respect to the final states where the loss depends on them directly.

    Raises
    ------
    ValueError
        An argument does not fit the network or the workspace.
    """
    check_workspace(network, workspace)
    weights = check_parameters(network, parameters, workspace.dtype)
    gradient_views = check_gradient(network, gradient, parameters)
    check_first(first, workspace.timesteps)
    if dc_T is not None and network.cell == "rnn":
        raise ValueError("dc_T: got an array, expected None: an RNN has no cell state")
    for name, final, carry in (("dh_T", dh_T, workspace.dh0), ("dc_T", dc_T, workspace.dc0)):
        if final is not None:
            check_array(name, final, carry.shape, workspace.dtype)
        carry[:] = 0 if final is None else final
    cell, trace = CELL_CODES[network.cell], workspace.arrays
    if workspace.threads == 1:
        _backward(cell, weights, trace, gradient_views, first, 1)
    else:
        with numba_threads(workspace.threads):
            _backward_parallel(cell, weights, trace, gradient_views, first, workspace.threads)


def step(
    network: Network,
    parameters: Array,
    x: Array,
    h: Array,
    c: Array | None,
    h_out: Array,
    c_out: Array | None,
    y: Array,
) -> None:
    """Run one timestep, as in free-running forecasts.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
    x : array, shape (B, D)
    h, c : array, shape (B, H)
        States before; c is None in an RNN.
    h_out, c_out : array, shape (B, H)
        Filled with the states after; may be h and c themselves.
    y : array, shape (B, O)
        Filled with the output.

    Raises
    ------
    ValueError
        An argument does not fit the network.
    """
    dtype = check_floats("parameters", parameters)
    weights = check_parameters(network, parameters, dtype)
    check_array("x", x, (None, network.input_size), dtype)
    states: dict[str, Any] = {"h": h, "h_out": h_out}
    if network.cell == "lstm":
        states |= {"c": c, "c_out": c_out}
    for name, state in states.items():
        shape = (len(x), network.hidden_size)
        check_array(name, state, shape, dtype, writable=name.endswith("out"))
    check_array("y", y, (len(x), network.output_size), dtype, writable=True)
    z = np.empty((2, network.rows), dtype)
    cell = CELL_CODES[network.cell]
    _step(cell, weights, x, h, states.get("c", h), h_out, states.get("c_out", h_out), y, z)


def _forward_body(cell: int, weights: Weights, trace: Trace, first: int, threads: int) -> None:
    prepare_forward(weights, trace)
    for part in prange(threads):
        start, stop = bounds(trace.dh.shape[0], part, threads)
        forward_rows(cell, weights, trace, first, start, stop)


def _backward_body(
    cell: int, weights: Weights, trace: Trace, gradient: Weights, first: int, threads: int
) -> None:
    prepare_forward(weights, trace)
    transpose(weights.W_hh, trace.W_hhT)
    for part in prange(threads):
        start, stop = bounds(trace.dh.shape[0], part, threads)
        backward_rows(cell, weights, trace, first, start, stop)
        input_gradient_rows(trace, start, stop)
    for part in prange(threads):
        start, stop = bounds(trace.dz.shape[2], part, threads)
        weight_gradient_rows(trace, gradient, part, start, stop)
    readout_gradient(trace.h, trace.dy, gradient, first)
    finish_norms(trace)


_forward = jit(_forward_body)
_forward_parallel = jit_parallel(_forward_body)
_backward = jit(_backward_body)
_backward_parallel = jit_parallel(_backward_body)


@jit
def _step(
    cell: int,
    weights: Weights,
    x: Array,
    h: Array,
    c: Array,
    h_out: Array,
    c_out: Array,
    y: Array,
    scratch: Array,
) -> None:
    z, tanh_c = scratch[0], scratch[1]
    for b in range(x.shape[0]):
        for j in range(z.size):
            z[j] = weights.b_ih[j] + weights.b_hh[j]
            z[j] += dot(weights.W_ih[j], x[b]) + dot(weights.W_hh[j], h[b])
        if cell == LSTM:
            lstm_unit(z, c[b], c_out[b], tanh_c[: h.shape[1]], h_out[b])
        else:
            rnn_unit(z, h_out[b])
        read_out(weights, h_out[b], y[b])
