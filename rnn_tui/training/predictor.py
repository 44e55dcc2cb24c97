"""What a network says after reading windows of one length."""

import numpy as np

from rnn_kernels import Workspace, predict
from rnn_tui.data.prepared import Inputs
from rnn_tui.data.windows import Starts
from rnn_tui.training.model import Model

PREDICTION_BATCH = 64


class Predictor:
    """A model, and the buffers it needs to read windows of T rows from a zero state.

    Parameters
    ----------
    model
        Its weights may change: those of the moment are used.
    window
        T.
    batch_size
        Windows that are read at a time.
    """

    def __init__(self, model: Model, window: int, batch_size: int = PREDICTION_BATCH) -> None:
        self._model = model
        self._workspace = Workspace(
            model.network,
            timesteps=window,
            batch_size=batch_size,
            dtype=model.parameters.dtype,
        )

    def __call__(self, inputs: Inputs, starts: Starts) -> Inputs:
        """Return the outputs after windows of `inputs` (N, D) at `starts` (n,), shape (n, H·O)."""
        network, parameters = self._model.network, self._model.parameters
        out: Inputs = np.empty((len(starts), network.output_size), parameters.dtype)
        predict(network, parameters, self._workspace, inputs, starts, out)
        return out
