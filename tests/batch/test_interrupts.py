import os
import signal

import pytest

from rnn_tui.batch.interrupts import InterruptedRunError, Interrupts
from rnn_tui.training.events import Status


@pytest.fixture
def stops():
    return []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_first_signal_asks_the_run_to_stop(stops, number, code):
    with Interrupts() as interrupts:
        interrupts.stop_with(stops.append)
        os.kill(os.getpid(), number)
    assert stops == [Status.INTERRUPTED]
    assert interrupts.exit_code == code


def test_the_second_signal_ends_it_at_once_with_the_code_of_the_first(stops):
    with Interrupts() as interrupts:
        interrupts.stop_with(stops.append)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(InterruptedRunError) as error:
            os.kill(os.getpid(), signal.SIGINT)
    assert stops == [Status.INTERRUPTED]
    assert error.value.exit_code == interrupts.exit_code == 143


def test_before_training_there_is_nothing_to_end_cleanly():
    with Interrupts() as interrupts:
        interrupts.raise_at_once()
        with pytest.raises(InterruptedRunError):
            os.kill(os.getpid(), signal.SIGINT)


def test_between_runs_a_signal_is_kept_in_mind(stops):
    with Interrupts() as interrupts:
        interrupts.stop_with(stops.append)
        interrupts.note()
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupts.received == signal.SIGTERM
    assert stops == []


def test_the_handlers_of_before_come_back():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_what_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert interrupts.received is None
