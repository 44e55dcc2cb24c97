"""How fast a run goes, as a number that can be read."""

import math

MEMORY_SECONDS = 0.5


class Speed:
    """Steps a second over about the last half second.

    Both steps and seconds fade by exp(−t/0.5 s), and the speed is their ratio: a constant speed is
    shown as it is from the first moment on.
    """

    def __init__(self) -> None:
        self._steps = 0.0
        self._seconds = 0.0

    def add(self, steps: int, seconds: float) -> None:
        """Take in that `steps` took `seconds`."""
        fade = math.exp(-max(seconds, 0.0) / MEMORY_SECONDS)
        self._steps = fade * self._steps + steps
        self._seconds = fade * self._seconds + max(seconds, 1e-9)

    @property
    def value(self) -> float:
        """Steps a second; 0 before the first."""
        return self._steps / self._seconds if self._seconds else 0.0
