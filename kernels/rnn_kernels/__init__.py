"""Recurrent kernels: NumPy arrays in, NumPy arrays out, compiled by Numba."""

from rnn_kernels.checks import parameter_size
from rnn_kernels.jit import CompilerOffError
from rnn_kernels.layout import Network, pack, unpack
from rnn_kernels.losses import mse
from rnn_kernels.optimizers import Optimizer, clip_by_global_norm
from rnn_kernels.parameters import initialise
from rnn_kernels.propagation import backward, forward
from rnn_kernels.stream import Stream, step
from rnn_kernels.training import predict, train_steps
from rnn_kernels.warmup import compile_kernels
from rnn_kernels.workspace import Workspace

__all__ = [
    "CompilerOffError",
    "Network",
    "Optimizer",
    "Stream",
    "Workspace",
    "backward",
    "clip_by_global_norm",
    "compile_kernels",
    "forward",
    "initialise",
    "mse",
    "pack",
    "parameter_size",
    "predict",
    "step",
    "train_steps",
    "unpack",
]
