"""A run from its options to its result, in one call."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn_tui.api.ahead import Ahead, ahead_of
from rnn_tui.api.tables import SCORE_HEADINGS, html_table, score_rows
from rnn_tui.api.wording import for_python, known_options, speaking_python, suggestion
from rnn_tui.config import RunConfig, build_config
from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Series
from rnn_tui.errors import UsageError
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.forecasting.verdict import verdict
from rnn_tui.training.events import RunEnded, StepsDone
from rnn_tui.training.learned import Learned
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Forecast, HistoryView

Progress = Callable[[StepsDone], object]
"""Called after every burst of steps (about 10 ms); where it returns True, the run ends."""


@dataclass(frozen=True, slots=True, eq=False)
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
    learned: Learned = field(repr=False)
    """The best weights."""
    prepared: Prepared = field(repr=False)
    """The series as the network read it."""

    @property
    def metrics(self) -> Scores | None:
        """Scores of the model on the test part, over all steps ahead; None if not finite.

        Of several columns these are the first's; `ended.more_scores` has the others.
        """
        return self.ended.scores.get("model")

    @property
    def baselines(self) -> dict[str, Scores]:
        """Scores of the simple forecasts on the same rows, by name."""
        return {name: found for name, found in self.ended.scores.items() if name != "model"}

    @property
    def verdict(self) -> str | None:
        """Whether the model beats the baselines, in one sentence."""
        return verdict(self._name, self.ended.scores)

    @property
    def rmse(self) -> dict[str, float]:
        """Error on the test part by forecaster: "model" and every baseline, in data units.

        It is over all steps ahead, and of the first column; `ended.more_scores` has the others.

        There is no "model" where its forecast is not finite.
        """
        return {name: scores.rmse for name, scores in self.ended.scores.items()}

    @speaking_python()
    def ahead(self, steps: int | None = None, *, level: float | None = None) -> Ahead:
        """Return a forecast of the rows after the last one.

        Parameters
        ----------
        steps
            Rows. None: the horizon. Beyond the horizon the network reads its own predictions.
        level
            Share of values that the interval is to hold, such as 0.9: conformal, by the errors of
            the validation part. None: no interval.

        Raises
        ------
        UsageError
            `steps` or `level` is out of range.
        DataError
            The validation part is too short for the interval, or covariates would have to be known
            beyond the end.
        """
        steps = checked_steps(steps, self.config.data.horizon)
        path = self.learned.forecast(self.prepared, steps)
        if level is None:
            return ahead_of(self.prepared, path, None)
        margins = self.learned.margins(self.prepared, steps, checked_level(level))
        return ahead_of(self.prepared, path, margins)

    @speaking_python()
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file, which `load` and `--load-model` read.

        Raises
        ------
        SaveError
            The file cannot be written.
        """
        self.learned.save(Path(path))

    @property
    def _name(self) -> str:
        return self.config.model.cell_name

    def _repr_html_(self) -> str:
        """Return the scores as a table, for a notebook."""
        ended = self.ended
        return html_table(
            f"{self.config.model.label} on {self.prepared.series.name}: "
            f"{ended.status} after {ended.steps:,} steps",
            SCORE_HEADINGS,
            score_rows(self._name, ended.scores),
            self.verdict or ended.reason,
        )


@speaking_python()
def fit(*, steps: int | None = 1_000, progress: Progress | None = None, **options: Any) -> Fit:
    """Train a network and return its forecast and scores.

    Parameters
    ----------
    steps
        Optimisation steps. None, with a `time_limit`: as many as there is time for.
    progress
        Called after every burst of steps with its losses; where it returns True, the run ends.
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
    return train(configure({"steps": steps, **options}, "fit()"), progress=progress)


def configure(options: Mapping[str, Any], caller: str) -> RunConfig:
    """Return the configuration that options by their own names make.

    Raises
    ------
    UsageError
        An option is not known, its value cannot be run, or the run would have no end.
    """
    overrides: dict[str, dict[str, Any]] = {}
    names = {}
    for key, value in options.items():
        section = _section_of(key, caller)
        overrides.setdefault(section, {})[key] = _plain(value)
        names[f"{section}.{key}"] = f"{caller}: {key}"
    config = build_config(overrides, option_names=names)
    if config.training.steps is None and config.training.time_limit is None:
        raise UsageError(
            f"{caller}: steps must be a number, or time_limit be given: nobody is there to stop "
            "the run."
        )
    return config


def train(
    config: RunConfig, *, series: Series | None = None, progress: Progress | None = None
) -> Fit:
    """Run a configuration to its end.

    Raises
    ------
    DataError
        The series is not fit for the run.
    """
    session = Session(config, series=series)
    ended: RunEnded | None = None
    for event in session.events():
        if isinstance(event, RunEnded):
            ended = replace(event, reason=for_python(event.reason))
        elif isinstance(event, StepsDone) and progress is not None and progress(event) is True:
            session.stop()
    snapshot, run = session.snapshot, session.run
    if ended is None or run is None or snapshot.forecast is None or snapshot.history is None:
        raise RuntimeError("the run ended without an end")  # events() ends with RunEnded
    learned = Learned(run.saved)
    return Fit(config, ended, snapshot.forecast, snapshot.history, learned, run.prepared)


def checked_steps(steps: int | None, horizon: int, argument: str = "steps") -> int:
    """Return the rows to forecast: those asked for, or the horizon; UsageError if below 1."""
    if steps is None:
        return horizon
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise UsageError(f"{argument}: must be an integer of at least 1, not {steps!r}.")
    return int(steps)


def checked_level(level: float) -> float:
    """Return the level of an interval; UsageError if it is none."""
    if not (isinstance(level, int | float | np.floating) and 0 < level < 1):
        raise UsageError(f"level: must be a share between 0 and 1, such as 0.9, not {level!r}.")
    return float(level)


def _plain(value: Any) -> Any:
    """Return Python's own number for NumPy's, and text for a path."""
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _section_of(key: str, caller: str) -> str:
    known = known_options()
    if key in known:
        return known[key]
    raise UsageError(
        f"{caller}: unknown option {key!r}{suggestion(key)}; known: {', '.join(sorted(known))}."
    )
