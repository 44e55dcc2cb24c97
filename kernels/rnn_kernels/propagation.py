"""Forward pass and backward pass, as they are called from Python."""

import numpy as np

from rnn_kernels.arrays import Array
from rnn_kernels.checks import (
    check_first,
    check_gradient,
    check_parameters,
    check_workspace,
)
from rnn_kernels.dropout import Dropout, call_drop, set_dropout
from rnn_kernels.embedding import (
    add_embedding_gradient,
    check_tokens,
    embed,
    embed_of,
    embedding_gradient_of,
)
from rnn_kernels.feeding import DROP, set_feed
from rnn_kernels.jit import inlined, jit
from rnn_kernels.layout import layer_at
from rnn_kernels.lengths import (
    call_fill_beyond,
    check_lengths,
    clear_beyond_of,
    fill_beyond_of,
)
from rnn_kernels.network import Network
from rnn_kernels.parts import (
    call_backward,
    call_forward,
    call_gradient,
    call_inputs,
    call_pack,
    call_readout_gradient,
    parts_of,
)
from rnn_kernels.sweeps import (
    clear,
    finish_norms,
)
from rnn_kernels.team import meet
from rnn_kernels.workspace import Workspace


def forward(
    network: Network,
    parameters: Array,
    workspace: Workspace,
    *,
    first: int = 0,
    lengths: Array | None = None,
    dropout: Dropout | None = None,
) -> None:
    """Run the network over the workspace's timesteps.

    Reads x (or tokens), h[0] and c[0]; fills h, c and the gates, and y from timestep `first` on.
    Nothing is allocated.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
    workspace : Workspace
    first : int
        First timestep whose output is computed, 0 … T−1.
    lengths : int64 array, shape (B,), optional
        Timesteps of each sample, 1 … T, the longest first. Beyond them x and y are set to zero,
        and h and c keep the final state, so that h[T] is that of every sample.
    dropout : Dropout, optional
        Between layers, with the masks of step 0. The backward pass that follows has them too.

    Raises
    ------
    ValueError
        An argument does not fit the network or the workspace, or a token is none.
    """
    check_workspace(network, workspace)
    check_parameters(network, parameters, workspace.dtype)
    check_first(first, workspace.timesteps)
    if workspace.tokens is not None:
        check_tokens("tokens", workspace.tokens, workspace.tokens.shape, network.vocabulary_size)
    if lengths is not None:
        check_lengths(lengths, (workspace.batch_size,), workspace.timesteps, first)
    workspace.set_lengths(lengths)
    if workspace.tokens is not None:
        embed(embed_of(workspace.dtype), *_own_tokens(workspace), parameters, workspace.memory)
    run_forward(parameters, workspace, first, dropout)
    if lengths is not None:
        fill_beyond = fill_beyond_of(workspace.dtype)
        y = workspace.y.reshape(-1)
        _call_beyond(fill_beyond, workspace.plan, workspace.active, workspace.memory, y)


