"""How long from the start of a process to its first trained step.

    python benchmarks/start.py [--runs 5] [--cells lstm gru rnn]

32 units in float32, a batch of 16 windows of 50 timesteps. "compiling" finds no machine code on the
disk, "from the disk" finds all of it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

STEP = """
import sys, numpy as np, rnn_kernels as r
network = r.Network(sys.argv[1], 1, 32, 1)
workspace = r.Workspace(network, timesteps=50, batch_size=16, dtype=np.float32)
parameters = r.initialise(network, np.random.default_rng(0), np.float32)
rule = r.Optimizer("adam", size=parameters.size, dtype=np.float32)
series = np.zeros((66, 1), np.float32)
r.train_steps(network, parameters, np.zeros_like(parameters), rule, workspace, series, series,
    np.arange(16)[np.newaxis], first=0, learning_rate=1e-3, clip=1.0,
    losses=np.zeros(1), norms=np.zeros(1))
"""


def once(cell: str, folder: str) -> float:
    """Return the seconds of a process that takes one step."""
    began = time.perf_counter()
    environment = os.environ | {"NUMBA_CACHE_DIR": folder}
    subprocess.run([sys.executable, "-c", STEP, cell], check=True, env=environment)
    return time.perf_counter() - began


def main(cells: list[str], runs: int) -> None:
    """Print the least and the median seconds."""
    print(f"{'':6}{'compiling: least':>18}{'median':>9}{'from the disk: least':>23}{'median':>9}")
    for cell in cells:
        compiling, loading = [], []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                compiling.append(once(cell, folder))
                loading.append(once(cell, folder))
        print(
            f"{cell:6}{min(compiling):16.2f} s{median(compiling):7.2f} s"
            f"{min(loading):21.2f} s{median(loading):7.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cells", nargs="+", default=["lstm", "gru", "rnn"])
    options = parser.parse_args()
    main(options.cells, options.runs)
