"""The memory of a training step or a forward pass, allocated once by the caller."""

from typing import Any

import numpy as np

from rnn_kernels.layout import (
    Array,
    Network,
    Trace,
    aligned_zeros,
    float_type,
    positive_int,
    trace_shapes,
)

_ALWAYS_DOUBLE = {"dh_squares", "dc_squares", "dh_norm", "dc_norm"}


class Workspace:
    """Inputs, states, gates, outputs and their gradients over T timesteps of B samples.

    Kernels fill the arrays in place and allocate nothing. One workspace belongs to one thread at a
    time; a reader in another thread copies what it needs while no kernel runs.

    Parameters
    ----------
    network : Network
    timesteps, batch_size : int
        T and B.
    dtype : float32 or float64
    threads : int
        Threads that forward, backward, training and prediction use. Results do not depend on it.

    Attributes
    ----------
    x : array, shape (T, B, D)
        Input; the caller fills it.
    h : array, shape (T+1, B, H)
        Hidden states. The caller sets h[0].
    c : array, shape (T+1, B, H), or None
        Cell states of an LSTM. The caller sets c[0].
    y, dy : array, shape (T, B, O)
        Output of the readout, and the gradient of the loss with respect to it.
    dx : array, shape (T, B, D)
        Gradient with respect to the input; filled by `backward`, not by `train_steps`.
    dh0, dc0 : array, shape (B, H)
        Gradient with respect to the initial states; dc0 is zero in an RNN.
    dh_norm, dc_norm : float64 array, shape (T,)
        ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ for t = 1 … T: Frobenius norm over batch and units of the total
        derivative (through later timesteps and through the readout of t). The squares are summed
        in float64, so norms far below 1e-23 survive where float32 still holds the gradient.
        dc_norm is zero in an RNN.
    arrays : Trace
        The same arrays and the kernels' own, whose layout may change.

    Raises
    ------
    ValueError
        A size is no positive whole number, or the dtype is neither float32 nor float64.
    """

    def __init__(
        self,
        network: Network,
        *,
        timesteps: int,
        batch_size: int,
        dtype: Any,
        threads: int = 1,
    ) -> None:
        self.network = network
        self.timesteps = positive_int("timesteps", timesteps)
        self.batch_size = positive_int("batch_size", batch_size)
        self.threads = positive_int("threads", threads)
        self.dtype = float_type(dtype)
        double = np.dtype(np.float64)
        shapes = trace_shapes(network, self.timesteps, self.batch_size, self.threads)
        self.arrays = Trace(
            **{
                name: aligned_zeros(shape, double if name in _ALWAYS_DOUBLE else self.dtype)
                for name, shape in shapes.items()
            }
        )
        arrays = self.arrays
        self.x, self.h, self.y = arrays.x, arrays.h, arrays.y
        self.c = arrays.c if network.cell == "lstm" else None
        self.dx, self.dy, self.dh0, self.dc0 = arrays.dx, arrays.dy, arrays.dh, arrays.dc
        self.dh_norm, self.dc_norm = arrays.dh_norm, arrays.dc_norm

    def gate(self, name: str) -> Array:
        """Return one gate's activation, or the state after each timestep, as a view (T, B, H).

        Parameters
        ----------
        name : str
            "i", "f", "g", "o", "c" or "h" in an LSTM, "h" in an RNN.

        Raises
        ------
        ValueError
            The cell has no such gate.
        """
        if name == "h":
            return self.h[1:]
        if self.c is not None:
            if name == "c":
                return self.c[1:]
            if name in self.network.gate_names:
                start = self.network.gate_names.index(name) * self.network.hidden_size
                return self.arrays.gates[:, :, start : start + self.network.hidden_size]
        known = "i, f, g, o, c, h" if self.c is not None else "h"
        raise ValueError(f"name: got {name!r}, expected one of {known}")
