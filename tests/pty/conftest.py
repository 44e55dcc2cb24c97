import os
import sys

import pytest

from tests.pty.terminal import Terminal

SMALL = ("--dataset", "sine", "--hidden", "4", "--input-chunk-length", "8", "--batch-size", "8")


@pytest.fixture
def environment(tmp_path):
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "COLUMNS", "LINES", "TEXTUAL", "SSH_CONNECTION"}
    }
    return kept | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture
def start(environment):
    """`start("--lr", "1")`: rnn-tui on a small network in an 80 x 24 terminal."""
    opened = []

    def run(*options, size=(80, 24), script=None, small=True, **variables):
        head = ["-c", script] if script else ["-m", "rnn_tui"]
        command = [sys.executable, *head, *(SMALL if small else ()), *options]
        terminal = Terminal(command, size, environment | variables)
        opened.append(terminal)
        return terminal

    yield run
    for terminal in opened:
        terminal.close()


@pytest.fixture
def train(start):
    """As `start`, once the network trains."""

    def run(*options, **how):
        return start(*options, **how).wait_for_training()

    return run
