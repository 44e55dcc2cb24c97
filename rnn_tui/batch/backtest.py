"""A walk-forward backtest: the test part in folds, each after all that came before it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnn_tui.batch.backtestsummary import backtest_json, backtest_summary, backtest_verdicts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.leavings import Leavings
from rnn_tui.batch.many import Outcome, Plan, run_many
from rnn_tui.batch.page import Page
from rnn_tui.batch.plots import Picture, forecast_picture
from rnn_tui.batch.report import Document
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
    leavings = Leavings(task, part="test")

    def conclude(outcomes: Sequence[Outcome], output: Output) -> str:
        leavings.close(lambda: _report(outcomes))
        if task.as_json:
            return to_json_line(backtest_json(outcomes, folds, series))
        if task.quiet:
            return "".join(f"{line}\n" for line in backtest_verdicts(outcomes, series))
        page = Page(output.stream)
        page.add(*backtest_summary(outcomes, folds, series, page.width), *leavings.said)
        if task.plots and (picture := folds_picture(outcomes)):
            page.draw([picture])
        return page.text

    def _report(outcomes: Sequence[Outcome]) -> Document:
        from rnn_tui.batch.report.several import backtest_document  # noqa: PLC0415 - seldom needed

        return backtest_document(outcomes, folds, series, folds_picture(outcomes))

    plans = [Plan(config, fold, {"fold": n}) for n, fold in enumerate(splits, start=1)]
    return run_many(plans, series, task, leavings, conclude)


def folds_picture(outcomes: Sequence[Outcome]) -> Picture | None:
    """Return the forecasts of all folds beside the truth; None where there is nothing to show."""
    shots = [outcome.snapshot for outcome in outcomes]
    found = [shot.forecast for shot in shots if shot is not None and shot.forecast is not None]
    if not found:
        return None
    tested = [(forecast, slice(forecast.test_start, None)) for forecast in found]
    whole = replace(
        found[0],
        time=np.concatenate([forecast.time[test] for forecast, test in tested]),
        actual=np.concatenate([forecast.actual[test] for forecast, test in tested]),
        predicted=np.concatenate([forecast.predicted[test] for forecast, test in tested]),
        validation_start=0,
        test_start=0,
    )
    return forecast_picture(whole, "test part, fold by fold")
