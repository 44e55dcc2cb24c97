"""Compilation before it is needed."""

from typing import Any

import numpy as np

from rnn_kernels.arrays import aligned_zeros, float_type
from rnn_kernels.checks import parameter_size
from rnn_kernels.dropout import Dropout
from rnn_kernels.losses import CLASSES, Loss
from rnn_kernels.network import Network
from rnn_kernels.optimizers import Optimizer, OptimizerName
from rnn_kernels.propagation import forward
from rnn_kernels.training import MEAN_SQUARED_ERROR, predict, train_steps
from rnn_kernels.workspace import Workspace


def compile_kernels(
    network: Network,
    dtype: Any,
    *,
    optimizer: OptimizerName = "adam",
    loss: Loss = MEAN_SQUARED_ERROR,
    clip_value: float = 0.0,
    dropout: Dropout | None = None,
) -> None:
    """Compile, or load from the cache, all that training, prediction and tracing will call.

    Runs one training step, prediction and forward pass on tiny arrays. A stream of single timesteps
    compiles its own code when it is made.
    Compiled code depends on the cell, the dtype, the names of optimizer and loss, on whether values
    are clipped, and whether the hidden units fill an even number of vectors; not on other sizes and
    settings, nor on the number of threads.

    Raises
    ------
    ValueError
        The dtype is neither float32 nor float64, the optimizer is unknown, or the network has not
        the outputs that the loss needs.
    """
    number = float_type(dtype)
    workspace = Workspace(network, timesteps=1, batch_size=1, dtype=number)
    parameters = aligned_zeros((parameter_size(network, number),), number)
    gradient = np.zeros_like(parameters)
    rule = Optimizer(optimizer, size=parameters.size, dtype=number)
    series = np.zeros((1, network.input_size), number)
    if network.vocabulary_size:
        series = np.zeros(1, np.int64)
    out = np.zeros((1, network.output_size), number)
    targets = out[:, :: loss.outputs_per_target].copy()
    if loss.name == "cross-entropy":
        targets = np.zeros(1, CLASSES)
    starts = np.zeros((1, 1), np.int64)
    train_steps(
        network,
        parameters,
        gradient,
        rule,
        workspace,
        series,
        targets,
        starts,
        first=0,
        learning_rate=1.0,
        clip=0.0,
        losses=np.zeros(1),
        norms=np.zeros(1),
        loss=loss,
        clip_value=clip_value,
        dropout=dropout,
    )
    predict(network, parameters, workspace, series, starts[0], out)
    alone = Workspace(network, timesteps=1, batch_size=1, dtype=number)
    forward(network, parameters, alone)
