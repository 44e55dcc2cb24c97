"""How far ahead the chaos of Mackey and Glass can be foreseen: error by step ahead, and seconds.

    python benchmarks/mackey_glass.py

One direct forecast of six steps (`--horizon 6`), τ = 17, 2,000 rows sampled once per unit of time,
of which the last 15 % are only scored. NRMSE is the RMSE over the standard deviation of what is
scored: 1 is as good as the mean. The settings were chosen on the validation part.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import build_config
from rnn_tui.data.prepared import Prepared
from rnn_tui.training.events import RunEnded
from rnn_tui.training.session import Session

HORIZON = 6
DATA = {"dataset": "mackey-glass", "horizon": HORIZON, "input_chunk_length": 24}
MODEL = {"cell": "lstm", "hidden_size": 32}
LEARNING_RATE = 0.003


def errors(predicted: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the NRMSE of each step, shape (H,), of forecasts (n, H)."""
    root: NDArray[np.float64] = np.sqrt(np.mean((predicted - actual) ** 2, axis=0))
    return root / np.std(actual)


def naive(prepared: Prepared) -> NDArray[np.float64]:
    """Return the last known value for every step ahead, shape (n, H)."""
    last = prepared.series.values[prepared.starts["test"] + prepared.origins_shift]
    return np.repeat(last[:, np.newaxis], HORIZON, axis=1)


def main(seeds: int, steps: int) -> None:
    """Print the error of every step ahead, seed by seed."""
    print("seed  " + "".join(f"     t+{step}" for step in range(1, HORIZON + 1)) + "  seconds")
    for seed in range(seeds):
        training = {"learning_rate": LEARNING_RATE, "steps": steps, "seed": seed}
        config = build_config({"data": DATA, "model": MODEL, "training": training})
        began = time.perf_counter()
        session = Session(config)
        *_, ended = session.events()
        run = session.run
        if run is None or not isinstance(ended, RunEnded):
            raise RuntimeError("the run did not end")
        seconds = time.perf_counter() - began
        prepared = run.prepared
        starts = prepared.starts["test"]
        actual = prepared.actual(starts)[:, :, 0]
        if seed == 0:
            print(_row("naive", errors(naive(prepared), actual)))
        predicted = run.trainer.predict(starts)[:, :, 0]
        print(f"{_row(str(seed), errors(predicted, actual))}{seconds:9.1f}", flush=True)


def _row(name: str, found: NDArray[np.float64]) -> str:
    return f"{name:6}" + "".join(f"{error:8.4f}" for error in found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8_000)
    options = parser.parse_args()
    main(options.seeds, options.steps)
