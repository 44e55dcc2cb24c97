"""What a run may be asked to run until, as a person types it."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from rnn_tui.errors import UsageError

FORMS = "a step (5000), loss 0.01, validation 0.01, or divergence"
GOAL = re.compile(
    r"(?P<what>val[a-z]*\s+loss|[a-z]+)?\s*(?:below|<)?\s*(?P<number>[-+]?[0-9.][0-9._,]*(e[-+]?\d+)?)?"
)


class Target(StrEnum):
    """What is watched."""

    STEP = "step"
    LOSS = "loss"
    VALIDATION = "validation loss"
    DIVERGENCE = "divergence"


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a run is to hold."""

    target: Target
    number: float = 0.0
    """The step, or the loss to fall below; of no account for divergence."""

    def __str__(self) -> str:
        """Return the goal in words, as in "step 5,000" or "loss < 0.01"."""
        match self.target:
            case Target.STEP:
                return f"step {int(self.number):,}"
            case Target.DIVERGENCE:
                return str(self.target)
            case _:
                return f"{self.target} < {self.number:g}"


def parse_goal(text: str) -> Goal:
    """Return the goal that a person typed.

    Raises
    ------
    UsageError
        Says what can be typed.
    """
    found = GOAL.fullmatch(text.strip().casefold())
    what = _target(found["what"]) if found else None
    if found is None or what is None or bool(found["number"]) is (what is Target.DIVERGENCE):
        raise UsageError(f"give {FORMS}.")
    if what is Target.DIVERGENCE:
        return Goal(what)
    number = _number(found["number"])
    if what is Target.STEP:
        if number is None or number < 1 or number != int(number):
            raise UsageError(f"a step is a whole number from 1 on, not {found['number']}.")
        return Goal(what, number)
    if number is None or not number > 0:
        raise UsageError(f"a loss to fall below is a number above 0, not {found['number']}.")
    return Goal(what, number)


def _target(word: str | None) -> Target | None:
    """Return the target whose name a word begins, a step where there is none."""
    begun = word.split()[0] if word else Target.STEP
    return next((target for target in Target if target.startswith(begun)), None)


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
