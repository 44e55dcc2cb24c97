"""Series like the airline passengers: differencing against the seasonal naive forecast.

    python benchmarks/airline.py

Twelve years of months that grow by about 11 % a year, with a season that grows along and errors
that are passed on: made from a formula and a seed, since the passengers themselves have no clear
licence. The last third is only scored, one step ahead. Each row is a series of its own, with the
default network; the transform is undone in every number.
"""

import argparse
from statistics import median

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import build_config
from rnn_tui.data.series import Series
from rnn_tui.training.events import RunEnded
from rnn_tui.training.session import Session

ROWS, PERIOD = 144, 12
SEASON = np.array([-9, -10, 3, 0, -1, 11, 20, 20, 5, -8, -21, -10]) / 100
"""What a month has more or less than the year, as a logarithm."""
WINDOW = 12
TRANSFORMS = {
    "none": "",
    "log,diff": "log,diff",
    "log,diff,seasonal-diff": "log,diff,seasonal-diff",
}
BASELINES = ("seasonal naive", "naive", "AR")


def passengers(seed: int) -> NDArray[np.float64]:
    """Return a made-up series, shape (144,)."""
    rng = np.random.default_rng(seed)
    level = 4.75 + np.cumsum(0.0093 + 0.025 * rng.normal(size=ROWS))
    error = 0.02 * rng.normal(size=ROWS)
    return np.exp(level + np.tile(SEASON, ROWS // PERIOD) + error)


def scores(series: Series, transform: str, steps: int) -> dict[str, float]:
    """Return the test RMSE by forecaster."""
    data = {"input_chunk_length": WINDOW, "period": PERIOD, "test_size": 1 / 3}
    config = build_config(
        {
            "data": {"dataset": "sunspots", "transform": transform or None, **data},
            "training": {"steps": steps},
        }
    )  # the name of a dataset is not read where the series is given
    *_, ended = Session(config, series=series).events()
    if not isinstance(ended, RunEnded):
        raise TypeError("the run did not end")
    return {name.partition("(")[0]: found.rmse for name, found in ended.scores.items()}


def main(count: int, steps: int) -> None:
    """Print the test RMSE series by series, and the medians."""
    month = np.arange("1949-01", "1961-01", dtype="datetime64[M]").astype("datetime64[D]")
    print("series" + "".join(f"{name:>24}" for name in (*TRANSFORMS, *BASELINES)))
    rows = []
    for seed in range(count):
        series = Series("passengers", "", "month", month, passengers(seed), "made up")
        found = [scores(series, transform, steps) for transform in TRANSFORMS.values()]
        rows.append([each["model"] for each in found] + [found[0][name] for name in BASELINES])
        print(f"{seed:6}" + "".join(f"{error:24.1f}" for error in rows[-1]), flush=True)
    print("median" + "".join(f"{median(column):24.1f}" for column in zip(*rows, strict=True)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1_000)
    options = parser.parse_args()
    main(options.series, options.steps)
