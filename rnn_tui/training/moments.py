"""What an optimizer remembers of earlier gradients, for training that goes on from a model file."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import Network, Optimizer, pack, unpack
from rnn_tui.training.checkpoint import SavedMoments

MOMENTS = ("m", "v")


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A copy of an optimizer's state at one step."""

    optimizer: str
    step_count: int
    """Updates so far, by which Adam corrects its moments."""
    m: NDArray[Any]
    """As packed as the parameters, shape (n,); empty where the rule has none. `v` likewise."""
    v: NDArray[Any]

    @classmethod
    def of(cls, optimizer: Optimizer) -> "Moments":
        """Return the state of an optimizer."""
        return cls(optimizer.name, optimizer.step_count, optimizer.m.copy(), optimizer.v.copy())

    def named(self, network: Network) -> SavedMoments:
        """Return the state by the names of the weights that it belongs to."""
        tensors = {
            f"{moment}.{name}": values
            for moment in MOMENTS
            if getattr(self, moment).size
            for name, values in unpack(network, getattr(self, moment)).items()
        }
        return SavedMoments(self.optimizer, self.step_count, tensors)


def restore_moments(optimizer: Optimizer, network: Network, saved: SavedMoments) -> str | None:
    """Give an optimizer the state in a model file; return why it cannot have it, in words.

    Where it cannot, nothing is changed.
    """
    if saved.optimizer != optimizer.name:
        return f"the file has that of {saved.optimizer}"
    restored = {}
    for moment in MOMENTS:
        size = getattr(optimizer, moment).size
        wanted = {f"{moment}.{name}": shape for name, shape in network.shapes.items() if size}
        found = {n: a for n, a in saved.tensors.items() if n.startswith(f"{moment}.")}
        if wanted != {name: array.shape for name, array in found.items()}:
            return f"{moment} in the file is not that of this network and its settings"
        if any(not np.isfinite(array).all() for array in found.values()):
            return f"{moment} in the file is not finite"
        if moment == "v" and any((array < 0).any() for array in found.values()):
            return f"{moment} in the file is below 0"
        if size:
            named = {name.removeprefix(f"{moment}."): array for name, array in found.items()}
            restored[moment] = pack(network, named, optimizer.dtype)
    for moment, values in restored.items():
        getattr(optimizer, moment)[:] = values
    optimizer.step_count = saved.step_count
    return None
