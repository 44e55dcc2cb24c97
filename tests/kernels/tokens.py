"""Problems whose input is tokens; the oracle solves them with the rows of the embedding as x."""

from dataclasses import replace

import numpy as np

from rnn_kernels import Network, backward, forward, mse, pack
from tests import oracle
from tests.kernels import support
from tests.kernels.support import blank, by_layer, left_in, random_problem


def random_tokens(cell, *, V=5, seed=0, **sizes):
    """Return a problem whose x is the rows of an embedding, the embedding, and the tokens."""
    problem = random_problem(cell, seed=seed, **sizes)
    T, B, D = problem.x.shape
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(V, D)).astype(problem.dtype).astype(np.float64)
    tokens = rng.integers(0, V, (T, B))
    return replace(problem, x=embedding[tokens]), embedding, tokens


def network_of(problem, embedding):
    """The network of a problem with the vocabulary of the embedding."""
    own = problem.network
    return Network(
        own.cell, own.input_size, own.hidden_size, own.output_size, own.layers, len(embedding)
    )


def solve(problem, embedding, tokens, threads=1):
    """Forward, loss, backward with the kernels, keys as in `support.solve`."""
    network = network_of(problem, embedding)
    flat = pack(network, problem.parameters | {"embedding": embedding}, problem.dtype)
    workspace = replace(problem, network=network).workspace(threads)
    workspace.x[:] = np.nan
    workspace.tokens[:] = tokens
    gradient = blank(network, problem.dtype)
    forward(network, flat, workspace, first=problem.first)
    workspace.y[: problem.first] = 0
    loss = mse(workspace.y, problem.cast(problem.target), workspace.dy, first=problem.first)
    backward(
        network, flat, workspace, gradient, first=problem.first,
        dh_T=problem.cast(problem.dh_T),
        dc_T=problem.cast(problem.dc_T) if workspace.c is not None else None,
    )  # fmt: skip
    assert by_layer(problem.h0).shape[1] == tokens.shape[1]
    return {"loss": np.array(loss), **left_in(workspace, problem.first, gradient)}


def expected(problem, embedding, tokens):
    """Forward, loss, backward with the oracle."""
    found = support.expected(problem)
    own = {"embedding": embedding}
    return found | {"dembedding": oracle.embedding_gradient(own, tokens, found["dx"])}
