"""Forward pass, backward pass and single timestep, as they are called from Python."""

from typing import Any

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
from rnn_kernels.layout import Array, Network
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
    check_parameters(network, parameters, workspace.dtype)
    check_first(first, workspace.timesteps)
    run_forward(parameters, workspace, first)


def run_forward(parameters: Array, workspace: Workspace, first: int) -> None:
    """Forward pass of arguments that were checked."""
    memory, y = workspace.memory, workspace.y.reshape(-1)
    part = parts_of(workspace.network, workspace.dtype).forward
    arguments = (
        part, workspace.plan, workspace.head, first, parameters, memory, y, workspace.threads
    )  # fmt: skip
    if workspace.threads == 1:
        _forward(*arguments)
    else:
        with numba_threads(workspace.threads):
            _forward_parallel(*arguments)


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
    arguments = (
        *parts,
        workspace.plan,
        workspace.head,
        first,
        dh_T is not None,
        parameters,
        gradient,
        workspace.memory,
        workspace.dy.reshape(-1),
        workspace.squares.reshape(-1),
        workspace.norms.reshape(-1),
        workspace.threads,
    )
    if workspace.threads == 1:
        _backward(*arguments)
    else:
        with numba_threads(workspace.threads):
            _backward_parallel(*arguments)


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
    check_parameters(network, parameters, dtype)
    check_array("x", x, (None, network.input_size), dtype)
    B = len(x)
    shape = (B, network.hidden_size) if network.layers == 1 else (
        network.layers, B, network.hidden_size
    )  # fmt: skip
    states: dict[str, Any] = {"h": h, "h_out": h_out}
    if network.has_cell_state:
        states |= {"c": c, "c_out": c_out}
    for name, state in states.items():
        check_array(name, state, shape, dtype, writable=name.endswith("out"))
    check_array("y", y, (B, network.output_size), dtype, writable=True)
    if B == 0:
        return
    workspace = Workspace(network, timesteps=1, batch_size=B, dtype=dtype)
    workspace.x[0] = x
    for n, layer in enumerate(workspace.layers):
        layer.h[0] = h if network.layers == 1 else h[n]
        if layer.c is not None:
            layer.c[0] = states["c"] if network.layers == 1 else states["c"][n]
    run_forward(parameters, workspace, 0)
    y[:] = workspace.y[0]
    for n, layer in enumerate(workspace.layers):
        (h_out if network.layers == 1 else h_out[n])[:] = layer.h[1]
        if layer.c is not None:
            (states["c_out"] if network.layers == 1 else states["c_out"][n])[:] = layer.c[1]


def _forward_body(
    forward_part: int,
    plan: Array,
    head: Array,
    first: int,
    parameters: Array,
    memory: Array,
    y: Array,
    threads: int,
) -> None:
    for part in prange(threads):
        call_forward(forward_part, plan, head, first, part, threads, parameters, memory, y)


def _backward_body(
    _forward_part: int,
    pack: int,
    backward_part: int,
    inputs_part: int,
    gradient_part: int,
    readout_gradient: int,
    plan: Array,
    head: Array,
    first: int,
    from_end: bool,
    parameters: Array,
    gradient: Array,
    memory: Array,
    dy: Array,
    squares: Array,
    norms: Array,
    threads: int,
) -> None:
    clear(squares)
    call_pack(pack, plan, head, True, parameters, memory)
    for part in prange(threads):
        for n in range(plan.shape[0] - 1, -1, -1):
            call_backward(
                backward_part, plan, n, first, from_end, part, threads,
                parameters, memory, dy, squares,
            )  # fmt: skip
            call_inputs(inputs_part, plan, n, True, part, threads, memory)
    for part in prange(threads):
        call_gradient(gradient_part, plan, part, threads, memory, gradient)
    call_readout_gradient(readout_gradient, plan, head, first, memory, dy, gradient)
    finish_norms(squares, norms)


_forward = jit(_forward_body)
_forward_parallel = jit_parallel(_forward_body)
_backward = jit(_backward_body)
_backward_parallel = jit_parallel(_backward_body)
