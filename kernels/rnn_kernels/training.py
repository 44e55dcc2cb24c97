"""A burst of training steps in one compiled call, and prediction over many windows."""

import math
import time
from typing import Any

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.checks import (
    check_array,
    check_first,
    check_gradient,
    check_number,
    check_parameters,
    check_starts,
    check_workspace,
)
from rnn_kernels.dropout import Dropout, set_dropout
from rnn_kernels.embedding import (
    call_embed,
    call_embedding_gradient,
    check_tokens,
    embed,
    embed_of,
)
from rnn_kernels.feeding import STEP, set_feed
from rnn_kernels.hooks import CARRY, CLEAR, COUNT, EMBED, EMBEDDING_GRADIENT, FILL, hooks_for
from rnn_kernels.jit import inlined, jit
from rnn_kernels.layout import layer_at
from rnn_kernels.lengths import (
    call_clear_beyond,
    call_count_active,
    call_fill_beyond,
    check_lengths,
)
from rnn_kernels.losses import Loss, call_loss, check_classes, loss_part
from rnn_kernels.network import Network
from rnn_kernels.optimizers import Optimizer, call_clip, call_update, clip_part, update_part
from rnn_kernels.parts import (
    call_carry,
    call_forward,
    call_pack,
    call_readout_gradient,
    parts_of,
)
from rnn_kernels.propagation import pass_back, run_forward
from rnn_kernels.rows import copy_window
from rnn_kernels.sweeps import (
    clear,
    finish_norms,
    zero_states,
)
from rnn_kernels.team import meet
from rnn_kernels.workspace import Workspace

