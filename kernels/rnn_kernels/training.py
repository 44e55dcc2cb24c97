"""A burst of training steps in one compiled call, and prediction over many windows."""

import math

import numpy as np
from numba import prange

from rnn_kernels.checks import (
    check_array,
    check_first,
    check_gradient,
    check_number,
    check_parameters,
    check_starts,
    check_workspace,
)
from rnn_kernels.jit import jit, jit_parallel
from rnn_kernels.layout import CELL_CODES, Array, Network, Trace, Weights
from rnn_kernels.losses import squared_error
from rnn_kernels.optimizers import OPTIMIZER_CODES, Optimizer, apply_update, clip
from rnn_kernels.products import transpose
from rnn_kernels.propagation import run_forward
from rnn_kernels.readout import readout_gradient
from rnn_kernels.sweeps import (
    backward_rows,
    bounds,
    clear,
    finish_norms,
    forward_rows,
    prepare_forward,
    weight_gradient_rows,
)
from rnn_kernels.threads import numba_threads
from rnn_kernels.workspace import Workspace


def train_steps(
    network: Network,
    parameters: Array,
    gradient: Array,
    optimizer: Optimizer,
    workspace: Workspace,
    series: Array,
    targets: Array,
    starts: Array,
    *,
    first: int,
    learning_rate: float,
    clip: float,
    losses: Array,
    norms: Array,
) -> int:
    """Take one optimisation step for each row of `starts`, without the GIL and without allocating.

    Step s reads x[t, b] = series[starts[s, b] + t] and target[t, b] = targets[starts[s, b] + t]
    from zero initial states, and does forward pass, mean squared error from `first` on, full BPTT,
    clipping by the global norm and the optimizer's update. A loss or gradient norm that is not
    finite ends the burst before that step has touched weights or optimizer.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
        Updated in place.
    gradient : array, shape (network.size,)
        Filled with the clipped gradient of the last step.
    optimizer : Optimizer
        Updated in place.
    workspace : Workspace
        Left with the trace and the norms of the last step.
    series : array, shape (N, D)
    targets : array, shape (N, O)
        Shifted by the caller: row n is the truth for the output after series[n].
    starts : int64 array, shape (n, B)
        First timestep of each window.
    first : int
        First timestep of a window that the loss counts.
    learning_rate, clip : float
        η; and θ, where 0 switches clipping off.
    losses, norms : float64 array, shape (n,)
        Filled with each step's loss and gradient norm before clipping, the failing step's included.

    Returns
    -------
    int
        Steps completed: n, or the index of the step that failed.

    Raises
    ------
    ValueError
        An argument does not fit the others.
    """
    check_workspace(network, workspace)
    dtype, T = workspace.dtype, workspace.timesteps
    weights = check_parameters(network, parameters, dtype, writable=True)
    gradient_views = check_gradient(network, gradient, parameters)
    if (optimizer.size, optimizer.dtype) != (network.size, dtype):
        raise ValueError(
            f"optimizer: got one for {optimizer.size} parameters of {optimizer.dtype}, "
            f"expected {network.size} of {dtype}"
        )
    check_array("series", series, (None, network.input_size), dtype)
    check_array("targets", targets, (len(series), network.output_size), dtype)
    check_starts(starts, (None, workspace.batch_size), len(series), T)
    check_first(first, T)
    check_number("learning_rate", learning_rate, positive=True)
    check_number("clip", clip, positive=False)
    for name, out in (("losses", losses), ("norms", norms)):
        check_array(name, out, (len(starts),), np.dtype(np.float64), writable=True)
    arguments = (
        CELL_CODES[network.cell],
        OPTIMIZER_CODES[optimizer.name],
        parameters,
        weights,
        gradient,
        gradient_views,
        optimizer.m,
        optimizer.v,
        optimizer.step_count,
        workspace.arrays,
        series,
        targets,
        starts,
        first,
        float(learning_rate),
        float(clip),
        losses,
        norms,
        workspace.threads,
    )
    if workspace.threads == 1:
        done = _train(*arguments)
    else:
        with numba_threads(workspace.threads):
            done = _train_parallel(*arguments)
    optimizer.step_count += done
    return done


def predict(
    network: Network,
    parameters: Array,
    workspace: Workspace,
    series: Array,
    starts: Array,
    out: Array,
) -> None:
    """Fill the output after the last timestep of each window, from zero initial states.

    The windows go through the workspace in chunks of its batch size; its trace is overwritten.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
    workspace : Workspace
        Its T is the length of a window.
    series : array, shape (N, D)
    starts : int64 array, shape (n,)
        First timestep of each window; n need not be a multiple of the batch size.
    out : array, shape (n, O)
        Filled.

    Raises
    ------
    ValueError
        An argument does not fit the others.
    """
    check_workspace(network, workspace)
    dtype, T, B = workspace.dtype, workspace.timesteps, workspace.batch_size
    weights = check_parameters(network, parameters, dtype)
    check_array("series", series, (None, network.input_size), dtype)
    check_starts(starts, (None,), len(series), T)
    check_array("out", out, (len(starts), network.output_size), dtype, writable=True)
    arrays = workspace.arrays
    for begin in range(0, len(starts), B):
        chunk = starts[begin : begin + B]
        gather(series, chunk, arrays.x)
        zero_states(arrays)
        run_forward(network, weights, workspace, T - 1)
        out[begin : begin + B] = arrays.y[T - 1, : len(chunk)]


@jit
def gather(series: Array, starts: Array, windows: Array) -> None:
    """windows[t, b] = series[starts[b] + t]; samples beyond `starts` repeat the last one."""
    T, B, D = windows.shape
    for b in range(B):
        start = starts[min(b, starts.size - 1)]
        for t in range(T):
            for d in range(D):
                windows[t, b, d] = series[start + t, d]


@jit
def zero_states(trace: Trace) -> None:
    """Set the initial states and the gradient of the final states to zero."""
    clear(trace.h[0])
    clear(trace.c[0])
    clear(trace.dh)
    clear(trace.dc)


def _train_body(
    cell: int,
    optimizer: int,
    parameters: Array,
    weights: Weights,
    gradient: Array,
    gradient_views: Weights,
    m: Array,
    v: Array,
    step_count: int,
    trace: Trace,
    series: Array,
    targets: Array,
    starts: Array,
    first: int,
    learning_rate: float,
    threshold: float,
    losses: Array,
    norms: Array,
    threads: int,
) -> int:
    for s in range(starts.shape[0]):
        gather(series, starts[s], trace.x)
        gather(targets, starts[s], trace.target)
        zero_states(trace)
        prepare_forward(weights, trace)
        for part in prange(threads):
            start, stop = bounds(trace.dh.shape[0], part, threads)
            forward_rows(cell, weights, trace, first, start, stop)
        losses[s] = squared_error(trace.y, trace.target, trace.dy, first)
        transpose(weights.W_hh, trace.W_hhT)
        for part in prange(threads):
            start, stop = bounds(trace.dh.shape[0], part, threads)
            backward_rows(cell, weights, trace, first, start, stop)
        for part in prange(threads):
            start, stop = bounds(trace.dz.shape[2], part, threads)
            weight_gradient_rows(trace, gradient_views, part, start, stop)
        readout_gradient(trace.h, trace.dy, gradient_views, first)
        finish_norms(trace)
        norms[s] = clip(gradient, threshold)
        if not (math.isfinite(losses[s]) and math.isfinite(norms[s])):
            return s
        apply_update(optimizer, parameters, gradient, m, v, step_count + s + 1, learning_rate)
    return len(starts)


_train = jit(_train_body)
_train_parallel = jit_parallel(_train_body)
