"""A walk-forward backtest: the test part in folds, each after all that came before it."""

from collections.abc import Sequence

from rnn_tui.batch.backtestsummary import backtest_json, backtest_summary, backtest_verdicts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.many import Outcome, Plan, run_many
from rnn_tui.batch.page import Page
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import cut_series, load_series
from rnn_tui.data.split import walk_forward
from rnn_tui.streams import Output


def run_backtest(config: RunConfig, folds: int, task: Task) -> int:
    """Train anew for every fold and print how each went and all together; return the exit code.

    Raises
    ------
    RnnTuiError, OutputLostError
        See `run_many`; also where the test part is too short for so many folds.
    """
    series = load_series(config.data)
    split = cut_series(series, config.data)
    splits = walk_forward(series, split, folds, horizon=config.data.horizon)

    def conclude(outcomes: Sequence[Outcome], output: Output) -> str:
        if task.as_json:
            return to_json_line(backtest_json(outcomes, folds, series))
        if task.quiet:
            return "".join(f"{line}\n" for line in backtest_verdicts(outcomes, series))
        page = Page(output.stream)
        page.add(*backtest_summary(outcomes, folds, series, page.width))
        return page.text

    return run_many([Plan(config, fold) for fold in splits], series, task, conclude)