def run_forward(
    parameters: Array, workspace: Workspace, first: int, dropout: Dropout | None = None
) -> None:
    """Forward pass of arguments that were checked."""
    set_feed(workspace.feed, workspace.network, workspace.dtype)
    set_dropout(workspace.feed, workspace.network, dropout, workspace.dtype)
    memory, y = workspace.memory, workspace.y.reshape(-1)
    part = parts_of(workspace.network, workspace.dtype).forward
    arguments = (
        part, workspace.plan, workspace.feed, workspace.active, workspace.head, first,
        parameters, memory, y,
    )  # fmt: skip
    workspace.team.run(_forward, arguments, workspace.threads)


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
    Nothing is allocated. If that pass had lengths, dy is set to zero beyond them.

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
    dh_T, dc_T : array, shape (B, H), or (layers, B, H) of several layers, optional
        Gradient with respect to the final states where the loss depends on them directly.

    Raises
    ------
    ValueError
        An argument does not fit the network or the workspace.
    """
    check_workspace(network, workspace)
    check_parameters(network, parameters, workspace.dtype)
    check_gradient(gradient, parameters)
    check_first(first, workspace.timesteps)
    if dc_T is not None and not network.has_cell_state:
        raise ValueError(f"dc_T: got an array, expected None: {network.cell} has no cell state")
    workspace.set_final_gradient("dh_T", dh_T)
    workspace.set_final_gradient("dc_T", dc_T)
    parts = parts_of(network, workspace.dtype, to_start=True)
    if workspace.has_lengths:
        clear_beyond = clear_beyond_of(workspace.dtype)
        dy = workspace.dy.reshape(-1)
        _call_beyond(clear_beyond, workspace.plan, workspace.active, workspace.memory, dy)
    arguments = (
        *parts,
        workspace.plan,
        workspace.feed,
        workspace.active,
        workspace.head,
        first,
        dh_T is not None,
        parameters,
        gradient,
        workspace.memory,
        workspace.dy.reshape(-1),
        workspace.squares.reshape(-1),
        workspace.norms.reshape(-1),
    )
    workspace.team.run(_backward, arguments, workspace.threads)
    if workspace.tokens is not None:
        address = embedding_gradient_of(workspace.dtype)
        add_embedding_gradient(address, *_own_tokens(workspace), workspace.memory, gradient)


def _own_tokens(workspace: Workspace) -> tuple[Array, Array, Array, Array, int]:
    """Return what tells compiled code where the tokens of a workspace are."""
    assert workspace.tokens is not None  # noqa: S101  the caller has looked
    starts = np.arange(workspace.batch_size)[np.newaxis]
    tokens = workspace.tokens.reshape(-1)
    return workspace.plan, workspace.head, tokens, starts, workspace.batch_size


@inlined
def pass_back(
    backward_part: int, inputs_part: int, gradient_part: int, plan: Array, feed: Array,
    active: Array, first: int, from_end: bool, to_input: bool, to_start: bool,
    parameters: Array, memory: Array, dy: Array, squares: Array, gradient: Array,
    barrier: Array, part: int, threads: int,
) -> None:  # fmt: skip
    """BPTT through all layers, block by block of timesteps, each with its weight gradient.

    `to_input`: the gradient of x is wanted, and not only of what layers hand to each other.
    """
    for n in range(plan.shape[0] - 1, -1, -1):
        timesteps, block = layer_at(plan, n).timesteps, layer_at(plan, n).together
        for begin in range((timesteps - 1) // block * block, -1, -block):
            end = min(timesteps, begin + block)
            call_backward(
                backward_part, plan, active, n, first, begin, end, from_end, part, threads,
                parameters, memory, dy, squares,
            )  # fmt: skip
            if n or to_input:
                call_inputs(inputs_part, plan, n, begin, end, to_start, part, threads, memory)
            meet(barrier, threads)
            call_gradient(gradient_part, plan, n, begin, end, part, threads, memory, gradient)
            meet(barrier, threads)
        if n and feed[DROP]:
            call_drop(feed[DROP], plan, n, feed, part, threads, memory)
            meet(barrier, threads)


@jit
def _forward(
    forward_part: int,
    plan: Array,
    feed: Array,
    active: Array,
    head: Array,
    first: int,
    parameters: Array,
    memory: Array,
    y: Array,
    barrier: Array,
    part: int,
    threads: int,
) -> None:
    call_forward(
        forward_part, plan, feed, active, head, first, part, threads, parameters, memory, y
    )
    meet(barrier, threads)


@jit
def _backward(
    _forward_part: int,
    pack: int,
    backward_part: int,
    inputs_part: int,
    gradient_part: int,
    readout_gradient: int,
    plan: Array,
    feed: Array,
    active: Array,
    head: Array,
    first: int,
    from_end: bool,
    parameters: Array,
    gradient: Array,
    memory: Array,
    dy: Array,
    squares: Array,
    norms: Array,
    barrier: Array,
    part: int,
    threads: int,
) -> None:
    if part == 0:
        clear(squares)
        call_pack(pack, plan, head, True, parameters, memory)
    meet(barrier, threads)
    pass_back(
        backward_part, inputs_part, gradient_part, plan, feed, active, first, from_end, True, True,
        parameters, memory, dy, squares, gradient, barrier, part, threads,
    )  # fmt: skip
    if part == 0:
        call_readout_gradient(readout_gradient, plan, head, first, memory, dy, gradient)
        finish_norms(squares, norms)


@jit
def _call_beyond(address: int, plan: Array, active: Array, memory: Array, outputs: Array) -> None:
    """Fill or clear what lies beyond the lengths."""
    call_fill_beyond(address, plan, active, memory, outputs)
