"""Where a walk stands, and how it plays: pure, the clock is passed in."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Positions a second."""
PHASES = 3
"""Phases that a digit jumps to."""


class Phase(StrEnum):
    """What happens at a position."""

    FORWARD = "forwards"
    LOSS = "loss"
    BACKWARD = "backwards"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Position:
    """One of the 2 T + 2 positions of a walk through T timesteps.

    T forwards, the loss, T backwards, and the sum of it all.
    """

    place: int
    T: int

    @property
    def phase(self) -> Phase:
        """What happens here."""
        if self.place < self.T:
            return Phase.FORWARD
        if self.place == self.T:
            return Phase.LOSS
        return Phase.BACKWARD if self.place <= 2 * self.T else Phase.SUM

    @property
    def t(self) -> int:
        """The timestep, 1 … T: the last one at the loss, the first one at the sum."""
        if self.place < self.T:
            return self.place + 1
        return min(self.T, max(1, 2 * self.T + 1 - self.place))

    @property
    def seen(self) -> int:
        """Timesteps 1 … seen have been gone through forwards."""
        return min(self.place + 1, self.T)

    @property
    def reached(self) -> int:
        """Timesteps reached … T have been gone through backwards; T + 1 while there is none."""
        return min(self.T + 1, max(1, 2 * self.T + 1 - self.place))

    def at(self, t: int) -> "Position":
        """Return the position of timestep t in the pass that is under way."""
        backwards = self.phase in {Phase.BACKWARD, Phase.SUM}
        return Position(2 * self.T + 1 - t if backwards else t - 1, self.T)


@dataclass(frozen=True, slots=True)
class Player:
    """A place in the walk, and whether and how it moves."""

    T: int
    place: int = 0
    direction: int = 1
    speed: float = 4.0
    """Positions a second."""
    since: float | None = None
    """The clock's seconds when it came to its place; None where it stands still."""

    @property
    def position(self) -> Position:
        """The position at its place."""
        return Position(self.place, self.T)

    @property
    def last(self) -> int:
        """The last place."""
        return 2 * self.T + 1

    @property
    def plays(self) -> bool:
        """Whether it moves by itself."""
        return self.since is not None

    def seen_at(self, now: float) -> "Player":
        """Return the player as it is now: moved, and stopped where it came to an end."""
        if self.since is None:
            return self
        moves = math.floor((now - self.since) * self.speed)
        if moves < 1:
            return self
        place = self.place + moves * self.direction
        if not 0 < place < self.last:
            return replace(self, place=min(max(place, 0), self.last), since=None)
        return replace(self, place=place, since=self.since + moves / self.speed)

    def toggled(self, now: float) -> "Player":
        """Return it playing or standing still; at the end of the way it begins anew."""
        if self.plays:
            return replace(self, since=None)
        begin, end = (0, self.last) if self.direction > 0 else (self.last, 0)
        return replace(self, place=begin if self.place == end else self.place, since=now)

    def stepped(self, count: int) -> "Player":
        """Return it `count` places on, or back, and standing still."""
        return self.jumped(self.place + count)

    def jumped(self, place: int) -> "Player":
        """Return it at another place, or the end before it, standing still."""
        return replace(self, place=min(max(place, 0), self.last), since=None)

    def at_phase(self, number: int) -> "Player":
        """Return it at the beginning of a phase: 1 forwards, 2 the loss and back, 3 the sum."""
        return self.jumped((0, self.T, self.last)[number - 1])

    def paced(self, change: int, now: float) -> "Player":
        """Return it `change` speeds faster."""
        place = min(max(SPEEDS.index(self.speed) + change, 0), len(SPEEDS) - 1)
        return replace(self, speed=SPEEDS[place], since=now if self.plays else None)

    def turned(self, now: float) -> "Player":
        """Return it playing the other way round."""
        return replace(self, direction=-self.direction, since=now if self.plays else None)
