"""How long a training step takes: ours, PyTorch's, plain NumPy's, and JAX's where it is installed.

    python benchmarks/train_step.py [--quick] [--seconds 1] [--threads 1 2] [--json FILE]

A step is forward pass, mean squared error at every timestep, full BPTT, clipping by the global
norm, and Adam; float32, one input feature, one output. All contenders take turns in one process
for `--seconds` each; README.md beside this file tells how to read the table.
"""

import argparse
import json
import os
import platform
import statistics
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy is measured with one thread; read at its import
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # JAX

import numba
import numpy as np
import plain_numpy
import torch
from turns import Contender, peak, take_turns

import rnn_kernels
from rnn_kernels.arrays import aligned_zeros
from rnn_kernels.vectors import lanes

SIZES = ((1, 50, 32), (16, 50, 32), (32, 100, 64), (32, 100, 128), (64, 100, 256), (32, 200, 512))
QUICK = SIZES[:4]
CELLS = ("lstm", "gru", "rnn")
FLOAT = np.dtype(np.float32)
LEARNING_RATE, CLIP = 1e-4, 1.0


@dataclass(frozen=True)
class Case:
    """What is measured at once."""

    cell: str
    threads: int
    B: int
    T: int
    H: int

    @property
    def flops(self) -> float:
        """Operations of the three products of a step: forward, to the state, to the weights."""
        gates = plain_numpy.GATES[self.cell]
        return 3.0 * 2 * self.B * self.T * gates * self.H * (self.H + 1)


@dataclass(frozen=True)
class Result:
    """A case's figures; times are milliseconds a step, median and minimum over the turns."""

    cell: str
    threads: int
    B: int
    T: int
    H: int
    turns: int
    median_ms: dict[str, float]
    least_ms: dict[str, float]
    best_of_pytorch: str
    times_pytorch: float
    times_pytorch_least: float
    times_numpy: float | None
    times_jax: float | None
    gflops: float
    peak_gflops: float
    share_of_peak: float
    most: float
    """times_pytorch of a step that does nothing but its products, at the peak."""


def ours(case: Case) -> Contender:
    """Return bursts of `train_steps`, which draws its windows from a series."""
    network = rnn_kernels.Network(case.cell, 1, case.H, 1)
    rng = np.random.default_rng(0)
    size = rnn_kernels.parameter_size(network, FLOAT)
    parameters = rnn_kernels.initialise(network, rng, FLOAT)
    gradient = aligned_zeros((size,), FLOAT)
    optimizer = rnn_kernels.Optimizer("adam", size=size, dtype=FLOAT)
    workspace = rnn_kernels.Workspace(
        network,
        timesteps=case.T,
        batch_size=case.B,
        dtype=FLOAT,
        threads=case.threads,
    )
    series, targets = rng.normal(size=(2, 1000, 1)).astype(FLOAT)

    def take(steps: int) -> None:
        starts = rng.integers(0, 1000 - case.T, (steps, case.B))
        losses, norms = np.empty((2, steps))
        rnn_kernels.train_steps(
            network, parameters, gradient, optimizer, workspace, series, targets, starts,
            first=0, learning_rate=LEARNING_RATE, clip=CLIP, losses=losses, norms=norms,
        )  # fmt: skip

    return take


def pytorch(case: Case, rule: str, *, onednn: bool) -> Contender:
    """Return steps of PyTorch, whose batch is ready made."""
    torch.manual_seed(0)
    layer = getattr(torch.nn, case.cell.upper())(1, case.H)
    readout = torch.nn.Linear(case.H, 1)
    parameters = [*layer.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, **{rule: True})
    x, target = torch.randn(2, case.T, case.B, 1)

    def take(steps: int) -> None:
        torch.backends.mkldnn.set_flags(onednn)  # type: ignore[no-untyped-call]
        for _ in range(steps):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(readout(layer(x)[0]), target)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, CLIP)
            optimizer.step()

    return take


