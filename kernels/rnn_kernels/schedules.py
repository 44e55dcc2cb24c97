"""How the learning rate changes from step to step.

The rate of step k, from 0, is the learning rate times a factor. With w steps of warm-up, and
j = k − w the steps since,

    warm-up        (k + 1) / w                                  while k < w, then
    constant       1
    cosine         floor + (1 − floor) (1 + cos(π j/n)) / 2     until j = n, then floor
                   (Loshchilov and Hutter 2017, without restarts)
    step           decay^⌊j/n⌋
    exponential    decay^(j/n)

with n = `steps`. A factor depends on k alone: a run that is taken up again goes on where it was.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from rnn_kernels.arrays import Array, positive_int
from rnn_kernels.checks import check_number

ScheduleName: TypeAlias = Literal["constant", "cosine", "step", "exponential"]


@dataclass(frozen=True)
class Schedule:
    """A learning rate's course.

    Attributes
    ----------
    name : {"constant", "cosine", "step", "exponential"}
    steps : int
        n: in which the cosine falls to its floor, between two falls of "step", and in which
        "exponential" falls by `decay`.
    decay : float
        What the rate is multiplied by in n steps, above 0 and at most 1; of "step" and
        "exponential".
    floor : float
        Where the cosine ends, as a share of the learning rate, 0 to 1.
    warm_up : int
        w: steps in which the rate rises to the learning rate along a line, 0 for none.

    Raises
    ------
    ValueError
        The name is unknown or a setting out of range.
    """

    name: ScheduleName = "constant"
    steps: int = 1
    decay: float = 0.1
    floor: float = 0.0
    warm_up: int = 0

    def __post_init__(self) -> None:
        if self.name not in get_args(ScheduleName):
            known = ", ".join(get_args(ScheduleName))
            raise ValueError(f"name: got {self.name!r}, expected one of {known}")
        positive_int("steps", self.steps)
        if self.warm_up != 0:
            positive_int("warm_up", self.warm_up)
        for key, value, positive in (("decay", self.decay, True), ("floor", self.floor, False)):
            check_number(key, value, positive=positive)
            if value > 1:
                raise ValueError(f"{key}: got {value!r}, expected a number of at most 1")

    def factor(self, step: int) -> float:
        """Return what the learning rate is multiplied by at a step, from 0: a number from 0 to 1.

        Raises
        ------
        ValueError
            The step is below 0.
        """
        if step < 0:
            raise ValueError(f"step: got {step!r}, expected a whole number of at least 0")
        if step < self.warm_up:
            return (step + 1) / self.warm_up
        since = step - self.warm_up
        match self.name:
            case "cosine":
                share = min(since, self.steps) / self.steps
                return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * share)) / 2
            case "step":
                return float(self.decay ** (since // self.steps))
            case "exponential":
                return float(self.decay ** (since / self.steps))
            case _:
                return 1.0

    def fill(self, rates: Array, learning_rate: float, step: int) -> None:
        """Fill rates (n,), float64, with the learning rates of n steps from `step` on."""
        if self.name == "constant" and step >= self.warm_up:
            rates[:] = learning_rate
            return
        for n in range(len(rates)):
            rates[n] = learning_rate * self.factor(step + n)
