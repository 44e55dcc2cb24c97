"""Several runs on one series, one after another, and what they come to together."""

import sys
from collections.abc import Sequence

from rnn_tui.batch.gridsummary import Outcome, grid_json, grid_summary
from rnn_tui.batch.interrupts import Interrupts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.page import Page
from rnn_tui.batch.reporter import Reporter
from rnn_tui.batch.run import follow
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import load_series
from rnn_tui.data.series import Series
from rnn_tui.errors import ExitCode
from rnn_tui.streams import Output, OutputLostError
from rnn_tui.training.events import Status
from rnn_tui.training.session import Session


def run_grid(configs: Sequence[RunConfig], task: Task) -> int:
    """Run configurations in turn and print a table of all; return the exit code.

    A signal ends the run under way and begins no other; what there is by then is printed. One run
    that diverges does not keep the others from running, but the exit code tells of it.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run.
    OutputLostError
        The result cannot be written.
    """
    series = load_series(configs[0].data)
    output = Output(sys.stdout)
    outcomes: list[Outcome] = []
    with Interrupts() as interrupts:
        try:
            lost = _run_in_turn(configs, task, series, interrupts, outcomes)
        finally:
            if outcomes:
                output.write(_conclusion(outcomes, len(configs), series, task, output))
    if any(outcome.ended.status in {Status.DIVERGED, Status.FAILED} for outcome in outcomes):
        return ExitCode.FAILED
    if interrupts.received:
        return interrupts.exit_code
    return lost.exit_code if lost else ExitCode.DONE


def _run_in_turn(
    configs: Sequence[RunConfig],
    task: Task,
    series: Series,
    interrupts: Interrupts,
    outcomes: list[Outcome],
) -> OutputLostError | None:
    """Fill `outcomes`; return what became of the output where nobody can see it any more."""
    for config in configs:
        reporter = Reporter(config, task, is_one_of_many=True)
        session = Session(config, load_from=task.load_from, series=series)
        ended = follow(session, reporter, interrupts)
        if ended is not None:
            outcomes.append(Outcome(config, ended))
        if reporter.lost or interrupts.received:
            return reporter.lost
    return None


def _conclusion(
    outcomes: Sequence[Outcome], planned: int, series: Series, task: Task, output: Output
) -> str:
    if task.as_json:
        return to_json_line(grid_json(outcomes, planned, series))
    page = Page(output.stream)
    page.add(*grid_summary(outcomes, planned, series, page.width))
    return page.text
