"""From tables and options to a validated configuration, or to what is wrong with them."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rnn_tui.config.run import RunConfig
from rnn_tui.config.tables import layer
from rnn_tui.errors import UsageError


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
        key, expected = ".".join(str(part) for part in fault["loc"]), _expected(fault)
        at_fault = [of for of in sorted(given) if key == of or key.startswith(f"{of}.")]
        if not at_fault and fault["type"] == "value_error":  # about several keys of a section
            section = [of for of in sorted(given) if of.startswith(f"{key}.")]
            words = set(re.findall(r"\w+", expected))
            at_fault = [of for of in section if of.rpartition(".")[2] in words] or section
        where = ", ".join(option_names.get(of, of) for of in at_fault) or f"{source}: {key}"
        lines.append(f"{where}: {expected}.")
    return "\n".join(dict.fromkeys(lines))


def _expected(fault: ErrorDetails) -> str:
    match fault["type"]:
        case "extra_forbidden":
            known = _known_keys(fault["loc"][:-1])
            close = get_close_matches(str(fault["loc"][-1]), known, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            return f"unknown key{hint}; known here: {', '.join(known)}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case "too_long":
            return f"must have {fault['ctx']['max_length']} values, not {fault['input']!r}"
        case "missing":
            return f"a value is missing in {fault['input']!r}"
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
