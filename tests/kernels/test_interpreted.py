"""The same tests without the compiler, for all that does not emit machine code."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("losses", "optimizers", "schedules", "parameters", "threads", "bad_values")

THROUGH_THE_NETWORK = (
    "crosses_the_changes or rate_of_zero or one_rate or equal_network or no_window_reaches"
)
"""Tests in these files that run the network, which is machine code."""


def test_what_emits_no_code_does_the_same_interpreted():
    tests = [str(HERE / f"test_{name}.py") for name in FILES]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests),
            *("-k", f"not ({THROUGH_THE_NETWORK})"),
            *("-W", "ignore::RuntimeWarning"),  # NumPy speaks up about inf, machine code does not
        ],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
