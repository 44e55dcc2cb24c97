"""The configuration of one run: what a TOML file may hold and what the options set.

Sections and keys are the same in the file, in `run_started` events and in saved models.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from rnn_tui.choices import misplaced
from rnn_tui.errors import UsageError
from rnn_tui.values import (
    BelowOne,
    Betas,
    Delimiter,
    Encoding,
    Names,
    NotNegative,
    Positive,
    Quantiles,
    Seconds,
    SizeOrTime,
    Words,
)

Cell = Literal["rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original"]
CELL_NAMES: dict[Cell, str] = {
    "rnn": "RNN",
    "rnn-relu": "ReLU RNN",
    "lstm": "LSTM",
    "lstm-peephole": "peephole LSTM",
    "gru": "GRU",
    "gru-original": "original GRU",
}
"""How a cell is called on the screen and in reports."""
Dtype = Literal["float32", "float64"]
OptimizerName = Literal["sgd", "rmsprop", "adam", "adamw"]
LossName = Literal["mse", "mae", "huber", "quantile"]
ScheduleName = Literal["constant", "cosine", "step", "exponential"]
Scheme = Literal["pytorch", "glorot", "orthogonal", "identity"]
IntervalMethod = Literal["conformal", "quantile", "none"]
LossAt = Literal["last", "every"]

LARGEST_FILE = 1 << 20
DEFAULT_FPS = 10
"""Frames a second on a terminal of this machine."""

Missing = Literal["error", "ffill", "interpolate", "drop"]
TransformName = Literal["diff", "seasonal-diff", "log", "log-return"]
BadRows = Literal["skip", "stop"]
Scaling = Literal["standard", "robust", "min-max", "none"]

FILE_KEYS = (
    *("time_column", "format", "delimiter", "header", "encoding", "decimal", "date_format"),
    "missing",
)
"""Keys of the section data that say how a file is read."""
COLUMN_KEYS = ("column", "covariates")
"""Keys of the section data that choose among the columns of a file or a dataset."""
GENERATED_KEYS = ("length", "noise", "data_seed")
"""Keys of the section data that shape a generated series."""
SERIES_KEYS = frozenset({"dataset", "file", *FILE_KEYS, *COLUMN_KEYS, *GENERATED_KEYS})
"""Keys of the section data that say which series it is."""
STANDARD_INPUT = "-"
"""As a file: what is piped in."""


class Section(BaseModel):
    """Base of the sections: frozen, strict about unknown keys and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DataConfig(Section):
    """Which series, how it is read, changed and cut."""

    dataset: str | None = None
    """Name of a bundled or generated series. With no file either: sunspots."""
    file: str | None = None
    """Path of a CSV, TSV, JSON Lines or Parquet file, "-" for standard input; no `dataset` then."""
    column: Names = ()
    """Columns to forecast; needed where several hold numbers."""
    time_column: str | None = None
    """Column with the times. None: found. "none": the rows are numbered."""
    covariates: Names = ()
    """Columns that are read along with the series but not forecast; known up to the present."""
    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = None
    """Kind of file. None: found by name and content."""
    delimiter: Delimiter | None = None
    """One character between the cells of a CSV file. None: found."""
    header: bool | None = None
    """Whether the first line of a CSV file names the columns. None: found."""
    encoding: Encoding | None = None
    """Encoding of the text, as Python names it. None: UTF-8, UTF-16 or Latin-1, found."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark. None: found; a comma only where it does not separate the cells."""
    date_format: str | None = None
    """Form of the dates, as for strptime ("%d.%m.%Y"). None: found."""
    missing: Missing = "error"
    """What is done about cells without a value."""
    length: int | None = Field(default=None, ge=10, le=1_000_000)
    """Rows of a generated series. None: its own."""
    noise: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Gaussian noise on a generated series, as a share of its standard deviation."""
    data_seed: int = Field(default=0, ge=0, le=2**63 - 1)
    """Seed of that noise and of random series."""
    transform: Annotated[tuple[TransformName, ...], Words] = ()
    """What is done to the columns to forecast before scaling, first to last; undone in results."""
    scaling: Scaling = "standard"
    """How columns are scaled, by what the training part knows."""
    period: int | None = Field(default=None, ge=2, le=1_000_000)
    """Rows of a season. None: the dataset's own, else found on the training part."""
    input_chunk_length: int = Field(default=24, ge=1, le=100_000)
    """Timesteps of input to one prediction, T."""
    horizon: int = Field(default=1, ge=1, le=10_000)
    """Rows that one prediction covers, the next one first."""
    validation_size: SizeOrTime | None = None
    """What chooses the best weights: a share of the series, or the time at which the part begins.
    None: the dataset's own, else 0.15."""
    test_size: SizeOrTime | None = None
    """What is only scored, the end of the series; given like `validation_size`."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.dataset is not None and self.file is not None:
            raise ValueError("dataset and file exclude each other: give one of the two")
        for key in FILE_KEYS:
            default = type(self).model_fields[key].default
            if self.file is None and getattr(self, key) != default:
                raise ValueError(f"{key} belongs to a file of your own: give the file as well")
        for key in COLUMN_KEYS:
            if getattr(self, key) and self.file is None and self.dataset is None:
                raise ValueError(f"{key} belongs to a file of your own: give the file as well")
        for key in GENERATED_KEYS:
            default = type(self).model_fields[key].default
            if self.file is not None and getattr(self, key) != default:
                raise ValueError(f"{key} belongs to a generated dataset, not to a file")
        return self

    @model_validator(mode="after")
    def _room_to_train(self) -> Self:
        sizes = [0.15 if size is None else size for size in (self.validation_size, self.test_size)]
        if sum(size for size in sizes if isinstance(size, float)) >= 1:
            raise ValueError("validation_size + test_size must leave a part to train on (< 1)")
        return self


class ModelConfig(Section):
    """The network."""

    cell: Cell = "lstm"
    hidden_size: int = Field(default=32, ge=1, le=4096)
    """Hidden units of each layer."""
    layers: int = Field(default=1, ge=1, le=4)
    """Layers on top of each other, each of which reads the one below."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of what passes from layer to layer that training drops (Srivastava et al. 2014)."""
    dtype: Dtype = "float32"
    forget_bias: float = Field(default=1.0, allow_inf_nan=False)
    """Initial bias of an LSTM's forget gate (Jozefowicz et al. 2015)."""
    init: Scheme = "pytorch"
    """How the initial weights are drawn; "identity" is the IRNN of Le et al. (2015)."""
    spectral_radius: Positive | None = None
    """Largest absolute eigenvalue of the initial W_hh, of each gate. None: as drawn."""

    @property
    def cell_name(self) -> str:
        """How the cell is called."""
        return CELL_NAMES[self.cell]

    @model_validator(mode="after")
    def _fits_the_cell(self) -> Self:
        if self.init == "identity" and not self.cell.startswith("rnn"):
            raise ValueError(
                f"init identity is for cells without gates, not for {self.cell}: choose another "
                "init, or the cell rnn"
            )
        return self

    @model_validator(mode="after")
    def _drops_between_layers(self) -> Self:
        if self.dropout and self.layers == 1:
            raise ValueError("dropout is between layers: choose 2 to 4 layers, or no dropout")
        return self

    @property
    def label(self) -> str:
        """Cell and size, as in "LSTM 32", or "LSTM 2×32" of two layers."""
        size = self.hidden_size if self.layers == 1 else f"{self.layers}×{self.hidden_size}"
        return f"{self.cell_name} {size}"


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


