"""The section training: how the network is trained."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rnn_tui.choices import misplaced
from rnn_tui.config.section import Section
from rnn_tui.values import BelowOne, Betas, NotNegative, Positive, Quantiles, Seconds

OptimizerName = Literal["sgd", "rmsprop", "adam", "adamw"]
LossName = Literal["mse", "mae", "huber", "quantile"]
ScheduleName = Literal["constant", "cosine", "step", "exponential"]
LossAt = Literal["last", "every"]


class TrainingConfig(Section):
    """How the network is trained."""

    optimizer: OptimizerName = "adam"
    momentum: BelowOne = 0.0
    """Of sgd and rmsprop."""
    nesterov: bool = False
    """Whether the momentum of sgd is Nesterov's."""
    betas: Betas = (0.9, 0.999)
    """What adam and adamw keep of their moments in a step."""
    smoothing: BelowOne = 0.99
    """What rmsprop keeps of its mean square in a step."""
    epsilon: Positive = 1e-8
    """Added to the root that adam, adamw and rmsprop divide by."""
    weight_decay: NotNegative | None = None
    """Pull of the weights towards 0: decoupled in adamw, else a part of the gradient. None: 0.01
    in adamw, else 0."""
    learning_rate: Positive = 1e-2
    schedule: ScheduleName = "constant"
    """How the learning rate changes from step to step."""
    schedule_steps: int | None = Field(default=None, ge=1)
    """Steps in which cosine and exponential fall, or between the falls of step. None: those of the
    run after the warm-up; of step a third of them."""
    lr_decay: Annotated[float, Field(gt=0, le=1)] = 0.1
    """What the learning rate is multiplied by in so many steps, of step and exponential."""
    lr_floor: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Where cosine ends, as a share of the learning rate."""
    warm_up: int = Field(default=0, ge=0)
    """Steps in which the learning rate rises from 0 to its value along a line."""
    loss: LossName = "mse"
    huber_delta: Positive = 1.0
    """Error in scaled units from which on the Huber loss is a line."""
    quantiles: Quantiles = (0.05, 0.5, 0.95)
    """Of the quantile loss, ascending; 0.5 is the forecast, the outer two an interval."""
    clip: NotNegative = 1.0
    """Largest global norm of the gradient; 0 switches clipping off."""
    clip_value: NotNegative = 0.0
    """Largest element of the gradient, cut before its norm is clipped; 0 switches it off."""
    batch_size: int = Field(default=32, ge=1, le=65_536)
    loss_at: LossAt = "last"
    """Whether the loss counts the prediction after the last timestep or after every one."""
    steps: int | None = Field(default=None, ge=0)
    """Optimisation steps. None: the app trains until it is stopped, batch takes 1,000, or as many
    as the time limit allows."""
    patience: int | None = Field(default=None, ge=1)
    """Evaluations on the validation part without better weights after which the run ends."""
    until_loss: Positive | None = None
    """Validation loss at which the run ends, in scaled units."""
    time_limit: Seconds | None = None
    """Seconds of training after which the run ends; text such as "10m" is read as well."""
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    threads: int = Field(default=1, ge=1, le=256)

    @model_validator(mode="after")
    def _keys_belong(self) -> Self:
        fields = type(self).model_fields
        values = {key: getattr(self, key) for key in fields}
        fault = misplaced(values, {key: field.default for key, field in fields.items()})
        if fault:
            raise ValueError(fault)
        return self

    @property
    def forecast_quantiles(self) -> tuple[float, ...]:
        """Quantiles that the network forecasts; none where it forecasts one number."""
        return self.quantiles if self.loss == "quantile" else ()
