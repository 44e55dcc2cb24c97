"""Model files: weights in safetensors, with the configuration and the scaling as metadata."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_tui import __version__
from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import ModelFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rnn_tui.data.scaling import Scaler

FORMAT = "rnn-tui model 1"
LARGEST_FILE = 1 << 30


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What a model file holds."""

    config: RunConfig
    scaler: "Scaler"
    step: int
    """The step whose weights these are."""
    parameters: "Mapping[str, NDArray[Any]]"


def save_model(path: Path, saved: SavedModel) -> None:
    """Write a model file; an older file of that name is replaced whole or not at all.

    Raises
    ------
    ModelFileError
        The file cannot be written.
    """
    import numpy as np  # noqa: PLC0415 - the command line reads this module before NumPy is needed
    from safetensors.numpy import save  # noqa: PLC0415 - likewise

    metadata = {
        "format": FORMAT,
        "rnn_tui_version": __version__,
        "config": saved.config.model_dump_json(),
        "scaler": json.dumps(saved.scaler.to_dict()),
        "step": str(saved.step),
    }
    tensors = {name: np.ascontiguousarray(array) for name, array in saved.parameters.items()}
    try:
        _replace_file(path, save(tensors, metadata))
    except OSError as error:
        raise ModelFileError(
            f"--save-model {path}: cannot be written: {error.strerror}. "
            "Choose a file in a folder that you may write to and that has room."
        ) from error


def _replace_file(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_writable(path: Path) -> None:
    """Raise ModelFileError unless a model could be saved there; called before training."""
    folder = path.parent
    if path.is_dir():
        raise ModelFileError(f"--save-model {path}: is a folder; give the name of a file in it.")
    if not folder.is_dir():
        raise ModelFileError(f"--save-model {path}: the folder {folder} does not exist.")
    if not os.access(folder, os.W_OK):
        raise ModelFileError(f"--save-model {path}: you may not write to the folder {folder}.")


def load_model(path: Path) -> SavedModel:
    """Read a model file written by `save_model`.

    Raises
    ------
    ModelFileError
        The file cannot be read, is no model of ours, or its weights do not fit its configuration.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - see save_model

    from rnn_tui.data.scaling import Scaler  # noqa: PLC0415 - see save_model

    _check_readable(path)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise ModelFileError(
                    f"--load-model {path}: is a safetensors file, but not one that rnn-tui saved "
                    f"(its format is {metadata.get('format')!r}, expected {FORMAT!r})."
                )
            parameters = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
        config = build_config({}, _table(metadata["config"]), source=f"--load-model {path}")
        scaler = Scaler.from_dict(_table(metadata["scaler"]))
        step = int(metadata["step"])
    except SafetensorError as error:
        raise ModelFileError(
            f"--load-model {path}: is not a safetensors file ({error}); "
            "give a file that --save-model wrote."
        ) from error
    except OSError as error:
        raise ModelFileError(f"--load-model {path}: cannot be read: {error.strerror}.") from error
    except (KeyError, ValueError, TypeError, UsageError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(
            f"--load-model {path}: its metadata is damaged or from another version: {error}."
        ) from error
    return SavedModel(config=config, scaler=scaler, step=step, parameters=parameters)


def _table(text: str) -> dict[str, Any]:
    table = json.loads(text)
    if not isinstance(table, dict):
        raise TypeError(f"expected a table, found {text[:40]}")
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
    """Copy saved weights into the views of a network built from `config`.

    Raises
    ------
    ModelFileError
        The run asks for another network than the file holds, or a weight is missing, has another
        shape or is not finite.
    """
    import numpy as np  # noqa: PLC0415 - see save_model

    for key in ("cell", "hidden_size"):
        held, asked = getattr(saved.config.model, key), getattr(config.model, key)
        if held != asked:
            raise ModelFileError(
                f"--load-model {path}: holds a network with {key} = {held}, but the run asks for "
                f"{asked}; leave the option out, or train a new model."
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
        if not np.isfinite(weights).all():
            raise ModelFileError(f"--load-model {path}: {name} holds values that are not finite.")
        view[...] = weights
