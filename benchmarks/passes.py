"""What of a pass is products, and what is not.

    python benchmarks/passes.py [--cells lstm gru rnn] [--hidden 32 64 128 256] [--seconds 1]

Forward pass and backward pass of 32 samples over 100 timesteps, float32, one thread, and a loop of
multiply-adds that never leave the registers take turns. For each timestep, sample and vector of
units: nanoseconds of the pass, of its products at the speed of that loop, and of the rest, which
is activations, loads and stores, what waits for the caches, and packing.
"""

import argparse
import statistics
from functools import partial

import numpy as np
from plain_numpy import GATES
from turns import Contender, peak, take_turns

from rnn_kernels import Network, Workspace, backward, forward, initialise
from rnn_kernels.vectors import lanes

B, T = 32, 100
FLOAT = np.dtype(np.float32)
PRODUCTS = {"forward": 1, "backward": 2}


def passes(cell: str, hidden: int) -> dict[str, Contender]:
    """Return both passes of a network, each repeated as often as asked."""
    network, rng = Network(cell, 1, hidden, 1), np.random.default_rng(0)
    parameters = initialise(network, rng, FLOAT)
    gradient = np.zeros_like(parameters)
    workspace = Workspace(network, timesteps=T, batch_size=B, dtype=FLOAT)
    workspace.x[...] = rng.normal(size=workspace.x.shape)
    workspace.dy[...] = rng.normal(size=workspace.dy.shape) / (B * T)
    runs = {
        "forward": partial(forward, network, parameters, workspace),
        "backward": partial(backward, network, parameters, workspace, gradient),
    }

    def repeated(run: partial[None]) -> Contender:
        def take(times: int) -> None:
            for _ in range(times):
                run()

        return take

    return {name: repeated(run) for name, run in runs.items()}


def main(cells: list[str], sizes: list[int], seconds: float) -> None:
    """Print a row for each cell and size."""
    names = "".join(f"{name:>12}{'products':>10}{'rest':>7}" for name in PRODUCTS)
    print(f"{'':5}{'H':>4}{names}   products of both")
    loop, operations = peak(FLOAT)
    for cell in cells:
        for hidden in sizes:
            times = take_turns(passes(cell, hidden) | {"peak": loop}, seconds, longest=60 * seconds)
            found = {name: statistics.median(values) for name, values in times.items()}
            product = 2 * B * T * GATES[cell] * hidden * (hidden + 1) * found["peak"] / operations
            scale = 1e9 * lanes(FLOAT) / (B * T * hidden)
            row = ""
            for name, count in PRODUCTS.items():
                took, least = found[name], count * product
                row += f"{scale * took:12.1f}{scale * least:10.1f}{scale * (took - least):7.1f}"
            both = 3 * product / (found["forward"] + found["backward"])
            print(f"{cell:5}{hidden:4}{row}{both:12.0%}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cells", nargs="+", default=["lstm", "gru", "rnn"])
    parser.add_argument("--hidden", nargs="+", type=int, default=[32, 64, 128, 256])
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    main(options.cells, options.hidden, options.seconds)
