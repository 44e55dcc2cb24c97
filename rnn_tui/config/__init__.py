"""The configuration of one run: what a TOML file may hold and what the options set.

Sections and keys are the same in the file, in `run_started` events and in saved models.
"""

from rnn_tui.config.building import build_config, faults_in
from rnn_tui.config.data import (
    COLUMN_KEYS,
    FILE_KEYS,
    GENERATED_KEYS,
    SERIES_KEYS,
    STANDARD_INPUT,
    DataConfig,
    Missing,
    Scaling,
    TransformName,
)
from rnn_tui.config.display import DEFAULT_FPS, DisplayConfig
from rnn_tui.config.follow import BadRows, FollowConfig
from rnn_tui.config.forecast import ForecastConfig, IntervalMethod
from rnn_tui.config.model import CELL_NAMES, Cell, Dtype, ModelConfig, Scheme
from rnn_tui.config.run import RunConfig
from rnn_tui.config.section import Section
from rnn_tui.config.tables import LARGEST_FILE, layer, read_toml
from rnn_tui.config.training import LossAt, LossName, OptimizerName, ScheduleName, TrainingConfig

__all__ = [
    "CELL_NAMES",
    "COLUMN_KEYS",
    "DEFAULT_FPS",
    "FILE_KEYS",
    "GENERATED_KEYS",
    "LARGEST_FILE",
    "SERIES_KEYS",
    "STANDARD_INPUT",
    "BadRows",
    "Cell",
    "DataConfig",
    "DisplayConfig",
    "Dtype",
    "FollowConfig",
    "ForecastConfig",
    "IntervalMethod",
    "LossAt",
    "LossName",
    "Missing",
    "ModelConfig",
    "OptimizerName",
    "RunConfig",
    "Scaling",
    "ScheduleName",
    "Scheme",
    "Section",
    "TrainingConfig",
    "TransformName",
    "build_config",
    "faults_in",
    "layer",
    "read_toml",
]
