"""Recurrent kernels: NumPy arrays in, NumPy arrays out, compiled by Numba."""

from rnn_kernels.checks import parameter_size
from rnn_kernels.dropout import Dropout
from rnn_kernels.jit import CompilerOffError
from rnn_kernels.losses import Loss, cross_entropy, huber, mae, measure, mse, quantile_loss
from rnn_kernels.network import Network, pack, unpack
from rnn_kernels.optimizers import Optimizer, clip_by_global_norm, clip_by_value
from rnn_kernels.parameters import initialise
from rnn_kernels.propagation import backward, forward
from rnn_kernels.schedules import Schedule
from rnn_kernels.stream import Stream, step
from rnn_kernels.threads import processors
from rnn_kernels.training import predict, train_steps
from rnn_kernels.warmup import compile_kernels
from rnn_kernels.workspace import LayerStates, Workspace

__all__ = [
    "CompilerOffError",
    "Dropout",
    "LayerStates",
    "Loss",
    "Network",
    "Optimizer",
    "Schedule",
    "Stream",
    "Workspace",
    "backward",
    "clip_by_global_norm",
    "clip_by_value",
    "compile_kernels",
    "cross_entropy",
    "forward",
    "huber",
    "initialise",
    "mae",
    "measure",
    "mse",
    "pack",
    "parameter_size",
    "predict",
    "processors",
    "quantile_loss",
    "step",
    "train_steps",
    "unpack",
]
