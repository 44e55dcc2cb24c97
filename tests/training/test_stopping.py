import pytest

from rnn_tui.config import TrainingConfig
from rnn_tui.training.events import RunEnded, Status, StepsDone
from rnn_tui.training.session import Session
from rnn_tui.training.stopping import Progress, enough


def progress(seconds=1.0, loss=0.5, best=30, since=4):
    return Progress(seconds, loss, best, since)


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        ({}, None),
        ({"patience": 5, "until_loss": 0.49, "time_limit": 1.1}, None),
        ({"patience": 4}, "4 evaluations have brought no better weights than those of step 30"),
        ({"until_loss": 0.5}, "the validation loss 0.5 reached --until-loss 0.5"),
        ({"time_limit": 1.0}, "trained for 1 s (--time-limit)"),
    ],
)
def test_when_it_is_enough(training, reason):
    found = enough(TrainingConfig(**training), progress())
    assert (found is None) if reason is None else found.startswith(reason)


def test_one_evaluation_is_no_plural():
    found = enough(TrainingConfig(patience=1), progress(best=None, since=1))
    assert found == "one evaluation has brought no better weights (--patience 1)"


def test_a_step_without_evaluation_is_not_judged_by_its_loss():
    assert enough(TrainingConfig(until_loss=9.0), progress(loss=None)) is None


def story(configure, **training):
    events = list(Session(configure(training={"steps": 100_000} | training)).events())
    return [event for event in events if isinstance(event, StepsDone)], events[-1]


def test_patience_counts_evaluations_and_the_best_weights_come_back(configure):
    bursts, ended = story(configure, patience=3, learning_rate=0.3)
    evaluated = [(b.last_step, b.validation_loss) for b in bursts if b.validation_loss is not None]
    assert ended.status is Status.COMPLETED
    assert "--patience 3" in ended.reason
    assert ended.steps == evaluated[-1][0]
    after = [loss for step, loss in evaluated if step > ended.best_step]
    assert len(after) == 3
    if ended.best_step:
        best = dict(evaluated)[ended.best_step]
        assert min(after) >= best == min(loss for _, loss in evaluated)


def test_until_the_loss_is_low_enough(configure):
    bursts, ended = story(configure, until_loss=0.9)
    losses = [b.validation_loss for b in bursts if b.validation_loss is not None]
    assert ended.status is Status.COMPLETED
    assert losses[-1] <= 0.9 < min(losses[:-1], default=1.0)
    assert "--until-loss 0.9" in ended.reason


def test_a_time_limit_counts_training_alone(configure):
    class Clock:
        now = 0.0

        def __call__(self):
            self.now += 0.25
            return self.now

    config = configure(training={"steps": None, "time_limit": 3.0})
    training = config.training.model_copy(update={"steps": None})
    session = Session(config.model_copy(update={"training": training}), clock=Clock())
    *_, last, ended = session.events()
    assert isinstance(ended, RunEnded)
    assert ended.status is Status.COMPLETED
    assert ended.reason == "trained for 3 s (--time-limit)"
    assert 3.0 <= last.seconds < 4.0


def test_the_last_weights_compete_where_a_run_is_stopped_between_evaluations(configure):
    session = Session(configure(training={"steps": 100_000}))
    events = session.events()
    for event in events:
        if isinstance(event, StepsDone) and event.validation_loss is None:
            session.stop(Status.INTERRUPTED)
            break
    ended = list(events)[-1]
    assert ended.best_step == ended.steps  # early on every step is better than the one before
