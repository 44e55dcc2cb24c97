"""Keys of the section training that belong to one choice of another key."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

BELONGS = {
    "huber_delta": ("loss", ("huber",)),
    "quantiles": ("loss", ("quantile",)),
    "momentum": ("optimizer", ("sgd", "rmsprop")),
    "nesterov": ("optimizer", ("sgd",)),
    "betas": ("optimizer", ("adam", "adamw")),
    "smoothing": ("optimizer", ("rmsprop",)),
    "epsilon": ("optimizer", ("rmsprop", "adam", "adamw")),
    "schedule_steps": ("schedule", ("cosine", "step", "exponential")),
    "lr_decay": ("schedule", ("step", "exponential")),
    "lr_floor": ("schedule", ("cosine",)),
}
"""Key -> the key that decides, and with which of its values it means something."""
MEDIAN = 0.5


def misplaced(section: Mapping[str, Any], defaults: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a key that means nothing beside the others, None where all fit."""
    for key, (chooser, choices) in BELONGS.items():
        if section[key] != defaults[key] and section[chooser] not in choices:
            return (
                f"{key} belongs to {chooser} {' or '.join(choices)}, not to {section[chooser]}: "
                f"leave it out, or choose another {chooser}"
            )
    if section["nesterov"] and not section["momentum"]:
        return "nesterov needs a momentum above 0, such as 0.9"
    return None


def quantiles_fault(quantiles: tuple[float, ...]) -> str | None:
    """Return what is wrong with the quantiles of a forecast, None where nothing is."""
    ascending = all(low < high for low, high in pairwise(quantiles))
    if not (quantiles and ascending and quantiles[0] > 0 and quantiles[-1] < 1):
        return f"must be numbers between 0 and 1, ascending, such as 0.05,0.5,0.95, not {quantiles}"
    if MEDIAN not in quantiles:
        return f"must hold 0.5, the forecast, as 0.05,0.5,0.95 do, not {quantiles}"
    return None
