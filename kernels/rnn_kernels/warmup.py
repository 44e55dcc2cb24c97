"""Compilation before it is needed."""

from typing import Any

import numpy as np

from rnn_kernels.checks import parameter_size
from rnn_kernels.layout import Network, aligned_zeros, float_type
from rnn_kernels.optimizers import Optimizer
from rnn_kernels.propagation import forward
from rnn_kernels.training import predict, train_steps
from rnn_kernels.workspace import Workspace


def compile_kernels(network: Network, dtype: Any, *, threads: int = 1) -> None:
    """Compile, or load from the cache, all that training, prediction and tracing will call.

    Runs one training step, prediction and forward pass on tiny arrays.
    Compiled code depends on the cell, the dtype, whether there are several threads, and whether the
    hidden units fill an even number of vectors; not on other sizes.

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64, or `threads` is no positive whole number.
    """
    number = float_type(dtype)
    workspace = Workspace(network, timesteps=1, batch_size=1, dtype=number, threads=threads)
    parameters = aligned_zeros((parameter_size(network, number),), number)
    gradient = np.zeros_like(parameters)
    optimizer = Optimizer("sgd", size=parameters.size, dtype=number)
    series = np.zeros((1, network.input_size), number)
    targets = np.zeros((1, network.output_size), number)
    steps = 1 if threads == 1 else 4  # two with one thread, and two with several
    starts = np.zeros((steps, 1), np.int64)
    train_steps(
        network,
        parameters,
        gradient,
        optimizer,
        workspace,
        series,
        targets,
        starts,
        first=0,
        learning_rate=1.0,
        clip=0.0,
        losses=np.zeros(steps),
        norms=np.zeros(steps),
    )
    predict(network, parameters, workspace, series, starts[0], targets)
    alone = Workspace(network, timesteps=1, batch_size=1, dtype=number)
    forward(network, parameters, alone)
