"""Whether a forecast is worth anything, in one sentence."""

import math
from collections.abc import Mapping

from rnn_tui.forecasting.metrics import Scores, best_baseline

DIGITS = 3
MOST_DIGITS = 6


def verdict(name: str, scores: Mapping[str, Scores]) -> str | None:
    """Return whether the model beats the baselines by RMSE; None without its scores or theirs.

    Parameters
    ----------
    name
        What the sentence calls the model.
    scores
        Of "model" and of every baseline.
    """
    if "model" not in scores:
        return None
    model = scores["model"].rmse
    if not math.isfinite(model):
        return f"{name} has no finite test error: its forecast cannot be used."
    best = best_baseline(scores)
    if best is None:
        return None
    baseline = scores[best].rmse
    ours, theirs = figures(model, baseline)
    if model < baseline:
        return f"{name} {ours} beats every baseline on this series; the best is {best} {theirs}."
    sentence = f"{name} {ours} does not beat {best} {theirs} on this series"
    naive = scores["naive"].rmse if "naive" in scores else math.inf
    if best != "naive" and model >= naive:
        sentence += f", nor even naive {figures(naive, model)[0]}"
    return f"{sentence}."


def figures(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with three significant digits, more where they would look alike."""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = figure(one, digits), figure(other, digits)
        if texts[0] != texts[1]:
            break
    return texts if one != other else (figure(one), figure(other))


def figure(value: float, digits: int = DIGITS) -> str:
    """Return a number with `digits` significant digits, with an exponent only where needed."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    text = f"{value:.{digits - 1}e}"
    magnitude = int(text.partition("e")[2])
    if not -5 < magnitude < 7:
        return text
    return f"{value:,.{max(0, digits - 1 - magnitude)}f}"
