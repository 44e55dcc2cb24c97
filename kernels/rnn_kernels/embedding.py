"""Tokens as input: each is a whole number, and its row of the embedding is the x of a timestep.

    x_t = E[token_t]              E (V, D), the parameter `embedding`
    dE[k] = Σ_t dx_t              over all timesteps and samples with token_t = k

A row is fetched, nothing is multiplied. The token of sample b at timestep t is the element
starts[s, b] + stride · t of a flat array, be it a series or a batch of its own.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import from_dtype, types

from rnn_kernels.arrays import Array
from rnn_kernels.checks import check_array
from rnn_kernels.jit import address_of, caller, jit, jit_part
from rnn_kernels.layout import layer_at
from rnn_kernels.network import Network, Packing
from rnn_kernels.vectors import lanes

call_embed = caller("plan head tokens starts s stride parameters memory")
call_embedding_gradient = caller("plan head tokens starts s stride memory gradient")


def check_tokens(name: str, tokens: Array, shape: tuple[int | None, ...], vocabulary: int) -> None:
    """Raise ValueError unless every token is the number of a row of the embedding."""
    check_array(name, tokens, shape, np.dtype(np.int64))
    if tokens.size and not (tokens.min() >= 0 and tokens.max() < vocabulary):
        wrong = np.argwhere((tokens < 0) | (tokens >= vocabulary))[0]
        where = ", ".join(map(str, wrong.tolist()))
        raise ValueError(
            f"{name}: got token {tokens[tuple(wrong)]} at [{where}], "
            f"expected 0 to {vocabulary - 1}: the vocabulary has {vocabulary}"
        )


def embedding_of(network: Network, parameters: Array) -> Array:
    """Return the embedding in a network's flat vector, a view (V, D)."""
    start = Packing(network, lanes(parameters.dtype)).embedding
    return parameters[start:].reshape(network.vocabulary_size, network.input_size)


@cache
def embed_of(dtype: np.dtype[Any]) -> int:
    """Compile what fetches the rows of tokens."""
    return address_of(_embed, *_types(dtype))


@cache
def embedding_gradient_of(dtype: np.dtype[Any]) -> int:
    """Compile what adds their gradients up."""
    return address_of(_embedding_gradient, *_types(dtype))


def _types(dtype: np.dtype[Any]) -> tuple[Any, ...]:
    plan, whole = types.Array(types.int64, 2, "C"), types.Array(types.int64, 1, "C")
    n, values = types.int64, types.Array(from_dtype(dtype), 1, "C")
    return plan, whole, whole, plan, n, n, values, values


@jit_part
def _embed(
    plan: Array, head: Array, tokens: Array, starts: Array, s: int, stride: int,
    parameters: Array, memory: Array,
) -> None:  # fmt: skip
    """Fill x with the rows of the tokens."""
    bottom, table = layer_at(plan, 0), head[2] + head[0]
    for b in range(bottom.batch):
        for t in range(bottom.timesteps):
            row = table + tokens[starts[s, b] + t * stride] * bottom.inputs
            x = bottom.a + (t * bottom.batch + b) * bottom.a_stride
            for d in range(bottom.inputs):
                memory[x + d] = parameters[row + d]


@jit_part
def _embedding_gradient(
    plan: Array, head: Array, tokens: Array, starts: Array, s: int, stride: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Fill the gradient of the embedding from dx."""
    bottom, table = layer_at(plan, 0), head[2] + head[0]
    for k in range(table, gradient.size):
        gradient[k] = gradient.dtype.type(0)
    for b in range(bottom.batch):
        for t in range(bottom.timesteps):
            row = table + tokens[starts[s, b] + t * stride] * bottom.inputs
            dx = bottom.dx + (t * bottom.batch + b) * bottom.dx_stride
            for d in range(bottom.inputs):
                gradient[row + d] += memory[dx + d]


@jit
def embed(
    address: int, plan: Array, head: Array, tokens: Array, starts: Array, stride: int,
    parameters: Array, memory: Array,
) -> None:  # fmt: skip
    """Fetch the rows of a batch of tokens; called from Python."""
    call_embed(address, plan, head, tokens, starts, 0, stride, parameters, memory)


@jit
def add_embedding_gradient(
    address: int, plan: Array, head: Array, tokens: Array, starts: Array, stride: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Fill the gradient of the embedding of a batch of tokens; called from Python."""
    call_embedding_gradient(address, plan, head, tokens, starts, 0, stride, memory, gradient)
