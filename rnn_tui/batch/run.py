"""A run from its first event to the exit code of the command."""

from collections.abc import Iterator
from typing import Protocol

from rnn_tui.batch.interrupts import InterruptedRunError, Interrupts
from rnn_tui.batch.reporter import Reporter
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.catalogue import DEFAULT_DATASET
from rnn_tui.errors import ExitCode
from rnn_tui.streams import OutputLostError
from rnn_tui.training.events import Event, KernelsReady, RunEnded, Status
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


def run_one(config: RunConfig, task: Task) -> int:
    """Run a configuration that has an end; return the exit code.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run.
    """
    reporter = Reporter(config, task)
    session = Session(
        config, load_from=task.load_from, save_to=task.save_to, output_to=task.output_to
    )
    with Interrupts() as interrupts:
        ended = follow(session, reporter, interrupts)
    return exit_code(ended, interrupts, reporter.lost)


def resolve(config: RunConfig) -> RunConfig:
    """Return the configuration with a series by name, and with an end: nobody is there to stop."""
    data, training = config.data, config.training
    if data.file is None and data.dataset is None:
        data = data.model_copy(update={"dataset": DEFAULT_DATASET})
    if training.steps is None and training.time_limit is None:
        training = training.model_copy(update={"steps": DEFAULT_STEPS})
    return config.model_copy(update={"data": data, "training": training})


def follow(session: Runnable, reporter: Reporter, interrupts: Interrupts) -> RunEnded | None:
    """Report a run to its end and return it; None where it was broken off before it began.

    A signal stops the run, and so does losing the reader; it is then saved and scored as usual.
    """
    ended: RunEnded | None = None
    interrupts.raise_at_once()
    try:
        for event in session.events():
            if isinstance(event, KernelsReady):
                interrupts.stop_with(session.stop)
            ended = event if isinstance(event, RunEnded) else None
            reporter.show(event)
            if reporter.lost:
                session.stop(Status.STOPPED)
    except InterruptedRunError:
        when = "at once, unsaved" if interrupts.is_clean else "before the first step"
        ended = ended or reporter.break_off(Status.INTERRUPTED, f"interrupted {when}")
    except Exception as error:
        reporter.break_off(Status.FAILED, f"{type(error).__name__}: {error}")
        raise
    finally:
        interrupts.note()
        reporter.close()
    if ended is not None:
        reporter.conclude(ended, session.snapshot)
    return ended


def exit_code(ended: RunEnded | None, interrupts: Interrupts, lost: OutputLostError | None) -> int:
    """Return the exit code of the command after a run."""
    status = ended.status if ended else Status.INTERRUPTED
    if status in {Status.DIVERGED, Status.FAILED}:
        return ExitCode.FAILED
    if interrupts.received and status is not Status.COMPLETED:
        return interrupts.exit_code
    return lost.exit_code if lost else ExitCode.DONE
