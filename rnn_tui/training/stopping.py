"""When a run has had enough, beyond its number of steps."""

from dataclasses import dataclass

from rnn_tui.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    seconds: float
    """Of training."""
    validation_loss: float | None
    """Of the last evaluation."""
    best_step: int | None
    evaluations_since_best: int


def enough(training: TrainingConfig, progress: Progress) -> str | None:
    """Return why a run should end, in words; None while it should go on."""
    loss, since = progress.validation_loss, progress.evaluations_since_best
    if training.until_loss is not None and loss is not None and loss <= training.until_loss:
        return f"the validation loss {loss:.4g} reached --until-loss {training.until_loss:g}"
    if training.patience is not None and since >= training.patience:
        evaluations = "one evaluation has" if since == 1 else f"{since:,} evaluations have"
        best = f" than those of step {progress.best_step:,}" if progress.best_step else ""
        return f"{evaluations} brought no better weights{best} (--patience {training.patience})"
    if training.time_limit is not None and progress.seconds >= training.time_limit:
        return f"trained for {training.time_limit:g} s (--time-limit)"
    return None
