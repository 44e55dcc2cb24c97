"""The steps of the speed limit: powers of two, so that going up and down meets the same ones."""

import math

SHOWN_AT_FIRST = 64.0
"""Steps a second of the first limit: slow enough to follow, fast enough to see it learn."""
SLOWEST = 1 / 16


def slower(limit: float | None, speed: float) -> float:
    """Return half the limit; without one, the first limit below the present speed.

    Parameters
    ----------
    limit, speed
        Steps a second: at most, and now.
    """
    if limit is not None:
        return max(limit / 2, SLOWEST)
    if not speed > 0:
        return SHOWN_AT_FIRST
    below = 2.0 ** math.floor(math.log2(speed / 2))
    return min(SHOWN_AT_FIRST, max(below, SLOWEST))


def faster(limit: float | None) -> float | None:
    """Return twice the limit; none stays none."""
    return None if limit is None else 2 * limit


def limit_words(limit: float) -> str:
    """Return a limit as in "64 steps/s" or "1 step in 4 s"."""
    if limit < 1:
        return f"1 step in {1 / limit:g} s"
    return "1 step/s" if limit == 1 else f"{limit:g} steps/s"