def contenders(case: Case) -> dict[str, Contender]:
    """Return what is compared in a case, by name."""
    found = {"ours": ours(case)}
    for rule in ("fused", "foreach"):
        found[f"pytorch {rule}"] = pytorch(case, rule, onednn=True)
        if case.cell == "rnn":
            found[f"pytorch {rule}, no oneDNN"] = pytorch(case, rule, onednn=False)
    if case.threads == 1:
        found["numpy"] = plain_numpy.training(
            case.cell, case.B, case.T, case.H, LEARNING_RATE, CLIP
        )
        if find_spec("jax"):
            from with_jax import training  # noqa: PLC0415  not everybody has it

            found["jax"] = training(case.cell, case.B, case.T, case.H, LEARNING_RATE, CLIP)
    return found


def measure(case: Case, seconds: float) -> Result:
    """Measure a case."""
    torch.set_num_threads(case.threads)
    loop, operations = peak(FLOAT)
    times = take_turns(contenders(case) | {"peak": loop}, seconds, longest=60 * seconds)
    median = {name: 1e3 * statistics.median(values) for name, values in times.items()}
    least = {name: 1e3 * min(values) for name, values in times.items()}
    best = min((name for name in median if name.startswith("pytorch")), key=median.__getitem__)
    best_least = min(value for name, value in least.items() if name.startswith("pytorch"))
    top = operations / median.pop("peak") / 1e6 * case.threads
    least.pop("peak")
    gflops = case.flops / median["ours"] / 1e6
    return Result(
        **asdict(case),
        turns=len(times["ours"]),
        median_ms=median,
        least_ms=least,
        best_of_pytorch=best,
        times_pytorch=median[best] / median["ours"],
        times_pytorch_least=best_least / least["ours"],
        times_numpy=median["numpy"] / median["ours"] if "numpy" in median else None,
        times_jax=median["jax"] / median["ours"] if "jax" in median else None,
        gflops=gflops,
        peak_gflops=top,
        share_of_peak=gflops / top,
        most=median[best] * top * 1e6 / case.flops,
    )


HEAD = (
    f"{'B':>4}{'T':>5}{'H':>5}{'ours':>10}{'PyTorch':>10}{'NumPy':>10}"
    f"{'× PyTorch':>11}{'(least)':>9}{'(most)':>8}{'× NumPy':>9}{'× JAX':>9}"
    f"{'GFLOP/s':>9}{'of peak':>9}  PyTorch's best"
)


def row(result: Result) -> str:
    """Return a row of the table."""
    numpy_ms = result.median_ms.get("numpy")
    numpy_column = f"{numpy_ms:10.3f}" if numpy_ms is not None else f"{'':10}"
    ratios = (result.times_numpy, result.times_jax)
    others = "".join(f"{'':9}" if ratio is None else f"{ratio:9.1f}" for ratio in ratios)
    return (
        f"{result.B:4}{result.T:5}{result.H:5}{result.median_ms['ours']:10.3f}"
        f"{result.median_ms[result.best_of_pytorch]:10.3f}{numpy_column}"
        f"{result.times_pytorch:11.2f}{result.times_pytorch_least:9.2f}{result.most:8.2f}{others}"
        f"{result.gflops:9.1f}{result.share_of_peak:9.0%}"
        f"  {result.best_of_pytorch.removeprefix('pytorch ')}"
    )


def machine() -> dict[str, Any]:
    """Return what the figures depend on beside the code."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
        processor = next(names, processor)
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "vector_bytes": lanes(FLOAT) * FLOAT.itemsize,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "torch": torch.__version__,
    }


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, a fifth of the time")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each contender and size")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--cells", choices=CELLS, nargs="+", default=CELLS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    options = parser.parse_args()
    sizes, seconds = (QUICK, options.seconds / 5) if options.quick else (SIZES, options.seconds)
    about, results = machine(), []
    print("  ".join(f"{name} {value}" for name, value in about.items()))
    print("milliseconds a step, medians; (least): of the shortest times; (most): at the peak")
    for threads in options.threads:
        for cell in options.cells:
            print(f"\n{cell.upper()}, {threads} thread{'s' if threads > 1 else ''}\n{HEAD}")
            for B, T, H in sizes:
                results.append(measure(Case(cell, threads, B, T, H), seconds))
                print(row(results[-1]), flush=True)
    if options.json:
        found = {"machine": about, "results": [asdict(result) for result in results]}
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
