"""How well the default network foresees the sunspots, and how its settings were chosen.

    python benchmarks/sunspots.py            # five seeds: test error, 1921-1987, and seconds
    python benchmarks/sunspots.py --choose   # settings compared on the validation part, 1896-1920

Trained on 1700-1895; the validation part chooses the step whose weights are kept; the test part is
scored once, at the end. `--choose` never looks at the test part.
"""

import argparse
import time
from itertools import product
from statistics import median
from typing import Any

import numpy as np

import rnn_tui
from rnn_tui.config import DataConfig, ModelConfig, TrainingConfig

SEEDS = range(5)
GRID: dict[str, tuple[Any, ...]] = {
    "cell": ("lstm", "rnn"),
    "input_chunk_length": (12, 24, 36),
    "hidden_size": (8, 16, 32),
    "learning_rate": (0.003, 0.01, 0.03),
    "loss_at": ("last", "every"),
}


def validation_rmse(run: rnn_tui.Fit) -> float:
    """Return the error of the kept weights on the validation part, in sunspots."""
    forecast = run.forecast
    part = slice(forecast.validation_start, forecast.test_start)
    return float(np.sqrt(np.mean((forecast.predicted[part] - forecast.actual[part]) ** 2)))


def score(steps: int) -> None:
    """Print the test error of the default settings, seed by seed."""
    print(f"{'seed':>4}{'validation':>12}{'test':>8}{'best step':>11}{'seconds':>9}")
    errors, times, naive = [], [], 0.0
    for seed in SEEDS:
        began = time.perf_counter()
        run = rnn_tui.fit(dataset="sunspots", seed=seed, steps=steps)
        times.append(time.perf_counter() - began)
        errors.append(run.rmse["model"])
        naive = run.rmse["naive"]
        print(
            f"{seed:4}{validation_rmse(run):12.2f}{errors[-1]:8.2f}{run.ended.best_step:11}"
            f"{times[-1]:9.2f}",
            flush=True,
        )
    print(f"test RMSE: median {median(errors):.2f}, highest {max(errors):.2f}, naive {naive:.2f}")
    print(f"seconds a run: median {median(times):.2f} (the first one loads the kernels)")


def choose(steps: int) -> None:
    """Print the validation error of every setting in the grid, the best last."""
    found = []
    for values in product(*GRID.values()):
        settings = dict(zip(GRID, values, strict=True))
        errors = [
            validation_rmse(rnn_tui.fit(dataset="sunspots", seed=seed, steps=steps, **settings))
            for seed in SEEDS
        ]
        found.append((median(errors), max(errors), settings))
        print(f"{median(errors):6.2f} median {max(errors):6.2f} highest  {settings}", flush=True)
    print("\nthe ten best on 1896-1920:")
    for middle, highest, settings in sorted(found, key=lambda entry: entry[0])[:10]:
        print(f"{middle:6.2f} median {highest:6.2f} highest  {settings}")


def defaults() -> str:
    """Return the default settings in one line."""
    data, model, training = DataConfig(), ModelConfig(), TrainingConfig()
    return (
        f"{model.cell.upper()}, {model.hidden_size} hidden units, window of "
        f"{data.input_chunk_length}, {training.optimizer}, learning rate {training.learning_rate}, "
        f"batches of {training.batch_size}, loss at {training.loss_at}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--choose", action="store_true", help="compare settings, test part unseen")
    parser.add_argument("--steps", type=int, default=1_000)
    options = parser.parse_args()
    print(f"{defaults()}, {options.steps} steps")
    (choose if options.choose else score)(options.steps)
