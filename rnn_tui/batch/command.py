"""What `rnn-tui --batch` does: one run, or several in turn."""

from collections.abc import Sequence

from rnn_tui.batch.backtest import run_backtest
from rnn_tui.batch.grid import run_grid
from rnn_tui.batch.run import resolve, run_one
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig


def run_batch(configs: Sequence[RunConfig], task: Task) -> int:
    """Make one run, a backtest, or several runs, without a screen; return the exit code.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run.
    """
    resolved = [resolve(config) for config in configs]
    if len(resolved) > 1:
        return run_grid(resolved, task)
    [config] = resolved
    folds = config.forecast.backtest
    return run_one(config, task) if folds is None else run_backtest(config, folds, task)