MEAN_SQUARED_ERROR = Loss()


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
    learning_rate: float | Array,
    clip: float,
    losses: Array,
    norms: Array,
    loss: Loss = MEAN_SQUARED_ERROR,
    clip_value: float = 0.0,
    carry: Array | None = None,
    lengths: Array | None = None,
    dropout: Dropout | None = None,
) -> int:
    """Take one optimisation step for each row of `starts`, without the GIL and without allocating.

    Step s reads x[t, b] = series[starts[s, b] + t] and target[t, b] = targets[starts[s, b] + t]
    from zero initial states (but see `carry`), and does forward pass, loss from `first` on, full
    BPTT, clipping and the optimizer's update. A loss or gradient norm that is not finite ends the
    burst before that step has touched weights or optimizer.

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
    series : array, shape (N, D), or int64 array, shape (N,)
        Tokens where the network has a vocabulary.
    targets : array, shape (N, O)
        Shifted by the caller: row n is the truth for the output after series[n]. (N, O/Q) where
        the loss is of Q quantiles; of the cross-entropy int64 classes, (N,).
    starts : int64 array, shape (n, B)
        First timestep of each window.
    first : int
        First timestep of a window that the loss counts.
    learning_rate : float, or float64 array, shape (n,)
        η of all steps, above 0, or of each, at least 0; `Schedule.fill` fills such an array.
    clip : float
        θ of clipping by the global norm; 0: no limit.
    losses, norms : float64 array, shape (n,)
        Filled with each step's loss and gradient norm before clipping, the failing step's included.
    loss : Loss
    clip_value : float
        Largest element of the gradient, which is cut before its norm is clipped; 0: no limit.
    carry : bool array, shape (n, B), optional
        Where true, a sample begins in the states in which the step before has left it (for the
        first step, the workspace's last pass): truncated BPTT, where windows follow each other.
        The gradient stops at the beginning of the window.
    lengths : int64 array, shape (n, B), optional
        Timesteps of each window that count, 1 … T, the longest first in each step. A window still
        takes T rows of the series; those beyond its length are not read by the network and have no
        part in the loss, which is the mean over what counts.
    dropout : Dropout, optional
        Between layers. The masks of a step are those of the number of the optimizer's updates.

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
    series, tokens = _dense_or_tokens(network, series, dtype)
    count = max(len(series), len(tokens))
    loss.check_targets("targets", targets, count, network.output_size, dtype)
    check_starts(starts, (None, workspace.batch_size), count, T)
    check_first(first, T)
    rates = _rates(learning_rate, len(starts))
    check_number("clip", clip, positive=False)
    check_number("clip_value", clip_value, positive=False)
    for name, out in (("losses", losses), ("norms", norms)):
        check_array(name, out, (len(starts),), np.dtype(np.float64), writable=True)
    none = (len(starts), 0)
    if carry is not None:
        check_array("carry", carry, starts.shape, np.dtype(np.bool_))
    if lengths is not None:
        check_lengths(lengths, starts.shape, T, first)
    truth, classes = loss.split_targets(targets, dtype)
    if classes.size and starts.size:
        check_classes("targets", classes[starts.min() : starts.max() + T], network.output_size)
    hooks = hooks_for(
        dtype,
        carries=carry is not None,
        has_lengths=lengths is not None,
        has_tokens=network.vocabulary_size > 0,
    )
    carry = np.empty(none, np.bool_) if carry is None else carry
    workspace.set_lengths(None)
    lengths = np.empty(none, np.int64) if lengths is None else lengths
    set_feed(workspace.feed, network, dtype)
    set_dropout(workspace.feed, network, dropout, dtype)
    done, steps = 0, len(starts)
    settings = loss.settings, np.array([clip, clip_value], np.float64), optimizer.settings
    while done < steps:
        threads, count = workspace.choice.next(steps - done)
        some = slice(done, done + count)
        arguments = (
            *parts_of(network, dtype, to_start=network.vocabulary_size > 0),
            loss_part(loss.name, dtype),
            clip_part(dtype, by_value=clip_value > 0),
            update_part(optimizer.name, dtype),
            workspace.plan,
            hooks,
            workspace.feed,
            workspace.active,
            workspace.ends,
            workspace.head,
            *settings,
            parameters,
            gradient,
            optimizer.m,
            optimizer.v,
            optimizer.step_count,
            workspace.memory,
            workspace.y.reshape(-1),
            workspace.dy.reshape(-1),
            workspace.squares.reshape(-1),
            workspace.norms.reshape(-1),
            series,
            tokens,
            truth,
            classes,
            starts[some],
            carry[some],
            lengths[some],
            first,
            rates[some] if rates.size > 1 else rates,
            losses[some],
            norms[some],
        )
        began = time.perf_counter()
        taken = workspace.team.run(_train, arguments, threads)
        if taken:
            workspace.choice.record(threads, taken, time.perf_counter() - began)
        optimizer.step_count += taken
        done += taken
        if taken < count:
            break
    return done


def _rates(learning_rate: float | Array, steps: int) -> Array:
    """Return the learning rate of each step, or of all of them."""
    if not isinstance(learning_rate, np.ndarray):
        check_number("learning_rate", learning_rate, positive=True)
        return np.array([learning_rate], np.float64)
    check_array("learning_rate", learning_rate, (steps,), np.dtype(np.float64))
    if not (np.isfinite(learning_rate).all() and (learning_rate >= 0).all()):
        low, high = learning_rate.min(), learning_rate.max()
        raise ValueError(
            f"learning_rate: got {low} to {high}, expected finite numbers of at least 0"
        )
    return learning_rate


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
    series : array, shape (N, D), or tokens, int64 (N,)
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
    workspace.set_lengths(None)
    dtype, T, B = workspace.dtype, workspace.timesteps, workspace.batch_size
    check_parameters(network, parameters, dtype)
    series, tokens = _dense_or_tokens(network, series, dtype)
    check_starts(starts, (None,), max(len(series), len(tokens)), T)
    check_array("out", out, (len(starts), network.output_size), dtype, writable=True)
    for begin in range(0, len(starts), B):
        chunk = starts[begin : begin + B]
        if network.vocabulary_size:
            of_chunk = starts[np.minimum(np.arange(begin, begin + B), len(starts) - 1)][None]
            embed(
                embed_of(dtype), workspace.plan, workspace.head, tokens, of_chunk, 1,
                parameters, workspace.memory,
            )  # fmt: skip
        else:
            fill_inputs(workspace.plan, series, chunk, workspace.memory)
        zero_states(workspace.plan, workspace.memory)
        run_forward(parameters, workspace, T - 1)
        out[begin : begin + B] = workspace.y[T - 1, : len(chunk)]


def _dense_or_tokens(network: Network, series: Array, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Return a series of features and one of tokens, one of them empty, as compiled code reads."""
    if network.vocabulary_size:
        check_tokens("series", series, (None,), network.vocabulary_size)
        return np.empty((0, network.input_size), dtype), series
    check_array("series", series, (None, network.input_size), dtype)
    return series, np.empty(0, np.int64)