class ForecastConfig(Section):
    """What is forecast when the network is trained, and how sure it is."""

    ahead: int | None = Field(default=None, ge=1, le=100_000)
    """Rows to forecast beyond the end of the series. None: the horizon."""
    intervals: IntervalMethod | None = None
    """Prediction intervals, and by which method: "quantile" takes the outer quantiles that the
    network forecasts. None: "quantile" where it forecasts several, else "conformal"."""
    coverage: float = Field(default=0.9, gt=0, lt=1)
    """Share of values that conformal intervals are to hold; of "quantile" training.quantiles say
    it."""
    backtest: int | None = Field(default=None, ge=1, le=1_000)
    """Folds of a walk-forward backtest, which batch runs instead of one run."""


class DisplayConfig(Section):
    """How the screen is drawn."""

    fps: int | None = Field(default=None, ge=1, le=60)
    """Frames a second. None: the settings' own, else as many as suit the profile."""
    profile: Literal["auto", "local", "ssh"] | None = None
    """"ssh" sends little to the terminal; "auto" looks for SSH_CONNECTION. None: the settings'."""


class FollowConfig(Section):
    """What is done with rows that come while the run goes on."""

    enabled: bool = False
    """Go on with the file, or standard input, as it grows."""
    first_rows: int | None = Field(default=None, ge=2, le=10_000_000)
    """Rows that are learned before the first is predicted. None: all that a file has, and of a
    pipe ten times those of a window and its horizon."""
    steps_per_row: int = Field(default=1, ge=0, le=100_000)
    """Optimisation steps after every row that came."""
    memory: int = Field(default=5_000, ge=2, le=10_000_000)
    """Newest rows that are kept to learn from."""
    bad_rows: BadRows = "skip"
    """Whether a line that is no row is skipped or ends the run; it is told either way."""


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


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a configuration file, unvalidated.

    A relative `data.file` counts from the folder of the configuration file.

    Raises
    ------
    UsageError
        The file cannot be read or is no TOML.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UsageError(f"--config {path}: is larger than 1 MiB, so it is no configuration.")
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--config {path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--config {path}: is not UTF-8 text, so it is no TOML file.") from error
    except (ValueError, RecursionError) as error:  # also integers too long, tables too deep
        raise UsageError(f"--config {path}: is not valid TOML: {error}.") from error
    data = tables.get("data")
    if isinstance(data, dict) and "file" in data:
        data["file"] = _beside(data["file"], path.parent)
    return tables


def _beside(file: Any, folder: Path) -> Any:
    if not isinstance(file, str) or file in {"", STANDARD_INPUT}:
        return file
    return str(folder / os.path.expanduser(file))  # noqa: PTH111 - Path's raises where it has none


def layer(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of `base` with those of `over` on top, key by key.

    A series in `over` replaces the one in `base` whole: its file, its columns, how it is read.
    """
    merged = dict(base)
    for section, values in over.items():
        below = merged.get(section, {})
        if not isinstance(below, Mapping):
            continue  # a wrong type stays, so that the validation can name it
        if not isinstance(values, Mapping):
            merged[section] = values
            continue
        if section == "data" and values.keys() & {"dataset", "file"}:
            below = {k: v for k, v in below.items() if k not in SERIES_KEYS}
        merged[section] = {**below, **values}
    return merged


def build_config(
    overrides: Mapping[str, Mapping[str, Any]],
    base: Mapping[str, Any] | None = None,
    *,
    source: str = "configuration",
    option_names: Mapping[str, str] | None = None,
) -> RunConfig:
    """Return the validated configuration of `base` (a file's tables) with `overrides` on top.

    Parameters
    ----------
    overrides
        section -> key -> value; None stands for "not given".
    base
        Tables of a configuration file.
    source
        Name of where `base` came from, for messages.
    option_names
        "section.key" -> the option that sets it, for messages.

    Raises
    ------
    UsageError
        Names every key at fault, its value, and what was expected.
    """
    chosen = {
        section: {key: value for key, value in values.items() if value is not None}
        for section, values in overrides.items()
    }
    given = {f"{section}.{key}" for section, values in chosen.items() for key in values}
    merged = layer(base or {}, {section: values for section, values in chosen.items() if values})
    try:
        config = RunConfig.model_validate(merged)
    except ValidationError as error:
        raise UsageError(_explain(error, given, source, option_names or {})) from error
    _check_following(config)
    return config


def _check_following(config: RunConfig) -> None:
    """Raise UsageError where a run that is to follow its source cannot."""
    if not config.follow.enabled:
        return
    lack = None
    if config.data.file is None:
        lack = "needs a file that grows, or - for standard input: --data FILE|-"
    elif config.data.missing == "interpolate":
        lack = "--missing interpolate looks ahead; what works is error, ffill or drop"
    elif config.data.format == "parquet":
        lack = "a Parquet file does not grow; follow CSV or JSON Lines"
    if lack is not None:
        raise UsageError(f"--follow: {lack}.")


def faults_in(tables: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the tables of a configuration, nothing where they are right.

    The key is "section.key", or the section alone where several keys do not go together; the value
    says what was expected and what was found.
    """
    try:
        RunConfig.model_validate(tables)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        return {".".join(map(str, fault["loc"])): _expected(fault) for fault in faults}
    return {}


def _explain(
    error: ValidationError, given: set[str], source: str, option_names: Mapping[str, str]
) -> str:
    """Return one line for every fault, led by the option or the file and key that it lies in."""
    lines = []
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"])
        about_several = fault["type"] == "value_error"
        options = [
            option_names.get(of, of)
            for of in sorted(given)
            if of == key or (about_several and of.startswith(f"{key}."))
        ]
        where = ", ".join(options) or f"{source}: {key}"
        lines.append(f"{where}: {_expected(fault)}.")
    return "\n".join(lines)


def _expected(fault: ErrorDetails) -> str:
    match fault["type"]:
        case "extra_forbidden":
            known = _known_keys(fault["loc"][:-1])
            close = get_close_matches(str(fault["loc"][-1]), known, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            return f"unknown key{hint}; known here: {', '.join(known)}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case "model_type":
            section = fault["loc"][-1]
            return f"must be a table that begins with the line [{section}], not {fault['input']!r}"
        case _:
            rule = (
                fault["msg"]
                .replace("Input should be", "must be")
                .replace("a valid integer", "an integer")
            )
            return f"{rule.replace('a valid ', 'a ')}, not {fault['input']!r}"


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = RunConfig
    for part in location:
        annotation = model.model_fields[str(part)].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    return list(model.model_fields)
