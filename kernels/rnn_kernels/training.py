"""A burst of training steps in one compiled call, and prediction over many windows."""

import math
import time
from typing import Any

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
from rnn_kernels.layout import Array, Network, layer_at
from rnn_kernels.losses import squared_error
from rnn_kernels.optimizers import OPTIMIZER_CODES, Optimizer, apply_update, clip
from rnn_kernels.parts import (
    call_backward,
    call_forward,
    call_gradient,
    call_inputs,
    call_pack,
    call_readout_gradient,
    parts_of,
)
from rnn_kernels.propagation import run_forward
from rnn_kernels.sweeps import (
    clear,
    finish_norms,
    zero_states,
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
    check_parameters(network, parameters, dtype, writable=True)
    check_gradient(gradient, parameters)
    if (optimizer.size, optimizer.dtype) != (parameters.size, dtype):
        raise ValueError(
            f"optimizer: got one for {optimizer.size} parameters of {optimizer.dtype}, "
            f"expected {parameters.size} of {dtype}"
        )
    check_array("series", series, (None, network.input_size), dtype)
    check_array("targets", targets, (len(series), network.output_size), dtype)
    check_starts(starts, (None, workspace.batch_size), len(series), T)
    check_first(first, T)
    check_number("learning_rate", learning_rate, positive=True)
    check_number("clip", clip, positive=False)
    for name, out in (("losses", losses), ("norms", norms)):
        check_array(name, out, (len(starts),), np.dtype(np.float64), writable=True)
    done, steps = 0, len(starts)
    while done < steps:
        threads, count = workspace.choice.next(steps - done)
        some = slice(done, done + count)
        arguments = (
            *parts_of(network, dtype),
            workspace.plan,
            workspace.head,
            OPTIMIZER_CODES[optimizer.name],
            parameters,
            gradient,
            optimizer.m,
            optimizer.v,
            optimizer.step_count,
            workspace.memory,
            workspace.y.reshape(-1),
            workspace.target.reshape(-1),
            workspace.dy.reshape(-1),
            workspace.squares.reshape(-1),
            workspace.norms.reshape(-1),
            series,
            targets,
            starts[some],
            first,
            float(learning_rate),
            float(clip),
            losses[some],
            norms[some],
            threads,
        )
        began = time.perf_counter()
        taken = _run(arguments, threads)
        if taken:
            workspace.choice.record(threads, taken, time.perf_counter() - began)
        optimizer.step_count += taken
        done += taken
        if taken < count:
            break
    return done


def _run(arguments: tuple[Any, ...], threads: int) -> int:
    if threads == 1:
        return _train(*arguments)
    with numba_threads(threads):
        return _train_parallel(*arguments)


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
    check_parameters(network, parameters, dtype)
    check_array("series", series, (None, network.input_size), dtype)
    check_starts(starts, (None,), len(series), T)
    check_array("out", out, (len(starts), network.output_size), dtype, writable=True)
    for begin in range(0, len(starts), B):
        chunk = starts[begin : begin + B]
        fill_inputs(workspace.plan, series, chunk, workspace.memory)
        zero_states(workspace.plan, workspace.memory)
        run_forward(parameters, workspace, T - 1)
        out[begin : begin + B] = workspace.y[T - 1, : len(chunk)]


@jit
def fill_inputs(plan: Array, series: Array, starts: Array, memory: Array) -> None:
    """x[t, b] = series[starts[b] + t]; samples beyond `starts` repeat the last one."""
    bottom = layer_at(plan, 0)
    for b in range(bottom.batch):
        start = starts[min(b, starts.size - 1)]
        for t in range(bottom.timesteps):
            x = bottom.a + (t * bottom.batch + b) * bottom.a_stride
            for d in range(bottom.inputs):
                memory[x + d] = series[start + t, d]


@jit
def fill_targets(T: int, targets: Array, starts: Array, out: Array) -> None:
    """out[t, b] = targets[starts[b] + t], flat (T, B, O)."""
    O = targets.shape[1]  # noqa: E741
    for b in range(starts.size):
        for t in range(T):
            for o in range(O):
                out[(t * starts.size + b) * O + o] = targets[starts[b] + t, o]


def _train_body(
    forward_part: int,
    pack: int,
    backward_part: int,
    inputs_part: int,
    gradient_part: int,
    readout_gradient: int,
    plan: Array,
    head: Array,
    optimizer: int,
    parameters: Array,
    gradient: Array,
    m: Array,
    v: Array,
    step_count: int,
    memory: Array,
    y: Array,
    target: Array,
    dy: Array,
    squares: Array,
    state_norms: Array,
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
    B, T = starts.shape[1], y.size // (starts.shape[1] * targets.shape[1])
    for s in range(starts.shape[0]):
        fill_inputs(plan, series, starts[s], memory)
        fill_targets(T, targets, starts[s], target)
        zero_states(plan, memory)
        for part in prange(threads):
            call_forward(forward_part, plan, head, first, part, threads, parameters, memory, y)
        losses[s] = squared_error(y, target, dy, first * B * targets.shape[1])
        clear(squares)
        call_pack(pack, plan, head, False, parameters, memory)
        for part in prange(threads):
            for n in range(plan.shape[0] - 1, -1, -1):
                call_backward(
                    backward_part, plan, n, first, False, part, threads,
                    parameters, memory, dy, squares,
                )  # fmt: skip
                if n:
                    call_inputs(inputs_part, plan, n, False, part, threads, memory)
        for part in prange(threads):
            call_gradient(gradient_part, plan, part, threads, memory, gradient)
        call_readout_gradient(readout_gradient, plan, head, first, memory, dy, gradient)
        norms[s] = clip(gradient, threshold)
        if not (math.isfinite(losses[s]) and math.isfinite(norms[s])):
            finish_norms(squares, state_norms)
            return s
        apply_update(optimizer, parameters, gradient, m, v, step_count + s + 1, learning_rate)
    finish_norms(squares, state_norms)
    return len(starts)


_train = jit(_train_body)
_train_parallel = jit_parallel(_train_body)
