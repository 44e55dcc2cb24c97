"""What a command line asks for, and the configurations that it makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from rnn_tui.errors import UsageError
from rnn_tui.options import SETTINGS
from rnn_tui.setting import Setting

if TYPE_CHECKING:
    from rnn_tui.config import RunConfig


ENDS = {"steps", "patience", "time_limit", "until_loss"}
"""Keys of the section training that say when a run ends."""


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed command line."""

    settings: dict[str, Any]
    """Name of a setting -> its value, or values; None where it was not given."""
    config: Path | None = None
    save_model: Path | None = None
    load_model: Path | None = None
    output: Path | None = None
    report: Path | None = None
    batch: bool = False
    json: bool = False
    plots: bool = False
    quiet: bool = False
    follow: bool = False
    match: Literal["units", "parameters"] | None = None


def _option(setting: Setting) -> click.Option:
    shown = f"  [default: {setting.default}]" if setting.default else ""
    return click.Option(
        [setting.flag],
        type=setting.type,
        metavar=setting.metavar,
        multiple=setting.repeated or setting.varied,
        help=f"{setting.help}{shown}",
    )


def _file_option(flag: str, metavar: str, text: str) -> click.Option:
    path = click.Path(path_type=Path)
    return click.Option([flag], type=path, metavar=metavar, help=text)


def _flag(*names: str, text: str) -> click.Option:
    return click.Option(names, is_flag=True, help=text)


CONFIGURING: tuple[click.Option, ...] = (
    *(_option(setting) for setting in SETTINGS),
    _file_option("--config", "FILE.toml", "Read the configuration from a file."),
    _file_option("--load-model", "FILE", "Start from a saved model (safetensors)."),
    _flag("--follow", text="Go on with --data as it grows: predict rows, then learn from them."),
)
"""The options that have a part in the configuration of a run."""
RUNNING: tuple[click.Option, ...] = (
    _file_option("--save-model", "FILE", "Save the best weights when the run ends."),
    _file_option("--output", "FILE", "Write all forecasts: .csv, .parquet or .json."),
    _file_option("--report", "FILE", "With --batch: write a report: .html, .md or .txt."),
    _flag("--batch", text="Run without a screen and print a summary."),
    _flag("--plots", text="With --batch: draw charts below it."),
    _flag("--json", text="With --batch: print JSON Lines instead."),
    click.Option(
        ["--match"],
        type=click.Choice(["units", "parameters"]),
        metavar="units|parameters",
        help="In the app, what several --cell have in common: hidden units, or (about) the number "
        "of parameters, that of the first.  [default: units]",
    ),
    _flag("-q", "--quiet", text="With --batch: print the verdict alone, or no steps."),
)
"""The options that say what is to become of it."""


def to_request(**parsed: Any) -> Request:
    """Return the request that the values of parsed options, by name, make."""
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        value = parsed.pop(setting.name, None)
        if setting.varied and value:
            value = _flat(value)
        settings[setting.name] = None if value == () else value
    return Request(settings, **parsed)


def _flat(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values, of which some are several, one after another."""
    several = (value if isinstance(value, tuple) else (value,) for value in values)
    return tuple(chain.from_iterable(several))


def configure(request: Request) -> "tuple[RunConfig, ...]":
    """Return the validated configurations of a command line, one for each cell and seed.

    Raises
    ------
    UsageError
        Names the option or the file and key at fault.
    """
    from rnn_tui.config import build_config, layer, read_toml  # noqa: PLC0415 - imports pydantic
    from rnn_tui.grid import expand  # noqa: PLC0415 - likewise

    given = request.settings
    if given["data"] is not None and given["dataset"] is not None:
        raise UsageError("--data and --dataset exclude each other: give one of the two.")
    overrides: dict[str, dict[str, Any]] = {}
    varied: dict[str, tuple[Any, ...]] = {}
    for setting in SETTINGS:
        section, _, key = setting.key.partition(".")
        value = given[setting.name]
        if setting.varied and value is not None:
            varied[setting.key], value = value, value[0]
        overrides.setdefault(section, {})[key] = value
    overrides["follow"]["enabled"] = request.follow or None
    base = _saved_tables(request.load_model) if request.load_model else {}
    if request.config:
        base = layer(base, read_toml(request.config))
    names = {setting.key: setting.flag for setting in SETTINGS} | {"follow.enabled": "--follow"}
    source = str(request.config or request.load_model or "configuration")
    config = build_config(overrides, base, source=source, option_names=names)
    return expand(config, varied, option_names=names)


def _saved_tables(path: Path) -> dict[str, Any]:
    """Return the configuration of a saved model, without how long it was trained and shown how."""
    from rnn_tui.training.checkpoint import load_model  # noqa: PLC0415 - imports pydantic

    tables = load_model(path).config.model_dump(
        mode="json",
        exclude_none=True,
        exclude={"display": True, "forecast": True, "follow": True, "training": ENDS},
    )
    return dict(tables)
