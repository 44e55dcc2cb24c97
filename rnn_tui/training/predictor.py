"""What a network says after reading windows of one length."""

import numpy as np

from rnn_kernels import Workspace, predict
from rnn_tui.choices import MEDIAN
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
        self._window = window
        self._workspace = self._new_workspace(batch_size)
        self._single = self._new_workspace(1) if batch_size > 1 else self._workspace
        """For one window: a network that runs free reads one at a time, thousands in turn."""

    def _new_workspace(self, batch_size: int) -> Workspace:
        network, dtype = self._model.network, self._model.parameters.dtype
        return Workspace(network, timesteps=self._window, batch_size=batch_size, dtype=dtype)

    def __call__(self, inputs: Inputs, starts: Starts) -> Inputs:
        """Return what is forecast after windows of `inputs` (N, D) at `starts` (n,), (n, H·O).

        Of a network that forecasts quantiles, the median.
        """
        return self.points(self.outputs(inputs, starts))

    def points(self, outputs: Inputs) -> Inputs:
        """Return what is forecast by outputs (n, H·O·Q) of the network, shape (n, H·O)."""
        quantiles = self._model.quantiles
        if not quantiles:
            return outputs
        median: Inputs = self._ordered(outputs)[:, :, quantiles.index(MEDIAN)].copy()
        return median

    def quantiles(self, inputs: Inputs, starts: Starts) -> Inputs:
        """Return the quantiles that are forecast, ascending, shape (n, H·O, Q).

        Where the network has them cross they are put in order (Chernozhukov, Fernández-Val and
        Galichon 2010), which brings none of them further from the truth on average.
        """
        return self._ordered(self.outputs(inputs, starts))

    def _ordered(self, outputs: Inputs) -> Inputs:
        ordered = outputs.reshape(len(outputs), -1, len(self._model.quantiles)).copy()
        ordered.sort(axis=2)
        return ordered

    def outputs(self, inputs: Inputs, starts: Starts) -> Inputs:
        """Return the network's outputs as they are, shape (n, H·O·Q)."""
        network, parameters = self._model.network, self._model.parameters
        out: Inputs = np.empty((len(starts), network.output_size), parameters.dtype)
        workspace = self._single if len(starts) == 1 else self._workspace
        predict(network, parameters, workspace, inputs, starts, out)
        return out
