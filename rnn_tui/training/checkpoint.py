"""Model files: weights in safetensors, with the configuration and the scaling as metadata."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_tui import __version__
from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import ModelFileError, SaveError, UsageError
from rnn_tui.training.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rnn_tui.data.scaling import Scaler

FORMAT = "rnn-tui model 3"
SECOND_FORMAT = "rnn-tui model 2"
"""Without the optimizer's state."""
FIRST_FORMAT = "rnn-tui model 1"
"""One series, one step ahead; its scaling is called "scaler"."""
OF_OPTIMIZER = "optimizer."
"""What the names of the optimizer's tensors begin with."""
LARGEST_FILE = 1 << 30
TYPES = ("F32", "F64")
LEARNED = (
    *(("model", "cell"), ("model", "hidden_size"), ("model", "layers")),
    *(("data", "horizon"), ("data", "transform"), ("data", "scaling")),
    ("training", "forecast_quantiles"),
)
"""Section and key of what weights were trained for: with anything else they say nothing."""


@dataclass(frozen=True, slots=True)
class SavedMoments:
    """What the optimizer remembered when the weights were kept."""

    optimizer: str
    step_count: int
    """Updates so far."""
    tensors: "Mapping[str, NDArray[Any]]"
    """"m." or "v." and the name of a weight -> array of the weight's shape."""


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What a model file holds."""

    config: RunConfig
    scalers: "tuple[Scaler, ...]"
    """Scaling of every input, the columns to forecast first."""
    step: int
    """The step whose weights these are."""
    parameters: "Mapping[str, NDArray[Any]]"
    moments: SavedMoments | None = None
    """None in a file of an earlier format."""


def save_model(path: Path, saved: SavedModel, asked_by: str = "--save-model") -> None:
    """Write a model file; an older file of that name is replaced whole or not at all.

    Parameters
    ----------
    asked_by
        What the message of an error begins with.

    Raises
    ------
    SaveError
        The file cannot be written; the message says where the weights are kept instead.
    """
    content = _serialise(saved)
    try:
        replace_file(path, content)
    except OSError as error:
        raise SaveError(
            f"{asked_by} {path}: cannot be written: {error.strerror}. {_rescue(content)}"
        ) from error


def _serialise(saved: SavedModel) -> bytes:
    import numpy as np  # noqa: PLC0415 - the command line reads this module before NumPy is needed
    from safetensors.numpy import save  # noqa: PLC0415 - likewise

    metadata = {
        "format": FORMAT,
        "rnn_tui_version": __version__,
        "config": saved.config.model_dump_json(),
        "scalers": json.dumps([scaler.to_dict() for scaler in saved.scalers]),
        "step": str(saved.step),
    }
    every = dict(saved.parameters)
    if saved.moments is not None:
        known = {"name": saved.moments.optimizer, "step_count": saved.moments.step_count}
        metadata["optimizer"] = json.dumps(known)
        every |= {f"{OF_OPTIMIZER}{name}": a for name, a in saved.moments.tensors.items()}
    return save({name: np.ascontiguousarray(array) for name, array in every.items()}, metadata)


def _rescue(content: bytes) -> str:
    """Keep a model in the folder for temporary files; return in words where it is."""
    try:
        path = Path(tempfile.mkdtemp(prefix="rnn-tui-")) / "model.safetensors"
        replace_file(path, content)
    except OSError as error:
        return f"The temporary folder cannot take the weights either ({error.strerror})."
    return f"The weights are in {path} instead."


def load_model(path: Path) -> SavedModel:
    """Read a model file written by `save_model`.

    Raises
    ------
    ModelFileError
        The file cannot be read, is no model of ours, or its weights do not fit its configuration.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - see save_model

    from rnn_tui.data.scaling import Scaler  # noqa: PLC0415 - see save_model

    try:
        _check_readable(path)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            _check_format(path, metadata)
            names = list(file.keys())
            _check_types(path, {name: file.get_slice(name).get_dtype() for name in names})
            tensors = {name: file.get_tensor(name) for name in names}
        config = build_config({}, _table(metadata["config"]), source=f"--load-model {path}")
        scalers = tuple(Scaler.from_dict(fields) for fields in _scalings(metadata))
        step = int(metadata["step"])
        moments = _moments(metadata, tensors)
    except SafetensorError as error:
        raise ModelFileError(
            f"--load-model {path}: is not a safetensors file ({error}); "
            "give a file that --save-model wrote."
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise ModelFileError(f"--load-model {path}: cannot be read: {reason}.") from error
    except ModelFileError:
        raise
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError, UsageError) as error:
        reason = str(error).removeprefix(f"--load-model {path}: ").rstrip(".")
        raise ModelFileError(
            f"--load-model {path}: its metadata is damaged or from another version: {reason:.300}."
        ) from error
    parameters = {n: array for n, array in tensors.items() if not n.startswith(OF_OPTIMIZER)}
    return SavedModel(config, scalers, step, parameters, moments)


