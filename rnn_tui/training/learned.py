"""A trained model by itself: it forecasts any series with the columns that it was trained on."""

from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from rnn_tui.data.prepared import Prepared, prepare_to_predict
from rnn_tui.data.series import Floats, Series
from rnn_tui.errors import DataError, ModelFileError
from rnn_tui.forecasting.conformal import Margins, least_count
from rnn_tui.forecasting.free_running import free_runs
from rnn_tui.forecasting.future import step_margins
from rnn_tui.training.checkpoint import SavedModel, fill_parameters, load_model, save_model
from rnn_tui.training.model import Model
from rnn_tui.training.predictor import Predictor


class Learned:
    """What a run has learned.

    Parameters
    ----------
    saved
        Configuration, scaling and weights.
    """

    def __init__(self, saved: SavedModel) -> None:
        self.saved = saved

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the model in a file.

        Raises
        ------
        ModelFileError
            The file cannot be read, or is no model of ours.
        """
        saved = load_model(path)
        outputs = len(saved.parameters.get("b_y", ()))
        if not outputs or outputs % _outputs_per_target(saved):
            raise ModelFileError(
                f"--load-model {path}: its readout (b_y) does not fit its horizon, "
                f"{saved.config.data.horizon}."
            )
        learned = cls(saved)
        fill_parameters(path, saved, saved.config, learned._shaped().named_parameters())
        return learned

    def save(self, path: Path) -> None:
        """Write the model to a file.

        Raises
        ------
        SaveError
            The file cannot be written.
        """
        save_model(path, self.saved)

    @property
    def target_count(self) -> int:
        """Columns that the model forecasts, O."""
        return len(self.saved.parameters["b_y"]) // _outputs_per_target(self.saved)

    @property
    def covariate_count(self) -> int:
        """Columns that it reads along, C."""
        return len(self.saved.scalers) - self.target_count

    def prepare(self, series: Series) -> Prepared:
        """Return a series as the model reads it.

        Raises
        ------
        DataError
            The series is shorter than a window or has other columns.
        """
        found = len(series.more_targets) + 1, len(series.covariates)
        needed = self.target_count, self.covariate_count
        if found != needed:
            raise DataError(
                f"{series.name}: the model forecasts {needed[0]} columns and reads {needed[1]} "
                f"along (covariates), and the data have {found[0]} and {found[1]}."
            )
        config = self.saved.config
        return prepare_to_predict(config.data, config.model.dtype, series, self.saved.scalers)

    def predict(self, series: Series) -> Floats:
        """Return what was forecast one step ahead of every row from the rows before it.

        Returns
        -------
        In data units, shape (N, O); NaN where too few rows come before.

        Raises
        ------
        DataError
            See `prepare`.
        """
        prepared = self.prepare(series)
        T, H, lost = prepared.input_chunk_length, prepared.horizon, prepared.transformed[0].lost
        predicted = np.full((len(series), self.target_count), np.nan)
        starts = np.arange(lost, len(series) - T)
        said = self._predictor(prepared.inputs, starts)
        with np.errstate(over="ignore", invalid="ignore"):
            restored = prepared.restore(said.reshape(len(starts), H, -1)[:, 0], starts)
        predicted[starts + T] = restored[:, 0]
        return predicted

    def forecast(self, prepared: Prepared, steps: int) -> Floats:
        """Return a forecast of the `steps` rows after the last one, in data units, (steps, O).

        Beyond the horizon it runs free: it reads its own predictions.

        Raises
        ------
        DataError
            Covariates would have to be known beyond the end.
        """
        last = np.array([len(prepared.inputs) - prepared.input_chunk_length])
        with np.errstate(over="ignore", invalid="ignore"):
            path: Floats = free_runs(self._predictor, prepared, last, steps)[0]
        return path

    def margins(self, prepared: Prepared, steps: int, level: float) -> Margins:
        """Return how far off forecasts of `steps` rows may be, by those of the validation part.

        Raises
        ------
        DataError
            The validation part is too short for the level and so many steps.
        """
        margins = step_margins(prepared, self._predictor, steps, level)
        known = np.isfinite(margins.margins).all(axis=1)
        if not known.all():
            works = int(known.argmin())
            fewer = f", or {works:,} steps" if works else ""
            raise DataError(
                f"a prediction interval at {level:g} needs {least_count(level):,} forecasts of the "
                f"validation part for each of the {steps:,} steps ahead, and of step {works + 1:,} "
                f"it has fewer. What works: a larger validation_size, a lower level{fewer}."
            )
        return margins

    @cached_property
    def _predictor(self) -> Predictor:
        model = self._shaped()
        model.set_parameters(dict(self.saved.parameters))
        return Predictor(model, self.saved.config.data.input_chunk_length)

    def _shaped(self) -> Model:
        """Return a network of the model's shape, with any weights."""
        return Model.create(
            self.saved.config.model,
            np.random.default_rng(0),
            input_size=len(self.saved.scalers),
            output_size=self.target_count * self.saved.config.data.horizon,
            quantiles=self.saved.config.training.forecast_quantiles,
        )


def _outputs_per_target(saved: SavedModel) -> int:
    """Return how many outputs the network has for each column that it forecasts."""
    return saved.config.data.horizon * max(1, len(saved.config.training.forecast_quantiles))
