"""Scale a series with what the training part knows."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from rnn_tui.config import Scaling
from rnn_tui.data.series import Floats
from rnn_tui.errors import DataError

SMALLEST_SCALE = 1e-100


@dataclass(frozen=True, slots=True)
class Scaler:
    """Scaling (x - mean) / scale and back.

    Raises
    ------
    DataError
        `mean` is not finite, or `scale` is not a finite number above zero.
    """

    mean: float
    """What becomes 0: mean, median or minimum of the training part."""
    scale: float
    """What becomes 1: its standard deviation (population), interquartile range or range."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.scale) and self.scale > 0):
            raise DataError(
                f"scaling with mean {self.mean} and scale {self.scale}: "
                "both must be finite and the scale above 0."
            )

    @classmethod
    def fit(cls, training: Floats, kind: Scaling = "standard") -> Self:
        """Return the scaler of `training`, shape (n,).

        Parameters
        ----------
        training
            The training part; nothing else may be known.
        kind
            "standard": mean and standard deviation; "robust": median and interquartile range, which
            outliers leave alone; "min-max": minimum and range, so that the training part lies in
            [0, 1]; "none": values stay as they are.

        Raises
        ------
        DataError
            The values do not vary, so that there is nothing to learn from them, or half of them
            do not and robust scaling has nothing to divide by.
        """
        spread = float(np.ptp(training))
        scale = float(np.std(training)) if spread > 0 else 0.0
        if spread > 0 and not scale > SMALLEST_SCALE:
            raise DataError(
                f"the training part ({len(training):,} rows) varies by {spread:g} alone, too "
                "little to be scaled. Give the series in a smaller unit: larger numbers."
            )
        if not scale > SMALLEST_SCALE:
            raise DataError(
                f"the training part ({len(training):,} rows) is constant, {training[0]:g} "
                "throughout: there is nothing to learn. Give a longer series, or make "
                "--validation-size and --test-size smaller."
            )
        match kind:
            case "standard":
                return cls(mean=float(np.mean(training)), scale=scale)
            case "robust":
                return cls._robust(training)
            case "min-max":
                return cls(mean=float(np.min(training)), scale=float(np.ptp(training)))
            case "none":
                return cls(mean=0.0, scale=1.0)

    @classmethod
    def _robust(cls, training: Floats) -> Self:
        low, middle, high = (float(q) for q in np.percentile(training, [25, 50, 75]))
        if not high - low > SMALLEST_SCALE:
            raise DataError(
                f"half of the training part ({len(training):,} rows) is {middle:g}, so that its "
                "interquartile range is 0. What works: --scaling standard."
            )
        return cls(mean=middle, scale=high - low)

    def transform(self, values: Floats) -> Floats:
        """Return `values` (data units, any shape) in scaled units."""
        return (values - self.mean) / self.scale

    def inverse(self, scaled: Floats) -> Floats:
        """Return `scaled` (any shape) in data units."""
        return scaled * self.scale + self.mean

    def to_dict(self) -> dict[str, float]:
        """Return what `from_dict` takes, for a model's metadata."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, object]) -> Self:
        """Return the scaler that `to_dict` described.

        Raises
        ------
        DataError
            `fields` is not a mean and a scale that can be used.
        """
        mean, scale = fields.get("mean"), fields.get("scale")
        if not (isinstance(mean, int | float) and isinstance(scale, int | float)):
            raise DataError(f"scaling {dict(fields)!r}: expected the numbers mean and scale.")
        return cls(mean=float(mean), scale=float(scale))
