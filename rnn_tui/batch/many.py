"""Several runs on one series, one after another, and what they come to together."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Plan:
    """A run to be made; without a split the series is cut as the configuration says."""

    config: RunConfig
    split: Split | None = None
    save_to: Path | None = None
    output_to: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that was made, and how it ended."""

    plan: Plan
    ended: RunEnded


def run_many(
    plans: Sequence[Plan],
    series: Series,
    task: Task,
    conclude: Callable[[Sequence[Outcome], Output], str],
) -> int:
    """Make runs in turn, then print what `conclude` says of them; return the exit code.

    A signal ends the run under way and begins no other; what there is by then is told. One run
    that diverges does not keep the others from running, but the exit code tells of it.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for a run.
    OutputLostError
        The result cannot be written.
    """
    output = Output(sys.stdout)
    outcomes: list[Outcome] = []
    with Interrupts() as interrupts:
        try:
            lost = _run_in_turn(plans, task, series, interrupts, outcomes)
        finally:
            if outcomes:
                output.write(conclude(outcomes, output))
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
) -> OutputLostError | None:
    """Fill `outcomes`; return what became of the output where nobody can see it any more."""
    for plan in plans:
        reporter = Reporter(plan.config, task, is_one_of_many=True)
        session = Session(
            plan.config,
            load_from=task.load_from,
            save_to=plan.save_to,
            output_to=plan.output_to,
            series=series,
            split=plan.split,
            baselines=_baselines(outcomes) if plan.split is None else None,
        )
        ended = follow(session, reporter, interrupts)
        if ended is not None:
            outcomes.append(Outcome(plan, ended))
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