def _moments(
    metadata: "Mapping[str, str]", tensors: "Mapping[str, NDArray[Any]]"
) -> SavedMoments | None:
    """Return the optimizer's state; whether it fits a network is seen where one is built."""
    if "optimizer" not in metadata:
        return None
    known = _table(metadata["optimizer"])
    name, count = known["name"], known["step_count"]
    if not isinstance(name, str) or type(count) is not int or not 0 <= count < 1 << 62:
        raise ValueError(f"expected a name and a number of steps, found {known!r:.60}")
    own = {
        found.removeprefix(OF_OPTIMIZER): array
        for found, array in tensors.items()
        if found.startswith(OF_OPTIMIZER)
    }
    return SavedMoments(name, count, own)


def _check_format(path: Path, metadata: "Mapping[str, str]") -> None:
    found = metadata.get("format")
    if found not in {FORMAT, SECOND_FORMAT, FIRST_FORMAT}:
        raise ModelFileError(
            f"--load-model {path}: is a safetensors file, but not one that rnn-tui saved "
            f"(its format is {found!r:.60}, expected {FORMAT!r})."
        )


def _check_types(path: Path, types: "Mapping[str, str]") -> None:
    """Refuse numbers that we never write: NumPy has no type for some of them."""
    for name, found in types.items():
        if found not in TYPES:
            raise ModelFileError(
                f"--load-model {path}: {name} holds {found} numbers, expected {' or '.join(TYPES)}."
            )


def _scalings(metadata: "Mapping[str, str]") -> list[dict[str, Any]]:
    if metadata["format"] == FIRST_FORMAT:
        return [_table(metadata["scaler"])]
    scalings = json.loads(metadata["scalers"])
    if not isinstance(scalings, list) or not scalings:
        raise TypeError(f"expected a list of tables, found {metadata['scalers'][:40]}")
    return [_checked(fields) for fields in scalings]


def _table(text: str) -> dict[str, Any]:
    return _checked(json.loads(text))


def _checked(table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise TypeError(f"expected a table, found {table!r:.40}")
    return table


def _check_readable(path: Path) -> None:
    if path.is_dir():
        raise ModelFileError(f"--load-model {path}: is a folder; give a file.")
    if not path.exists():
        raise ModelFileError(f"--load-model {path}: no such file.")
    if not path.is_file():
        raise ModelFileError(f"--load-model {path}: is not a regular file.")
    if path.stat().st_size > LARGEST_FILE:
        raise ModelFileError(
            f"--load-model {path}: is larger than 1 GiB, so it is no model of ours."
        )


def fill_parameters(
    path: Path, saved: SavedModel, config: RunConfig, views: "Mapping[str, NDArray[Any]]"
) -> None:
    """Copy saved weights over those of a network built from `config`, by name.

    Raises
    ------
    ModelFileError
        The run asks for another network than the file holds, or a weight is missing, has another
        shape or is not finite.
    """
    import numpy as np  # noqa: PLC0415 - see save_model

    for section, key in LEARNED:
        held, asked = (getattr(getattr(c, section), key) for c in (saved.config, config))
        if held != asked:
            raise ModelFileError(
                f"--load-model {path}: holds a network with {key} = {_shown(held)}, but the run "
                f"asks for {_shown(asked)}; leave the option out, or train a new model."
            )
    if saved.parameters.keys() != views.keys():
        raise ModelFileError(
            f"--load-model {path}: holds the weights {', '.join(sorted(saved.parameters))}, "
            f"expected {', '.join(sorted(views))}."
        )
    for name, view in views.items():
        weights = saved.parameters[name]
        if weights.shape != view.shape or weights.dtype.kind != "f":
            raise ModelFileError(
                f"--load-model {path}: {name} is {weights.dtype} {weights.shape}, "
                f"expected {view.dtype} {view.shape}."
            )
        with np.errstate(over="ignore"):
            view[...] = weights
        if not np.isfinite(view).all():
            raise ModelFileError(
                f"--load-model {path}: {name} holds values that are not finite in {view.dtype}."
            )


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)
