"""The options about loss, optimizer, learning rate and initial weights."""

import click

from rnn_tui.setting import Setting


def numbers(text: str) -> tuple[float, ...]:
    """Return the numbers in a text such as "0.05,0.5,0.95".

    Raises
    ------
    click.BadParameter
        One of them is none.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is no list of numbers, such as 0.1,0.5,0.9.") from None


SCHEMES = click.Choice(["pytorch", "glorot", "orthogonal", "identity"])
LOSSES = click.Choice(["mse", "mae", "huber", "quantile"])
PLACES = click.Choice(["last", "every"])
OPTIMIZERS = click.Choice(["sgd", "rmsprop", "adam", "adamw"])
SCHEDULES = click.Choice(["constant", "cosine", "step", "exponential"])

INITIAL_SETTINGS = (
    Setting(
        "Network",
        "--init",
        "model.init",
        SCHEMES,
        "SCHEME",
        "Initial weights: pytorch, glorot, orthogonal, identity.",
        "pytorch",
    ),
    Setting(
        "Network",
        "--spectral-radius",
        "model.spectral_radius",
        float,
        "R",
        "Largest absolute eigenvalue of the initial W_hh.",
        "as drawn",
    ),
    Setting(
        "Network",
        "--forget-bias",
        "model.forget_bias",
        float,
        "BIAS",
        "Initial bias of an LSTM's forget gate.",
        "1.0",
    ),
)
TRAINING_SETTINGS = (
    Setting(
        "Training",
        "--loss",
        "training.loss",
        LOSSES,
        "KIND",
        "mse, mae, huber or quantile.",
        "mse",
    ),
    Setting(
        "Training",
        "--loss-at",
        "training.loss_at",
        PLACES,
        "last|every",
        "Timestep whose forecast counts: the last, or every.",
        "last",
    ),
    Setting(
        "Training",
        "--huber-delta",
        "training.huber_delta",
        float,
        "DELTA",
        "Scaled error from which on the Huber loss is a line.",
        "1.0",
    ),
    Setting(
        "Training",
        "--quantiles",
        "training.quantiles",
        numbers,
        "Q,Q,…",
        "Of the quantile loss; 0.5 is the forecast.",
        "0.05,0.5,0.95",
    ),
    Setting(
        "Training",
        "--optimizer",
        "training.optimizer",
        OPTIMIZERS,
        "RULE",
        "sgd, rmsprop, adam or adamw.",
        "adam",
    ),
    Setting(
        "Training",
        "--momentum",
        "training.momentum",
        float,
        "SHARE",
        "Of sgd and rmsprop, below 1.",
        "0.0",
    ),
    Setting(
        "Training",
        "--nesterov",
        "training.nesterov",
        bool,
        "yes|no",
        "Nesterov's momentum, of sgd.",
        "no",
    ),
    Setting(
        "Training",
        "--betas",
        "training.betas",
        numbers,
        "B1,B2",
        "What adam and adamw keep of their moments.",
        "0.9,0.999",
    ),
    Setting(
        "Training",
        "--smoothing",
        "training.smoothing",
        float,
        "SHARE",
        "What rmsprop keeps of its mean square.",
        "0.99",
    ),
    Setting(
        "Training",
        "--epsilon",
        "training.epsilon",
        float,
        "E",
        "Added to the root that adam and rmsprop divide by.",
        "1e-08",
    ),
    Setting(
        "Training",
        "--weight-decay",
        "training.weight_decay",
        float,
        "DECAY",
        "Pull of the weights towards 0; decoupled in adamw.",
        "0; of adamw 0.01",
    ),
    Setting("Training", "--lr", "training.learning_rate", float, "RATE", "Learning rate.", "0.01"),
    Setting(
        "Training",
        "--schedule",
        "training.schedule",
        SCHEDULES,
        "KIND",
        "Of the learning rate: constant, cosine, step, exponential.",
        "constant",
    ),
    Setting(
        "Training",
        "--schedule-steps",
        "training.schedule_steps",
        int,
        "N",
        "In which it falls; of step: from one fall to the next.",
        "those of the run; of step a third",
    ),
    Setting(
        "Training",
        "--lr-decay",
        "training.lr_decay",
        float,
        "FACTOR",
        "By which step and exponential fall in so many steps.",
        "0.1",
    ),
    Setting(
        "Training",
        "--lr-floor",
        "training.lr_floor",
        float,
        "SHARE",
        "Of the learning rate at which cosine ends.",
        "0.0",
    ),
    Setting(
        "Training",
        "--warm-up",
        "training.warm_up",
        int,
        "N",
        "Steps in which the learning rate rises from 0 at first.",
        "0",
    ),
    Setting(
        "Training",
        "--clip",
        "training.clip",
        float,
        "NORM",
        "Largest global norm of the gradient; 0: no limit.",
        "1.0",
    ),
    Setting(
        "Training",
        "--clip-value",
        "training.clip_value",
        float,
        "LIMIT",
        "Largest element of the gradient; 0: no limit.",
        "0.0",
    ),
)
