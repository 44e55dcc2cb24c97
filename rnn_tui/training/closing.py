"""What a run comes to: the scores of its weights, their intervals, and what they foresee."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnn_tui.config import ForecastConfig
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats
from rnn_tui.forecasting.conformal import Coverage, Margins, least_count, measure
from rnn_tui.forecasting.evaluation import evaluate
from rnn_tui.forecasting.free_running import check_free_run
from rnn_tui.forecasting.future import Future, look_ahead, step_margins
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.trainer import Trainer

Baselines = Sequence[Mapping[str, Scores]]
"""Scores by name, for each column to forecast."""


@dataclass(frozen=True, slots=True, eq=False)
class Closing:
    """The results of a run."""

    scores: tuple[Mapping[str, Scores], ...]
    """Of each column to forecast, on the test part."""
    future: Future
    margins: Margins | None = None
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """By the name of the column."""


def check_forecast(config: ForecastConfig, prepared: Prepared) -> tuple[str, ...]:
    """Return what has to be said about the forecast that is asked for, before training begins.

    Raises
    ------
    DataError
        It cannot be made.
    """
    if config.ahead is not None:
        check_free_run(prepared, config.ahead)
    count, needed = len(prepared.starts["validation"]), least_count(config.coverage)
    if config.intervals == "none" or count >= needed:
        return ()
    need = f"at --coverage {config.coverage:g} they need {needed:,} forecasts"
    note = f"no prediction intervals: {need} of the validation part, and there are {count:,}."
    return (note,)


def close(
    config: ForecastConfig, prepared: Prepared, trainer: Trainer, baselines: Baselines | None = None
) -> Closing:
    """Score the present weights on the test part, beside the baselines, and look ahead.

    The scores of the baselines are made unless another run on the same rows has made them.
    """
    H, ahead = prepared.horizon, config.ahead or prepared.horizon
    predicted = trainer.predict(prepared.starts["test"])
    margins = None
    if config.intervals == "conformal":
        margins = step_margins(prepared, trainer.read, max(ahead, H), config.coverage)
    return Closing(
        scores=tuple(
            _scores(prepared, predicted, o, baselines[o] if baselines else None)
            for o in range(predicted.shape[2])
        ),
        future=look_ahead(prepared, trainer.read, ahead, margins),
        margins=margins,
        coverage=_coverage(prepared, predicted, margins.first(H)) if margins else {},
    )


def _scores(
    prepared: Prepared, predicted: Floats, target: int, baselines: Mapping[str, Scores] | None
) -> dict[str, Scores]:
    """Return the scores of a column; a forecast that is not finite has none."""
    scores = evaluate(prepared, predicted, target=target, baselines=baselines)
    if not np.isfinite(predicted[:, :, target]).all():
        del scores["model"]
    return scores


def _coverage(prepared: Prepared, predicted: Floats, margins: Margins) -> dict[str, Coverage]:
    """Return what the intervals hold on the test part, by the name of the column."""
    if not (margins.are_known and np.isfinite(predicted).all()):
        return {}
    actual = prepared.actual(prepared.starts["test"])
    lower, upper = margins.around(predicted)
    return {
        name: measure(actual[:, :, o], lower[:, :, o], upper[:, :, o], margins.level)
        for o, name in enumerate(prepared.series.target_names)
    }
