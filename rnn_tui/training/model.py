"""A network with its weights, and the random streams it starts from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_kernels import Network, initialise, pack, unpack
from rnn_tui.config import ModelConfig


@dataclass(frozen=True, slots=True)
class Model:
    """An architecture and its weights in the flat vector that the kernels take."""

    network: Network
    parameters: NDArray[Any]
    quantiles: tuple[float, ...] = ()
    """What the network says of each target: its quantiles, side by side; none: one number."""

    @classmethod
    def create(
        cls,
        config: ModelConfig,
        rng: np.random.Generator,
        *,
        input_size: int = 1,
        output_size: int = 1,
        quantiles: tuple[float, ...] = (),
    ) -> "Model":
        """Return a freshly initialised model that reads D inputs and forecasts O targets.

        Raises
        ------
        ValueError
            The scheme of the initial weights is not for this cell.
        """
        network = Network(
            cell=config.cell,
            input_size=input_size,
            hidden_size=config.hidden_size,
            output_size=output_size * max(1, len(quantiles)),
            layers=config.layers,
        )
        parameters = initialise(
            network,
            rng,
            np.dtype(config.dtype),
            scheme=config.init,
            spectral_radius=config.spectral_radius,
            forget_bias=config.forget_bias,
        )
        return cls(network, parameters, quantiles)

    def named_parameters(self) -> dict[str, NDArray[Any]]:
        """Return copies of the weights by their names, shapes as in `network.shapes`."""
        return unpack(self.network, self.parameters)

    def set_parameters(self, named: dict[str, NDArray[Any]]) -> None:
        """Take over weights by their names."""
        self.parameters[:] = pack(self.network, named, self.parameters.dtype)


def random_streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Return independent generators for the initial weights and the order of the batches."""
    weights, order = np.random.SeedSequence(seed).spawn(2)
    return np.random.default_rng(weights), np.random.default_rng(order)