@jit
def fill_inputs(plan: Array, series: Array, starts: Array, memory: Array) -> None:
    """x[t, b] = series[starts[b] + t]; samples beyond `starts` repeat the last one."""
    bottom = layer_at(plan, 0)
    for b in range(bottom.batch):
        copy_window(bottom, b, starts[min(b, starts.size - 1)], memory, series)


@inlined
def begin_step(
    hooks: Array, plan: Array, active: Array, ends: Array, head: Array, s: int, series: Array,
    tokens: Array, starts: Array, carry: Array, lengths: Array, parameters: Array, memory: Array,
) -> None:  # fmt: skip
    """Fill in the inputs and initial states of step s."""
    if hooks[EMBED]:
        call_embed(hooks[EMBED], plan, head, tokens, starts, s, 1, parameters, memory)
    else:
        fill_inputs(plan, series, starts[s], memory)
    if hooks[CARRY]:
        call_carry(hooks[CARRY], plan, carry, s, memory)
    else:
        zero_states(plan, memory)
    if hooks[COUNT]:
        call_count_active(hooks[COUNT], lengths, s, active, ends)


@inlined
def begin_backward(
    pack: int, hooks: Array, plan: Array, active: Array, head: Array, parameters: Array,
    memory: Array, y: Array, dy: Array, squares: Array,
) -> None:  # fmt: skip
    """Clear what is not to reach the backward pass, and pack the weights as it reads them."""
    if hooks[FILL]:
        call_fill_beyond(hooks[FILL], plan, active, memory, y)
        call_clear_beyond(hooks[CLEAR], plan, active, memory, dy)
    clear(squares)
    call_pack(pack, plan, head, hooks[EMBED] != 0, parameters, memory)


@jit
def _train(
    forward_part: int,
    pack: int,
    backward_part: int,
    inputs_part: int,
    gradient_part: int,
    readout_gradient: int,
    loss: int,
    clip: int,
    update: int,
    plan: Array,
    hooks: Array,
    feed: Array,
    active: Array,
    ends: Array,
    head: Array,
    loss_settings: Array,
    limits: Array,
    settings: Array,
    parameters: Array,
    gradient: Array,
    m: Array,
    v: Array,
    step_count: int,
    memory: Array,
    y: Array,
    dy: Array,
    squares: Array,
    state_norms: Array,
    series: Array,
    tokens: Array,
    targets: Array,
    classes: Array,
    starts: Array,
    carry: Array,
    lengths: Array,
    first: int,
    rates: Array,
    losses: Array,
    norms: Array,
    barrier: Array,
    part: int,
    threads: int,
) -> int:
    done: int = starts.shape[0]
    for s in range(starts.shape[0]):
        if part == 0:
            begin_step(
                hooks, plan, active, ends, head, s, series, tokens, starts, carry, lengths,
                parameters, memory,
            )  # fmt: skip
            feed[STEP] = step_count + s
        meet(barrier, threads)
        call_forward(
            forward_part, plan, feed, active, head, first, part, threads, parameters, memory, y
        )
        meet(barrier, threads)
        if part == 0:
            call_loss(
                loss, y, targets, classes, starts, s, 1, first, ends, head[0], loss_settings, dy,
                losses,
            )  # fmt: skip
            begin_backward(pack, hooks, plan, active, head, parameters, memory, y, dy, squares)
        meet(barrier, threads)
        pass_back(
            backward_part, inputs_part, gradient_part, plan, feed, active, first, False,
            hooks[EMBED] != 0, False, parameters, memory, dy, squares, gradient,
            barrier, part, threads,
        )  # fmt: skip
        if part == 0:
            call_readout_gradient(readout_gradient, plan, head, first, memory, dy, gradient)
            if hooks[EMBEDDING_GRADIENT]:
                call_embedding_gradient(
                    hooks[EMBEDDING_GRADIENT], plan, head, tokens, starts, s, 1, memory, gradient
                )
            call_clip(clip, gradient, limits, norms, s)
        meet(barrier, threads)
        if not (math.isfinite(losses[s]) and math.isfinite(norms[s])):
            done = s
            break
        if part == 0:
            r = s if rates.size > 1 else 0
            call_update(update, parameters, gradient, m, v, settings, rates, r, step_count + s + 1)
    if part == 0:
        finish_norms(squares, state_norms)
    return done
