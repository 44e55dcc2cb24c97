"""The Python interface: train a network on a series and take its forecast, in a few lines."""

from rnn_tui.api.ahead import Ahead
from rnn_tui.api.fitting import Fit, fit
from rnn_tui.api.forecaster import Forecaster, load

__all__ = ["Ahead", "Fit", "Forecaster", "fit", "load"]
