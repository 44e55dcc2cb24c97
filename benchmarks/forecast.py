"""One epoch on a long series: the trainer of app and batch beside the same loop in PyTorch.

    nice -n -19 python benchmarks/forecast.py [--rows 100000] [--hidden 64] [--threads 1]

The same series, windows, batch size, network (LSTM or RNN, linear readout after the last
timestep), loss, clipping and optimizer, float32. The epoch is cut into slices which the two take in
turns, in one process; at its end each scores the validation windows once.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from rnn_tui.config import RunConfig, build_config
from rnn_tui.data.prepared import Prepared, prepare
from rnn_tui.data.series import Series
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.trainer import Trainer

Slice = Callable[[int], None]
"""Takes so many optimisation steps."""
Evaluation = Callable[[], float]
"""Mean squared error on the validation windows, in scaled units."""
SCORED_AT_ONCE = 1_024


def series_of(rows: int) -> Series:
    """Return a wave with a trend and noise."""
    t = np.arange(rows)
    noise = np.random.default_rng(0).normal(size=rows)
    values = np.sin(t / 12) + 0.5 * np.sin(t / 97) + 0.1 * noise
    return Series("wave", "", "row", t.astype(float), values, "made here")


def ours(config: RunConfig, prepared: Prepared) -> tuple[Slice, Evaluation]:
    """Return the trainer that app and batch use, compiled and with one step behind it."""
    weights, order = random_streams(0)
    model = Model.create(config.model, weights)
    trainer = Trainer(config, prepared, model, order)
    trainer.compile()
    trainer.train(1)

    def take(steps: int) -> None:
        done = 0
        while done < steps:
            done += len(
                trainer.train(min(steps - done, 50)).loss
            )  # bursts, as a session takes them

    return take, lambda: trainer.errors("validation").loss


def pytorch(
    config: RunConfig, prepared: Prepared, scored: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[Slice, Evaluation]:
    """Return the same loop: windows by index from a view of the series, shuffled each epoch."""
    torch.manual_seed(0)
    layer = {"lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[config.model.cell](
        1, config.model.hidden_size, batch_first=True
    )
    readout = torch.nn.Linear(config.model.hidden_size, 1)
    parameters = [*layer.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=config.training.learning_rate, fused=True)
    T, B = config.data.input_chunk_length, config.training.batch_size
    windows = torch.from_numpy(prepared.inputs[:, 0]).unfold(0, T, 1)[:, :, None]
    targets = torch.from_numpy(prepared.targets)[T - 1 :]
    train = torch.from_numpy(prepared.starts["train"])
    batches = iter(())

    def one_step() -> None:
        nonlocal batches
        chosen = next(batches, None)
        if chosen is None:
            shuffled = train[torch.randperm(len(train))]
            batches = iter(shuffled[: len(train) // B * B].split(B))
            chosen = next(batches)
        optimizer.zero_grad()
        said = readout(layer(windows[chosen])[0][:, -1])
        torch.nn.functional.mse_loss(said, targets[chosen]).backward()
        torch.nn.utils.clip_grad_norm_(parameters, config.training.clip)
        optimizer.step()

    def take(steps: int) -> None:
        for _ in range(steps):
            one_step()

    def evaluate() -> float:
        squares = 0.0
        with torch.no_grad():
            for chosen in torch.from_numpy(scored).split(SCORED_AT_ONCE):
                said = readout(layer(windows[chosen])[0][:, -1])
                squares += float(((said - targets[chosen]) ** 2).sum())
        return squares / len(scored)

    take(1)
    return take, evaluate


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="One epoch on a long series, beside PyTorch.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--cell", choices=["lstm", "rnn"], default="lstm")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slices", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    config = build_config(
        {
            "model": {"cell": options.cell, "hidden_size": options.hidden},
            "training": {"batch_size": options.batch_size, "threads": options.threads},
        }
    )
    prepared = prepare(config.data, "float32", series=series_of(options.rows))
    steps = len(prepared.starts["train"]) // options.batch_size
    starts = prepared.starts["validation"]
    scored = starts[np.linspace(0, len(starts) - 1, min(len(starts), 8_192)).astype(np.int64)]
    contenders = {"ours": ours(config, prepared), "PyTorch": pytorch(config, prepared, scored)}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(options.slices):
        size = steps * (number + 1) // options.slices - steps * number // options.slices
        for name, (take, _) in contenders.items():
            seconds[name].append(timed(lambda take=take, size=size: take(size)))
    print(
        f"{options.cell.upper()} {options.hidden}, {options.rows:,} rows, one epoch: "
        f"{steps:,} steps of {options.batch_size} windows of {config.data.input_chunk_length}, "
        f"{options.threads} thread(s)"
    )
    print(f"{'':10}{'epoch s':>10}{'ms a step':>12}{'validation':>12}{'its seconds':>13}")
    for name, (_, evaluate) in contenders.items():
        began = time.perf_counter()
        loss = evaluate()
        each = 1e3 * statistics.median(seconds[name]) * options.slices / steps
        took = time.perf_counter() - began
        print(f"{name:10}{sum(seconds[name]):10.2f}{each:12.3f}{loss:12.4f}{took:13.2f}")
    ratios = [b / a for a, b in zip(seconds["ours"], seconds["PyTorch"], strict=True)]
    print(f"PyTorch takes {statistics.median(ratios):.2f} times as long (median of the slices)")


if __name__ == "__main__":
    main()
