"""Several runs on one series, one after another, and what they come to together."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rnn_tui.batch.interrupts import Interrupts
from rnn_tui.batch.reporter import Reporter
from rnn_tui.batch.run import follow
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split
from rnn_tui.errors import ExitCode
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.streams import Output, OutputLostError
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Snapshot

if TYPE_CHECKING:
    from rnn_tui.batch.leavings import Leavings


@dataclass(frozen=True, slots=True)
class Plan:
    """A run to be made; without a split the series is cut as the configuration says."""

    config: RunConfig
    split: Split | None = None
    labels: Mapping[str, str | int] = field(default_factory=dict)
    """What tells its rows from those of the others in a table: name of a column -> value."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that was made, and how it ended."""

    plan: Plan
    ended: RunEnded
    snapshot: Snapshot | None = None
    """Its last one."""


def run_many(
    plans: Sequence[Plan],
    series: Series,
    task: Task,
    leavings: "Leavings",
    conclude: Callable[[Sequence[Outcome], Output], str],
) -> int:
    """Make runs in turn, then print what `conclude` says of them; return the exit code.

    `conclude` closes the `leavings`, to which every run is given as it ends.

    A signal ends the run under way and begins no other; what there is by then is told. One run
    that diverges does not keep the others from running, but the exit code tells of it.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for a run.
    OutputLostError
        The result cannot be written.
    SaveError
        A file cannot be written; all else is.
    """
    output = Output(sys.stdout)
    outcomes: list[Outcome] = []
    with Interrupts() as interrupts:
        try:
            lost = _run_in_turn(plans, task, series, interrupts, outcomes, leavings)
        finally:
            if outcomes:
                output.write(conclude(outcomes, output))
    if leavings.fault is not None:
        raise leavings.fault
    if any(outcome.ended.status in {Status.DIVERGED, Status.FAILED} for outcome in outcomes):
        return ExitCode.FAILED
    if interrupts.received:
        return interrupts.exit_code
    return lost.exit_code if lost else ExitCode.DONE


def _run_in_turn(
    plans: Sequence[Plan],
    task: Task,
    series: Series,
    interrupts: Interrupts,
    outcomes: list[Outcome],
    leavings: "Leavings",
) -> OutputLostError | None:
    """Fill `outcomes` and `leavings`; return what became of an output that nobody can see."""
    alone = replace(task, report_to=None)
    for plan in plans:
        reporter = Reporter(plan.config, alone, is_one_of_many=True)
        session = Session(
            plan.config,
            load_from=task.load_from,
            series=series,
            split=plan.split,
            baselines=_baselines(outcomes) if plan.split is None else None,
        )
        ended = follow(session, reporter, interrupts)
        if ended is not None:
            outcomes.append(Outcome(plan, ended, session.snapshot))
            leavings.take(outcomes[-1], session.run)
        if reporter.lost or interrupts.received:
            return reporter.lost
    return None


def _baselines(outcomes: Sequence[Outcome]) -> list[dict[str, Scores]] | None:
    """Return what the first run found out about the baselines, which all runs have in common."""
    for outcome in outcomes:
        columns = (outcome.ended.scores, *outcome.ended.more_scores.values())
        if all(columns):
            return [{k: v for k, v in scores.items() if k != "model"} for scores in columns]
    return None
