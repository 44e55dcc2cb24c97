"""What a run comes to: the scores of its weights, their intervals, and what they foresee."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats
from rnn_tui.forecasting.baselines import EVERY, Kind
from rnn_tui.forecasting.conformal import Coverage, Margins, least_count, measure
from rnn_tui.forecasting.evaluation import evaluate
from rnn_tui.forecasting.free_running import check_free_run
from rnn_tui.forecasting.future import Future, look_ahead, step_margins
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.forecasting.table import Ends, forecast_table
from rnn_tui.training.trainer import Trainer

Baselines = Sequence[Mapping[str, Scores]]
"""Scores by name, for each column to forecast."""


@dataclass(frozen=True, slots=True, eq=False)
class Closing:
    """The results of a run."""

    scores: tuple[Mapping[str, Scores], ...]
    """Of each column to forecast, on the test part."""
    future: Future
    ends: Ends | None = None
    """Of the prediction intervals, where there are any."""
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """By the name of the column."""

    def table(self, prepared: Prepared, trainer: Trainer) -> dict[str, NDArray[Any]]:
        """Return the columns of a table of all forecasts of the weights that were scored."""
        return forecast_table(prepared, trainer.predict, self.future, self.ends).columns()


def check_forecast(config: RunConfig, prepared: Prepared) -> tuple[str, ...]:
    """Return what has to be said about the forecast that is asked for, before training begins.

    Raises
    ------
    DataError
        It cannot be made.
    """
    asked = config.forecast
    if asked.ahead is not None:
        check_free_run(prepared, asked.ahead)
    count, needed = len(prepared.starts["validation"]), least_count(asked.coverage)
    if config.interval_method != "conformal" or count >= needed:
        return ()
    need = f"at --coverage {asked.coverage:g} they need {needed:,} forecasts"
    note = f"no prediction intervals: {need} of the validation part, and there are {count:,}."
    return (note,)


def close(
    config: RunConfig,
    prepared: Prepared,
    trainer: Trainer,
    baselines: Baselines | None = None,
    beside: Collection[Kind] = EVERY,
) -> Closing:
    """Score the present weights on the test part, beside the baselines, and look ahead.

    The scores of the baselines `beside` are made unless another run on the same rows has made them.
    """
    ahead = config.forecast.ahead or prepared.horizon
    predicted = trainer.predict(prepared.starts["test"])
    scores = tuple(
        _scores(prepared, predicted, o, baselines[o] if baselines else None, beside)
        for o in range(predicted.shape[2])
    )
    match config.interval_method:
        case "conformal":
            level = config.forecast.coverage
            margins = step_margins(prepared, trainer.read, max(ahead, prepared.horizon), level)
            future = look_ahead(prepared, trainer.read, ahead, margins)
            ends = _about(margins.first(prepared.horizon))
        case "quantile":
            quantiles = config.training.forecast_quantiles
            level = quantiles[-1] - quantiles[0]
            future = _with_quantiles(look_ahead(prepared, trainer.read, ahead, None), trainer)
            ends = _forecast_ends(trainer)
        case _:
            return Closing(scores, look_ahead(prepared, trainer.read, ahead, None))
    return Closing(scores, future, ends, _coverage(prepared, predicted, ends, level))


def _about(margins: Margins) -> Ends:
    return lambda _starts, predicted: margins.around(predicted)


def _forecast_ends(trainer: Trainer) -> Ends:
    return lambda starts, _predicted: trainer.outer_quantiles(starts)


def _with_quantiles(future: Future, trainer: Trainer) -> Future:
    """Put in the ends of the direct forecasts; of what runs free beyond no quantiles are known."""
    last = np.array([trainer.last_start])
    lower, upper = np.full_like(future.lower, np.nan), np.full_like(future.upper, np.nan)
    for ends, direct in zip((lower, upper), trainer.outer_quantiles(last), strict=True):
        count = min(len(ends), direct.shape[1])
        ends[:count] = direct[0, :count]
    return replace(future, lower=lower, upper=upper)


def _scores(
    prepared: Prepared,
    predicted: Floats,
    target: int,
    baselines: Mapping[str, Scores] | None,
    beside: Collection[Kind],
) -> dict[str, Scores]:
    """Return the scores of a column; a forecast that is not finite has none."""
    scores = evaluate(prepared, predicted, which=beside, target=target, baselines=baselines)
    if not np.isfinite(predicted[:, :, target]).all():
        del scores["model"]
    return scores


def _coverage(
    prepared: Prepared, predicted: Floats, ends: Ends, level: float
) -> dict[str, Coverage]:
    """Return what the intervals hold on the test part, by the name of the column."""
    starts = prepared.starts["test"]
    actual, (lower, upper) = prepared.actual(starts), ends(starts, predicted)
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        return {}
    return {
        name: measure(actual[:, :, o], lower[:, :, o], upper[:, :, o], level)
        for o, name in enumerate(prepared.series.target_names)
    }
