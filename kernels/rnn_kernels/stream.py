"""A network that reads one timestep after another and remembers its states alone."""

from typing import Any

import numpy as np

from rnn_kernels.arrays import Array, aligned_zeros
from rnn_kernels.checks import check_array, check_floats, check_parameters
from rnn_kernels.embedding import check_tokens, embedding_of
from rnn_kernels.feeding import set_feed
from rnn_kernels.jit import jit
from rnn_kernels.layout import layer_at
from rnn_kernels.network import Network
from rnn_kernels.parts import call_forward, parts_of
from rnn_kernels.sweeps import last_states_first
from rnn_kernels.workspace import Workspace

CHUNK = 256
"""Timesteps of tokens whose rows of the embedding are fetched at a time."""


class Stream:
    """Inference without a trace: live input, free-running forecasts, series of any length.

    Outputs and states are bit for bit those of `forward` over the same timesteps with the same
    batch size. The memory is that of one timestep, and a call allocates nothing. One stream
    belongs to one thread at a time.

    Parameters
    ----------
    network : Network
    parameters : array, shape (parameter_size(network, dtype),)
        Not copied: each timestep takes them as they then are.
    batch_size : int
        B: streams that advance together.

    Attributes
    ----------
    x : array, shape (B, D)
        Input of the next timestep; the caller fills it, but for a network that reads tokens.
    tokens : int64 array, shape (B,), or None
        Input of the next timestep of a network that reads tokens; the caller fills it.
    y : array, shape (B, O)
        Output of the latest timestep.
    h, c : tuple of arrays, shape (B, H)
        States of each layer, zero at first; the caller may set them. c is empty in an RNN.

    Raises
    ------
    ValueError
        The parameters are not the network's, or the batch size is no positive whole number.
    """

    def __init__(self, network: Network, parameters: Array, *, batch_size: int = 1) -> None:
        dtype = check_floats("parameters", parameters)
        check_parameters(network, parameters, dtype)
        workspace = Workspace(network, timesteps=1, batch_size=batch_size, dtype=dtype)
        set_feed(workspace.feed, network, dtype)
        self.network = network
        self.batch_size = workspace.batch_size
        self.dtype = dtype
        self.x = aligned_zeros((self.batch_size, network.input_size), dtype)
        self.tokens = np.zeros(self.batch_size, np.int64) if network.vocabulary_size else None
        self.y = aligned_zeros((self.batch_size, network.output_size), dtype)
        self.h = tuple(layer.h[0] for layer in workspace.layers)
        self.c = tuple(layer.c[0] for layer in workspace.layers if layer.c is not None)
        self._embedding = embedding_of(network, parameters)
        self._own = self.x[None], self.y[None]
        self._fixed = (
            parts_of(network, dtype).forward,
            workspace.plan,
            workspace.feed,
            workspace.active,
            workspace.head,
            parameters,
            workspace.memory,
            workspace.y.reshape(-1),
        )

    def step(self) -> Array:
        """Read `x`, or `tokens`, as the next timestep, and return `y`, filled anew.

        Raises
        ------
        ValueError
            A token is none of the vocabulary.
        """
        if self.tokens is not None:
            check_tokens("tokens", self.tokens, self.tokens.shape, self.network.vocabulary_size)
            self.x[:] = self._embedding[self.tokens]
        _read(*self._fixed, *self._own)
        return self.y

    def run(self, x: Array, y: Array) -> None:
        """Read timesteps in a row, as that many calls of `step` would.

        Parameters
        ----------
        x : array, shape (T, B, D), or tokens, int64 (T, B)
        y : array, shape (T, B, O)
            Filled with the output after each.

        Raises
        ------
        ValueError
            An array does not fit the network or the other.
        """
        B, network = self.batch_size, self.network
        if self.tokens is not None:
            check_tokens("x", x, (None, B), network.vocabulary_size)
        else:
            check_array("x", x, (None, B, network.input_size), self.dtype)
        check_array("y", y, (len(x), B, network.output_size), self.dtype, writable=True)
        if self.tokens is None:
            _read(*self._fixed, x, y)
            return
        for begin in range(0, len(x), CHUNK):
            some = slice(begin, begin + CHUNK)
            _read(*self._fixed, self._embedding[x[some]], y[some])

    def reset(self) -> None:
        """Set all states to zero, as at the start."""
        for state in (*self.h, *self.c):
            state[:] = 0


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
    """Run one timestep from given states. For many in a row a `Stream` is faster.

    Parameters
    ----------
    network : Network
    parameters : array, shape (network.size,)
    x : array, shape (B, D), or tokens, int64 (B,)
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
    if network.vocabulary_size:
        check_tokens("x", x, (None,), network.vocabulary_size)
    else:
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
    stream = Stream(network, parameters, batch_size=B)
    if stream.tokens is None:
        stream.x[:] = x
    else:
        stream.tokens[:] = x
    by_layer = (network.layers, B, network.hidden_size)
    for name, own in (("h", stream.h), ("c", stream.c)):
        for n, state in enumerate(own):
            state[:] = states[name].reshape(by_layer)[n]
    y[:] = stream.step()
    for name, own in (("h_out", stream.h), ("c_out", stream.c)):
        for n, state in enumerate(own):
            states[name].reshape(by_layer)[n] = state


@jit
def _read(
    forward_part: int, plan: Array, feed: Array, active: Array, head: Array, parameters: Array,
    memory: Array, out: Array, x: Array, y: Array,
) -> None:  # fmt: skip
    """Fill y from x, timestep by timestep, in the memory and the flat output of a single one."""
    bottom = layer_at(plan, 0)
    for t in range(x.shape[0]):
        for b in range(x.shape[1]):
            for d in range(x.shape[2]):
                memory[bottom.a + b * bottom.a_stride + d] = x[t, b, d]
        call_forward(forward_part, plan, feed, active, head, 0, 0, 1, parameters, memory, out)
        last_states_first(plan, memory)
        for b in range(y.shape[1]):
            for o in range(y.shape[2]):
                y[t, b, o] = out[b * y.shape[2] + o]
