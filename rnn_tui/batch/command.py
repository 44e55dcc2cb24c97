"""What `rnn-tui --batch` does: one run, or several in turn."""

from collections.abc import Sequence

from rnn_tui.batch.grid import run_grid
from rnn_tui.batch.run import resolve, run_one
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig


def run_batch(configs: Sequence[RunConfig], task: Task) -> int:
    """Run one configuration, or several on one series, without a screen; return the exit code.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run.
    """
    resolved = [resolve(config) for config in configs]
    return run_one(resolved[0], task) if len(resolved) == 1 else run_grid(resolved, task)
