"""rnn-tui: watch recurrent networks learn, in a terminal.

>>> import rnn_tui
>>> run = rnn_tui.fit(dataset="sunspots", cell="lstm", hidden_size=16, steps=500)
>>> run.rmse["model"] < run.rmse["naive"]
True
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_tui.api import Ahead, Fit, Forecaster, fit, load

__version__ = "0.1.0"
__all__ = ["Ahead", "Fit", "Forecaster", "__version__", "fit", "load"]


def __getattr__(name: str) -> object:
    """Import the Python interface when it is first asked for: the command must answer at once."""
    if name in __all__:
        from rnn_tui import api  # noqa: PLC0415 - see above

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
