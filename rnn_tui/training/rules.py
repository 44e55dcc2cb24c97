"""From the configuration to what the kernels take: loss, optimizer, schedule."""

from typing import Any

import numpy as np

from rnn_kernels import Loss, Optimizer, Schedule
from rnn_tui.config import OptimizerName, TrainingConfig
from rnn_tui.errors import UsageError


def loss_of(training: TrainingConfig) -> Loss:
    """Return the loss that is trained and validated."""
    return Loss(training.loss, delta=training.huber_delta, quantiles=training.quantiles)


def new_optimizer(
    training: TrainingConfig, name: OptimizerName, size: int, dtype: Any
) -> Optimizer:
    """Return an optimizer without a memory, with those of the settings that it has.

    Parameters
    ----------
    training
        Its `optimizer` need not be `name`: a run may go over to another one.
    name
        The rule.
    size, dtype
        Of the parameters.
    """
    beta1, beta2 = training.betas
    known: dict[str, float | None] = {
        "momentum": training.momentum,
        "nesterov": training.nesterov,
        "beta1": beta1,
        "beta2": beta2,
        "smoothing": training.smoothing,
        "epsilon": training.epsilon,
        "weight_decay": training.weight_decay,
    }
    own = {key: known[key] for key in Optimizer.settings_of(name)}
    given = {key: value for key, value in own.items() if value is not None}
    return Optimizer(name, size=size, dtype=np.dtype(dtype), **given)


def schedule_of(training: TrainingConfig) -> Schedule:
    """Return how the learning rate changes from step to step.

    Raises
    ------
    UsageError
        It needs the end of a run that has none.
    """
    steps = 1
    if training.schedule != "constant":
        steps = training.schedule_steps or _steps_to_fall(training)
    return Schedule(
        training.schedule,
        steps=steps,
        decay=training.lr_decay,
        floor=training.lr_floor,
        warm_up=training.warm_up,
    )


def _steps_to_fall(training: TrainingConfig) -> int:
    if training.steps is None:
        raise UsageError(
            f"--schedule {training.schedule}: the run has no last step by which the learning rate "
            "could have fallen: give --steps, or --schedule-steps."
        )
    left = max(1, training.steps - training.warm_up)
    return max(1, left // 3) if training.schedule == "step" else left
