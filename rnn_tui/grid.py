"""Several runs from one configuration: a grid over the options that may be given several times."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from rnn_tui.config import RunConfig, build_config


def expand(
    config: RunConfig,
    varied: Mapping[str, Sequence[Any]],
    *,
    option_names: Mapping[str, str] | None = None,
) -> tuple[RunConfig, ...]:
    """Return a configuration for every combination of values; `config` alone where none vary.

    Parameters
    ----------
    config
        What all runs have in common.
    varied
        "section.key" -> its values; the first key changes slowest. A value that comes twice counts
        once, and a key without values stays as it is.
    option_names
        "section.key" -> the option that sets it, for messages.

    Raises
    ------
    UsageError
        A value cannot be run.
    """
    values = {key: tuple(dict.fromkeys(found)) for key, found in varied.items() if found}
    base = config.model_dump()
    return tuple(
        build_config(
            _tables(dict(zip(values, chosen, strict=True))), base, option_names=option_names
        )
        for chosen in product(*values.values())
    )


def _tables(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, key = name.partition(".")
        tables.setdefault(section, {})[key] = value
    return tables
