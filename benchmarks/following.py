"""What a row costs that is followed: forecast, scored, learned from.

    python benchmarks/following.py [--rows 2000] [--hidden 32]

A pipe in memory, so that nothing is waited for.
"""

import argparse
import io
import time

import numpy as np

from rnn_tui.config import build_config
from rnn_tui.data import growing
from rnn_tui.training.events import RowFollowed
from rnn_tui.training.session import Session

WARM_UP = 1_000


def seconds_a_row(rows: int, hidden: int, steps_per_row: int) -> float:
    """Return how long a row takes, the first hundred left out."""
    wave = np.sin(np.arange(WARM_UP + rows) / 9)
    text = "v\n" + "".join(f"{value:.6f}\n" for value in wave.tolist())
    growing.standard_input = lambda: io.BytesIO(text.encode())
    config = build_config(
        {
            "data": {"file": "-"},
            "model": {"hidden_size": hidden},
            "training": {"steps": 100},
            "follow": {"enabled": True, "first_rows": WARM_UP, "steps_per_row": steps_per_row},
        }
    )
    began = 0.0
    for event in Session(config).events():
        if isinstance(event, RowFollowed) and event.row == 100:
            began = time.perf_counter()
    return (time.perf_counter() - began) / (rows - 100)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a row costs that is followed.")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--hidden", type=int, default=32)
    options = parser.parse_args()
    print(f"{'steps a row':>12}{'ms a row':>10}{'rows a second':>15}")
    for steps in (0, 1, 5, 20):
        took = seconds_a_row(options.rows, options.hidden, steps)
        print(f"{steps:12}{1e3 * took:10.3f}{1 / took:15,.0f}")


if __name__ == "__main__":
    main()
