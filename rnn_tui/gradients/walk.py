"""One backpropagation through time, taken apart: all that is to be seen at every timestep.

    dh_t = W_hyᵀ dy_t                     from the readout of t
         + (∂h_{t+1}/∂h_t)ᵀ dh_{t+1} …    back through time, through the cell state as well

A layer below the last one has W_ihᵀ dz_t of the layer above it in the place of the readout's part.
Werbos 1990 (backpropagation through time); Pascanu, Mikolov, Bengio 2013 for the factor. What is
here knows no kernel: `rnn_tui.gradients.walking` fills it in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """Norms over units of what arrives at one kind of state, each of shape (T,), t = 1 … T.

    A norm of a sum is not the sum of the norms: `here` and `back` may partly cancel.
    """

    total: Floats
    """‖∂L/∂s_t‖."""
    here: Floats
    """Its part from timestep t itself: the readout of t, or the layer above, for h; h_t for c."""
    back: Floats
    """Its part from later timesteps; 0 at T."""

    @property
    def factor(self) -> Floats:
        """back[t] / total[t+1], by which the way from t+1 to t shrank or stretched the norm.

        NaN at T, and where there was nothing to shrink or the norms are not finite.
        """
        factor = np.full_like(self.total, np.nan)
        with np.errstate(all="ignore"):
            factor[:-1] = self.back[:-1] / self.total[1:]
        factor[~np.isfinite(factor)] = np.nan
        return factor


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One training step on one sequence of T timesteps; t = 1 … T lies at index t − 1.

    What belongs to a layer is that of the last one; `layers` has the same of every layer. All
    arrays are read-only and float64, the pictures float32.
    """

    cell: str
    start: int
    """Row of the series that timestep 1 reads."""
    first: int
    """Index of the first timestep that the loss counts."""
    x: Floats
    """Input of the network, (T, D)."""
    y: Floats
    """Output of the readout, (T, O)."""
    target: Floats
    """The truth, (T, K); K = O but where several quantiles of each target are learned."""
    compared: int
    """Index of the output that stands beside the first target: of quantiles, the middle one."""
    reads: Floats
    """What the layer reads: x, or the h of the layer below, (T, D or H)."""
    activations: dict[str, Floats]
    """Gates, then cell state where there is one, then "h"; each (T, H), after timestep t."""
    loss: float
    """Over the timesteps that count."""
    loss_name: str
    """"mse", "mae", "huber", "quantile"."""
    dy: Floats
    """∂L/∂y_t, (T, O)."""
    dh: Floats
    """∂L/∂h_t, the total derivative, (T, H)."""
    hidden: Arrival
    state: Arrival | None
    """Of the cell state; None where the cell has none."""
    gate_names: tuple[str, ...]
    """Of the blocks of rows of W_hh."""
    added: Floats
    """‖dW_hh‖ of what timestep t alone adds, (T,)."""
    so_far: Floats
    """‖dW_hh‖ of the sum over timesteps t … T, (T,)."""
    global_norm: Floats
    """Norm over all parameters of the network of that sum, (T,)."""
    pictures: NDArray[np.float32]
    """|dW_hh| of that sum, (T, gates, n, n): norms of blocks, single weights where H ≤ n."""
    layer: int = 1
    """Number of the layer, from 1."""
    layer_count: int = 1
    """Layers of the network."""
    below: tuple["Walk", ...] = ()
    """The same training step in the layers below the last one, the first layer first."""

    @property
    def layers(self) -> tuple["Walk", ...]:
        """The training step in every layer, the first layer first."""
        return (*self.below, self)

    @property
    def is_last(self) -> bool:
        """Whether it is the layer that is read out."""
        return self.layer == self.layer_count

    @property
    def T(self) -> int:  # noqa: N802 - the field's own name
        """Number of timesteps."""
        return len(self.x)
