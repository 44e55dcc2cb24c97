"""All sections together: everything that makes a run what it is."""

from typing import Self

from pydantic import model_validator

from rnn_tui.config.data import DataConfig
from rnn_tui.config.display import DisplayConfig
from rnn_tui.config.follow import FollowConfig
from rnn_tui.config.forecast import ForecastConfig, IntervalMethod
from rnn_tui.config.model import ModelConfig
from rnn_tui.config.section import Section
from rnn_tui.config.training import TrainingConfig


class RunConfig(Section):
    """Everything that makes a run what it is."""

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    forecast: ForecastConfig = ForecastConfig()
    display: DisplayConfig = DisplayConfig()
    follow: FollowConfig = FollowConfig()

    @model_validator(mode="after")
    def _intervals_can_be_made(self) -> Self:
        if self.forecast.intervals == "quantile" and len(self.training.forecast_quantiles) < 3:
            raise ValueError(
                "forecast.intervals quantile needs a network that forecasts them: --loss quantile "
                "with at least 3 --quantiles"
            )
        return self

    @property
    def interval_method(self) -> IntervalMethod:
        """How prediction intervals are made."""
        several = len(self.training.forecast_quantiles) >= 3
        return self.forecast.intervals or ("quantile" if several else "conformal")
