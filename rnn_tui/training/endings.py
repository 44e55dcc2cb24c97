"""How a run is said to have ended, and what it leaves when it has."""

import sys
from typing import TYPE_CHECKING

from rnn_tui.config import TrainingConfig
from rnn_tui.crash import report_crash
from rnn_tui.errors import OUT_OF_MEMORY, RnnTuiError
from rnn_tui.training.commands import Stop
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Saved, Snapshot, State

if TYPE_CHECKING:
    from rnn_tui.training.run import Run


def outcome(run: "Run", failure: str | None, stop: Stop | None) -> tuple[Status, str]:
    """Return how a run ended, and why in words.

    Parameters
    ----------
    failure
        What ended it before its end, by no fault of the program.
    stop
        The command that ended it.
    """
    followed = f"; {run.following.account}" if run.following else ""
    if run.fault is not None:
        return Status.DIVERGED, f"{run.fault}{followed}"
    if failure is not None:
        return Status.FAILED, f"{failure}{followed}"
    if stop is not None:
        return stop.status, f"{stop.status} after step {run.step:,}{followed}"
    if run.following is not None:
        return Status.COMPLETED, f"the input ended{followed}"
    return Status.COMPLETED, run.enough or f"took all {run.step:,} steps"


def scoring(run: "Run", before: Snapshot, status: Status, reason: str) -> Snapshot:
    """Return the picture of a run whose training is over, and whose scores are still to come."""
    return run.snapshot(
        before,
        state=State.SCORING,
        steps_per_second=before.steps_per_second,
        pictures=False,
        ended=run.give_up(status, reason),
    )


def advised(fault: str | None, learning_rate: float) -> str | None:
    """Return why training broke down, None where it did not, and what to try instead."""
    if fault is None:
        return None
    lower = min(learning_rate / 10, TrainingConfig().learning_rate)
    return f"{fault}; try a lower learning rate, as in --lr {lower:.2g}"


def blame(error: Exception, saved: Saved | None) -> str:
    """Return in words what ended a run before its time, and where its weights are.

    A slip of ours leaves its traceback in a log.
    """
    if isinstance(error, RnnTuiError):
        return str(error)
    is_short = isinstance(error, MemoryError)
    why = OUT_OF_MEMORY if is_short else report_crash(error, sys.argv[1:])
    return f"{why}{rescued(saved)}"


def rescued(saved: Saved | None) -> str:
    """Return where the weights are that a slip of ours has left, a sentence."""
    if saved is None:
        return ""
    if saved.fault:
        return f" The weights are lost: {saved.fault}"
    return f" The weights of step {saved.step:,} are in {saved.path}."
