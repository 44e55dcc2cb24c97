"""The configuration of one run: what a TOML file may hold and what the options set.

Sections and keys are the same in the file, in `run_started` events and in saved models.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from rnn_tui.errors import UsageError

Cell = Literal["rnn", "lstm"]
Dtype = Literal["float32", "float64"]
OptimizerName = Literal["sgd", "adam"]
LossAt = Literal["last", "every"]

LARGEST_FILE = 1 << 20

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Section(BaseModel):
    """Base of the sections: frozen, strict about unknown keys and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DataConfig(Section):
    """Which series, and how it is cut."""

    dataset: str | None = None
    """Name of a bundled or generated series. With no file either: sunspots."""
    file: str | None = None
    """Path of a CSV file; excludes `dataset`."""
    column: str | None = None
    """Column of the file to forecast; needed where several are numeric."""
    input_chunk_length: int = Field(default=24, ge=1, le=100_000)
    """Timesteps of input to one prediction, T."""
    validation_size: Fraction | None = None
    """Share of the series that chooses the best weights. None: the dataset's own, else 0.15."""
    test_size: Fraction | None = None
    """Share of the series, its end, that is only scored. None: the dataset's own, else 0.15."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.dataset is not None and self.file is not None:
            raise ValueError("dataset and file exclude each other: give one of the two")
        if self.column is not None and self.file is None:
            raise ValueError("column belongs to a file of your own: give the file as well")
        if (self.validation_size or 0.15) + (self.test_size or 0.15) >= 1:
            raise ValueError("validation_size + test_size must leave a part to train on (< 1)")
        return self


class ModelConfig(Section):
    """The network."""

    cell: Cell = "lstm"
    hidden_size: int = Field(default=32, ge=1, le=4096)
    dtype: Dtype = "float32"
    forget_bias: float = Field(default=1.0, allow_inf_nan=False)
    """Initial bias of the LSTM's forget gate (Jozefowicz et al. 2015)."""


class TrainingConfig(Section):
    """How the network is trained."""

    optimizer: OptimizerName = "adam"
    learning_rate: Positive = 1e-2
    clip: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Largest global norm of the gradient; 0 switches clipping off."""
    batch_size: int = Field(default=32, ge=1, le=65_536)
    loss_at: LossAt = "last"
    """Whether the loss counts the prediction after the last timestep or after every one."""
    steps: int | None = Field(default=None, ge=0)
    """Optimisation steps. None: the app trains until it is stopped, batch takes 1,000."""
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    threads: int = Field(default=1, ge=1, le=256)


class DisplayConfig(Section):
    """How the screen is drawn."""

    fps: int = Field(default=10, ge=1, le=60)


class RunConfig(Section):
    """Everything that makes a run what it is."""

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    display: DisplayConfig = DisplayConfig()


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
    if not isinstance(file, str) or not file:
        return file
    return str(folder / os.path.expanduser(file))  # noqa: PTH111 - Path's raises where it has none


def layer(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of `base` with those of `over` on top, key by key.

    A series in `over` replaces the one in `base` whole: its file, its column, its name.
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
            below = {k: v for k, v in below.items() if k not in {"dataset", "file", "column"}}
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
        return RunConfig.model_validate(merged)
    except ValidationError as error:
        raise UsageError(_explain(error, given, source, option_names or {})) from error


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
