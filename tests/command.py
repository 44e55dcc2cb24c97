"""The command as tests run it: small, without a screen, in a process of its own."""

import subprocess
import sys

from tests.batch.test_json_lines import strict

COMMAND = [sys.executable, "-m", "rnn_tui", "--batch"]


SMALL = ("--hidden", "4", "--input-chunk-length", "8", "--steps", "30")


def run(*arguments, **changes):
    options = {"capture_output": True, "text": True, "timeout": 300}
    return subprocess.run([*COMMAND, *arguments], check=False, **(options | changes))


def losses(text):
    return [record["loss"] for record in strict(text) if record["event"] == "step"]
