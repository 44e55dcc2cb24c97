"""Contenders that take turns in one process, and what the processor can do at most."""

import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from rnn_kernels.arrays import aligned_zeros
from rnn_kernels.jit import POLICY
from rnn_kernels.microkernel import Code, kernel
from rnn_kernels.vectors import Index, Vector, lanes

TURN = 3e-2  # seconds: as many steps as fit, at least one
FEWEST_TURNS = 5
SUMS = 12  # more than the latency of one, fewer than the registers of any processor

Contender = Callable[[int], None]
"""Takes so many steps."""


@kernel("times memory")
def multiply_add(code: Code, at: Any) -> None:
    """As many fused multiply-adds as registers can have under way, and nothing else."""
    places = [at.memory + n * code.lanes for n in range(SUMS)]
    a, b = code.load(places[0]), code.load(places[1])

    def step(_k: Index, sums: list[Vector]) -> list[Vector]:
        return [a * b + value for value in sums]

    begun = [code.load(place) for place in places]  # equal sums would be computed once
    found = code.loop(code.index(0), at.times, 1, begun, step)
    for value, place in zip(found, places, strict=True):
        code.store(value, place)


@numba.njit(**POLICY)  # type: ignore[untyped-decorator]
def run_multiply_add(times: int, memory: Any) -> None:
    """Let the processor do what it can do most of."""
    multiply_add(times, memory)


def peak(dtype: np.dtype[Any]) -> tuple[Contender, float]:
    """Return a loop that stays in the registers, and its operations."""
    memory, repeats = aligned_zeros((SUMS * lanes(dtype),), dtype), 30_000

    def take(steps: int) -> None:
        run_multiply_add(steps * repeats, memory)

    return take, 2.0 * repeats * SUMS * lanes(dtype)


def timed(contender: Contender, steps: int) -> float:
    """Return seconds a step.

    One more goes before that does not count: whoever had the turn before has left other data in the
    caches.
    """
    contender(1)
    began = time.perf_counter()
    contender(steps)
    return (time.perf_counter() - began) / steps


def take_turns(
    rivals: dict[str, Contender], seconds: float, longest: float
) -> dict[str, list[float]]:
    """Return every turn's seconds a step; they are as many for each, within `longest` seconds."""
    steps = {}
    for name, rival in rivals.items():
        rival(1)
        steps[name] = max(1, int(TURN / timed(rival, 1)))
    times: dict[str, list[float]] = {name: [] for name in rivals}
    began, turns = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds * len(rivals) or (
        turns < FEWEST_TURNS and passed < longest
    ):
        for name, rival in rivals.items():
            times[name].append(timed(rival, steps[name]))
        turns += 1
    return times
