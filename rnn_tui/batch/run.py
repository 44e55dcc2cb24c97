"""A run from its first event to the exit code of the command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from rnn_tui.batch.interrupts import InterruptedRunError, Interrupts
from rnn_tui.batch.reporter import Reporter
from rnn_tui.config import RunConfig
from rnn_tui.errors import ExitCode
from rnn_tui.training.events import Event, KernelsReady, RunEnded, RunStarted, Status
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Snapshot

DEFAULT_STEPS = 1_000


class Runnable(Protocol):
    """What batch needs of a session."""

    snapshot: Snapshot

    def events(self) -> Iterator[Event]:
        """Run, in the calling thread."""

    def stop(self, status: Status = ...) -> None:
        """End the run after the current burst."""


def run_batch(
    config: RunConfig, *, load_from: Path | None, save_to: Path | None, as_json: bool, plots: bool
) -> int:
    """Run a configuration without a screen; return the exit code.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run.
    """
    config = with_steps(config)
    reporter = Reporter(config, as_json=as_json, plots=plots, save_to=save_to)
    return follow(Session(config, load_from=load_from, save_to=save_to), reporter)


def with_steps(config: RunConfig) -> RunConfig:
    """Return the configuration with an end: a run without a screen cannot go on for ever."""
    if config.training.steps is not None:
        return config
    training = config.training.model_copy(update={"steps": DEFAULT_STEPS})
    return config.model_copy(update={"training": training})


def follow(session: Runnable, reporter: Reporter) -> int:
    """Report a run to its end; return the exit code.

    A signal stops the run, and so does losing the reader; it is then saved and scored as usual.
    """
    ended: RunEnded | None = None
    started = False
    with Interrupts(session.stop) as interrupts:
        try:
            for event in session.events():
                started = started or isinstance(event, RunStarted)
                interrupts.training = interrupts.training or isinstance(event, KernelsReady)
                ended = event if isinstance(event, RunEnded) else None
                reporter.show(event)
                if reporter.lost:
                    session.stop(Status.STOPPED)
        except InterruptedRunError:
            if started and not interrupts.training:
                reason = "interrupted before the first step"
                ended = RunEnded(Status.INTERRUPTED, reason, 0, None, 0.0, {})
                reporter.show(ended)
        finally:
            reporter.close()
        if ended is not None:
            reporter.conclude(ended, session.snapshot)
    if interrupts.received and (ended is None or ended.status is not Status.COMPLETED):
        return interrupts.exit_code
    if reporter.lost:
        return reporter.lost.exit_code
    is_done = ended is not None and ended.status not in {Status.DIVERGED, Status.FAILED}
    return ExitCode.DONE if is_done else ExitCode.FAILED
