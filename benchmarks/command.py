"""How long the whole command takes, from the start of the process to its end.

    python benchmarks/command.py [--runs 9]

309 yearly sunspots, an LSTM of 32 units, 300 steps, kernels in the cache. "as installed" hides
statsmodels and SciPy, which a plain installation does not have; the other row has them, where they
are there, and so the ETS baseline. The clock on the wall says what else the machine does; the time
on the processor does not.
"""

import argparse
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from statistics import median

ARGUMENTS = ("--batch", "--hidden", "32", "--steps", "300")
PLAIN = "import sys; sys.modules.update(statsmodels=None, scipy=None); "
START = "import sys; from rnn_tui.cli import main; sys.exit(main(sys.argv[1:]))"


def once(code: str) -> tuple[float, float]:
    """Return the seconds on the wall and on the processor of one command."""
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-c", code, *ARGUMENTS]
    subprocess.run(command, check=True, capture_output=True)
    wall, after = time.perf_counter() - began, os.times()
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system


def main(runs: int) -> None:
    """Print the least and the median seconds."""
    rows = {"as installed": PLAIN + START}
    if find_spec("statsmodels") is not None:
        rows["with the extra ets"] = START
    print(f"{'':20}{'wall: least':>13}{'median':>9}{'processor: least':>19}{'median':>9}")
    for name, code in rows.items():
        once(code)  # the first one may compile
        wall, used = zip(*(once(code) for _ in range(runs)), strict=True)
        print(
            f"{name:20}{min(wall):11.2f} s{median(wall):7.2f} s"
            f"{min(used):17.2f} s{median(used):7.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    main(parser.parse_args().runs)
