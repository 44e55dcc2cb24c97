"""The memory of a training step or a forward pass, allocated once by the caller."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_kernels.arrays import Array, aligned_zeros, float_type, positive_int
from rnn_kernels.checks import check_array
from rnn_kernels.feeding import FEED_SIZE
from rnn_kernels.layout import Layer, make_plan
from rnn_kernels.network import BIASES, Network, Packing
from rnn_kernels.team import Team
from rnn_kernels.threads import ThreadChoice


@dataclass(frozen=True)
class LayerStates:
    """What one layer of a workspace holds; all arrays are views.

    Attributes
    ----------
    h : array, shape (T+1, B, H)
        Hidden states. The caller sets h[0].
    c : array, shape (T+1, B, H), or None
        Cell states of an LSTM. The caller sets c[0].
    dh0, dc0 : array, shape (B, H)
        Gradient with respect to the initial states; dc0 is zero where there is no cell state.
    dh_norm, dc_norm : float64 array, shape (T,)
        ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ for t = 1 … T: Frobenius norm over batch and units of the total
        derivative (through later timesteps, through the layer above and through the readout of
        t). The squares are summed in float64, so norms far below 1e-23 survive where float32
        still holds the gradient. dc_norm is zero where there is no cell state.
    """

    network: Network
    h: Array
    c: Array | None
    dh0: Array
    dc0: Array
    dh_norm: Array
    dc_norm: Array
    panels: Array
    """Gates after their nonlinearity, (T, B, vectors of units, gate, lane)."""
    n: Array | None
    """The last gate of a GRU, (T, B, H), which lies apart."""

    def gate(self, name: str) -> Array:
        """Return one gate's activation, or the state after each timestep, (T, B, H).

        Gates are copies, states are views.

        Parameters
        ----------
        name : str
            "h", one of `Network.gate_names`, or the "c" of an LSTM.

        Raises
        ------
        ValueError
            The cell has no such gate.
        """
        if name == "h":
            return self.h[1:]
        if name == "c" and self.c is not None:
            return self.c[1:]
        if name == "n" and self.n is not None:
            return self.n
        names = self.network.gate_names
        if name not in names:
            states = ("c", "h") if self.c is not None else ("h",)
            known = ", ".join(dict.fromkeys((*names, *states)))
            raise ValueError(f"name: got {name!r}, expected one of {known}")
        values = self.panels[:, :, :, names.index(name)]
        T, B = values.shape[:2]
        by_unit = values.copy().reshape(T, B, -1)  # of one vector it would be a view
        return by_unit[:, :, : self.network.hidden_size]


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
        Threads that forward, backward and prediction use, and training where it finds them faster
        than one. Results do not depend on it.

    Attributes
    ----------
    x : array, shape (T, B, D)
        Input; the caller fills it, but for a network that reads tokens.
    tokens : int64 array, shape (T, B), or None
        Input of a network that reads tokens, 0 … V−1; the caller fills it.
    y, target, dy : array, shape (T, B, O)
        Output of the readout, the truth, and the gradient of the loss with respect to y.
    dx : array, shape (T, B, D)
        Gradient with respect to the input; filled by `backward`, not by `train_steps`.
    layers : tuple of LayerStates
    h, c, dh0, dc0, dh_norm, dc_norm
        Those of the last layer, the one that is read out.
    memory, squares, norms, plan, feed, active, ends, head
        The kernels' own, whose layout may change.

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
        self.timesteps = T = positive_int("timesteps", timesteps)
        self.batch_size = B = positive_int("batch_size", batch_size)
        self.threads = positive_int("threads", threads)
        self.choice = ThreadChoice(self.threads)
        self.team = Team(self.threads)
        self.dtype = float_type(dtype)
        D = network.input_size
        plan = make_plan(network, T, B, self.dtype, self.threads)
        self.plan = plan.table
        self.feed = np.zeros(FEED_SIZE, np.int64)
        self.active = np.zeros(T + 1, np.int64)
        self.ends = np.zeros(B, np.int64)
        self.set_lengths(None)
        self.head = np.array(Packing(network, plan.layers[0].lanes).readout, np.int64)
        self.memory = aligned_zeros((plan.size,), self.dtype)
        self.squares = np.zeros((network.layers, 2, T, B))
        self.norms = np.zeros((network.layers, 2, T))
        out = (T, B, network.output_size)
        self.y, self.target, self.dy = (aligned_zeros(out, self.dtype) for _ in range(3))
        for layer in plan.layers:
            start, width = layer.inputs, layer.inputs + BIASES
            self._rows(layer.a, T + 1, layer.a_stride, width)[:, :, start:] = 1
        self.tokens = np.zeros((T, B), np.int64) if network.vocabulary_size else None
        bottom = plan.layers[0]
        self.x = self._rows(bottom.a, T, bottom.a_stride, D)
        self.dx = self._rows(bottom.dx, T, bottom.dx_stride, D)
        self.layers = tuple(self._states(n, layer) for n, layer in enumerate(plan.layers))
        last = self.layers[-1]
        self.h, self.c, self.dh0, self.dc0 = last.h, last.c, last.dh0, last.dc0
        self.dh_norm, self.dc_norm = last.dh_norm, last.dc_norm
        self.gate = last.gate

    def _rows(self, start: int, T: int, stride: int, width: int) -> Array:
        """View of the first `width` columns of a (T, B, stride) part of the memory."""
        B = self.batch_size
        size = self.dtype.itemsize
        return np.lib.stride_tricks.as_strided(
            self.memory[start:], (T, B, width), (B * stride * size, stride * size, size)
        )

    def _states(self, n: int, layer: Layer) -> LayerStates:
        T, H, units = self.timesteps, layer.hidden, layer.units
        shape = (T, self.batch_size, units // layer.lanes, layer.z // units, layer.lanes)
        gates = self._rows(layer.gates, T, layer.z_stride, layer.z)
        return LayerStates(
            network=self.network,
            h=self._rows(layer.h, T + 1, layer.a_stride, H),
            c=self._rows(layer.c, T + 1, units, H) if layer.c else None,
            dh0=self._rows(layer.dh, 1, units, H)[0],
            dc0=self._rows(layer.dc, 1, units, H)[0],
            dh_norm=self.norms[n, 0],
            dc_norm=self.norms[n, 1],
            panels=np.lib.stride_tricks.as_strided(
                gates, shape, (*gates.strides[:2], *self._panel_strides(layer))
            ),
            n=self._rows(layer.n, T, layer.n_stride, H) if layer.n else None,
        )

    def _panel_strides(self, layer: Layer) -> tuple[int, int, int]:
        size = self.dtype.itemsize
        return layer.z // layer.units * layer.lanes * size, layer.lanes * size, size

    def set_lengths(self, lengths: Array | None) -> None:
        """Say how long the samples of the next pass are, the longest first; None is T."""
        self.ends[:] = self.timesteps if lengths is None else lengths
        t = np.arange(self.timesteps)[:, np.newaxis]
        self.active[:-1] = np.count_nonzero(self.ends > t, axis=1)
        self.has_lengths = lengths is not None

    def set_final_gradient(self, name: str, final: Array | None) -> None:
        """Set what the loss itself contributes to dh_T or dc_T of every layer; None is zero.

        Raises
        ------
        ValueError
            The array is not of shape (B, H), or (layers, B, H) of several layers.
        """
        shape: tuple[int, ...] = (self.batch_size, self.network.hidden_size)
        if self.network.layers > 1:
            shape = (self.network.layers, *shape)
        if final is not None:
            check_array(name, final, shape, self.dtype)
            final = final.reshape(self.network.layers, *shape[-2:])
        for n, layer in enumerate(self.layers):
            carry = layer.dh0 if name == "dh_T" else layer.dc0
            carry[:] = 0 if final is None else final[n]
