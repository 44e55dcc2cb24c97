"""What a timestep takes, in short sequences and in long ones.

    python benchmarks/scaling.py [--cells lstm gru rnn] [--turns 7]

Picoseconds a step for each timestep, sample and recurrent weight, for windows of 50 to 10,000
timesteps, which take turns; medians. The work for each step that does not grow with T (clipping,
Adam, the transposed weights) is in it, which is why one sample in few timesteps seems slow.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from plain_numpy import GATES

from rnn_kernels import (
    Network,
    Optimizer,
    Workspace,
    initialise,
    parameter_size,
    train_steps,
)

LENGTHS = (50, 100, 1000, 10_000)
SIZES = ((1, 32), (16, 64))
TURN = 0.1  # seconds


def training(cell: str, B: int, T: int, H: int) -> Callable[[int], None]:
    """Return what takes so many steps."""
    network, rng = Network(cell, 1, H, 1), np.random.default_rng(0)
    workspace = Workspace(network, timesteps=T, batch_size=B, dtype=np.float32)
    parameters = initialise(network, rng, np.float32)
    gradient = np.zeros_like(parameters)
    rule = Optimizer("adam", size=parameter_size(network, np.float32), dtype=np.float32)
    series = rng.normal(size=(T + B, 1)).astype(np.float32)

    def take(steps: int) -> None:
        starts = np.tile(np.arange(B), (steps, 1))
        losses, norms = np.empty((2, steps))
        train_steps(
            network, parameters, gradient, rule, workspace, series, series, starts, first=0,
            learning_rate=1e-4, clip=1.0, losses=losses, norms=norms,
        )  # fmt: skip

    return take


def seconds(take: Callable[[int], None], steps: int) -> float:
    """Return the seconds a step."""
    began = time.perf_counter()
    take(steps)
    return (time.perf_counter() - began) / steps


def main(cells: list[str], turns: int) -> None:
    """Print a row for each cell and size."""
    print(f"{'':5}{'B':>4}{'H':>4}" + "".join(f"{f'T={T}':>10}" for T in LENGTHS) + "   spread")
    for cell in cells:
        for B, H in SIZES:
            rivals = [training(cell, B, T, H) for T in LENGTHS]
            counts = []
            for take in rivals:
                take(1)
                counts.append(max(1, int(TURN / seconds(take, 1))))
            times: list[list[float]] = [[] for _ in rivals]
            for _ in range(turns):
                for kept, take, count in zip(times, rivals, counts, strict=True):
                    kept.append(seconds(take, count))
            work = [T * B * H * H * GATES[cell] for T in LENGTHS]
            row = [1e12 * median(kept) / n for kept, n in zip(times, work, strict=True)]
            figures = "".join(f"{value:10.1f}" for value in row)
            print(f"{cell:5}{B:4}{H:4}{figures}{max(row) / min(row) - 1:9.0%}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cells", nargs="+", default=["lstm", "gru", "rnn"])
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    main(options.cells, options.turns)
