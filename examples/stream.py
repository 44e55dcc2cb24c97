"""Forecast rows as they come, learn from each, and see the errors fall behind a change.

A sensor writes a wave into a pipe; after a while the wave becomes slower. `rnn-tui --follow` reads
the pipe: every row is forecast before it has come, then learned from. Here its JSON Lines are read
again, as a program of your own would.

    python stream.py
    python stream.py --rows 2000 --steps-per-row 5
"""

import argparse
import json
import math
import subprocess
import sys
import threading
from typing import IO

parser = argparse.ArgumentParser(description="Follow a pipe with rnn-tui.")
parser.add_argument("--rows", type=int, default=900)
parser.add_argument("--steps-per-row", type=int, default=3)
parser.add_argument("--steps", type=int, default=300, help="on the first 300 rows")
options = parser.parse_args()


def wave(row: int) -> float:
    """Return what the sensor measures: after two thirds of all rows it swings more slowly."""
    change = 2 * options.rows // 3
    phase = row / 4 if row < change else change / 4 + (row - change) / 7
    return 20 + 3 * math.sin(phase)


# 1. The command, with a pipe to write rows into and one to read events from.
command = [
    *(sys.executable, "-m", "rnn_tui", "--batch", "--follow", "--data", "-", "--json"),
    *("--first-rows", "300", "--hidden", "16", "--steps", str(options.steps)),
    *("--steps-per-row", str(options.steps_per_row)),
]
process = subprocess.Popen(  # noqa: S603 - the command above
    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)


# 2. The sensor, in a thread of its own: the pipe takes as many rows as it has room for and lets it
#    wait for the rest, while the events are read below.
def measure(pipe: IO[str]) -> None:
    with pipe:
        pipe.write("row,degrees\n")
        pipe.writelines(f"{row},{wave(row):.4f}\n" for row in range(options.rows))


if process.stdin is None or process.stdout is None:
    sys.exit("no pipes")
threading.Thread(target=measure, args=(process.stdin,)).start()

# 3. Read the events: "row" for every row that came, "run_ended" for the end.
errors: list[float] = []
naive: list[float] = []
last = wave(299)
print(f"{'rows':>12}{'mean error':>14}{'of naive':>12}")
for line in process.stdout:
    event = json.loads(line)
    if event["event"] == "row":
        errors.append(abs(event["predicted"][0] - event["actual"][0]))
        naive.append(abs(last - event["actual"][0]))
        last = event["actual"][0]
        if len(errors) == 100:
            row = int(event["time"]) + 1
            print(f"{row - 99:5} - {row:4}{sum(errors) / 100:14.4f}{sum(naive) / 100:12.4f}")
            errors, naive = [], []
    elif event["event"] == "run_ended":
        print(event["verdict"])
process.wait()
sys.exit(process.returncode)
