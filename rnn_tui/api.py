"""The Python interface: train a network on a series and get its forecast, in one call."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import UsageError
from rnn_tui.training.events import RunEnded
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Forecast, HistoryView


@dataclass(frozen=True, slots=True)
class Fit:
    """A finished run.

    `forecast` holds one-step-ahead predictions of the best weights in data units (of a long series
    the last 2,000 points, of several columns the first), `history` the losses by step, and `ended`
    how and why the run ended: a run that diverges is no exception, but `ended.status` says so.
    """

    config: RunConfig
    ended: RunEnded
    forecast: Forecast
    history: HistoryView

    @property
    def rmse(self) -> dict[str, float]:
        """Error on the test part by forecaster: "model" and every baseline, in data units.

        It is over all steps ahead, and of the first column; `ended.more_scores` has the others.

        There is no "model" where its forecast is not finite.
        """
        return {name: scores.rmse for name, scores in self.ended.scores.items()}


def fit(*, steps: int = 1_000, **options: Any) -> Fit:
    """Train a network and return its forecast and scores.

    Parameters
    ----------
    steps
        Optimisation steps.
    options
        Any key of the sections data, model and training of a configuration file, by its own name:
        `dataset="sunspots"` or `file="prices.csv"`, `cell="lstm"`, `hidden_size=32`, `seed=0`, …

    Raises
    ------
    UsageError
        An option is not known or has a value that cannot be run.
    DataError
        The series is not fit for the run.
    """
    overrides: dict[str, dict[str, Any]] = {}
    names = {}
    for key, value in {"steps": steps, **options}.items():
        section = _section_of(key)
        overrides.setdefault(section, {})[key] = _plain(value)
        names[f"{section}.{key}"] = f"fit(): {key}"
    config = build_config(overrides, option_names=names)
    if config.training.steps is None:
        raise UsageError("fit(): steps must be a number: nobody is there to stop the run.")
    session = Session(config)
    ended: RunEnded | None = None
    for event in session.events():
        if isinstance(event, RunEnded):
            ended = event
    snapshot = session.snapshot
    if ended is None or snapshot.forecast is None or snapshot.history is None:
        raise RuntimeError("the run ended without an end")  # events() ends with RunEnded
    return Fit(config, ended, snapshot.forecast, snapshot.history)


def _plain(value: Any) -> Any:
    """Return Python's own number for NumPy's, and text for a path."""
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _section_of(key: str) -> str:
    sections = {
        name: type(getattr(RunConfig(), name)).model_fields
        for name in ("data", "model", "training")
    }
    for name, fields in sections.items():
        if key in fields:
            return name
    known = ", ".join(sorted(key for fields in sections.values() for key in fields))
    raise UsageError(f"fit(): unknown option {key!r}; known: {known}.")
