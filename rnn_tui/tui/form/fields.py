"""The fields of a form, and the settings of a run as such: made from the configuration itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from rnn_tui.config import RunConfig
from rnn_tui.options import SETTINGS
from rnn_tui.tui.form.paths import complete_path
from rnn_tui.tui.form.texts import Texts

FIRST = {
    "data": ("dataset", "file", "column", "input_chunk_length", "horizon"),
    "training": ("learning_rate", "batch_size", "optimizer", "clip", "loss", "steps", "seed"),
}
"""Keys that are changed often, by section: they come before all others."""
YES, NO = "yes", "no"
SECTIONS = ("model", "data", "training")
"""Of the configuration, those that have fields."""
IN_THE_APP = {"training.steps": "until you stop"}
"""What an empty field stands for where the app differs from batch."""
SETTING_OF = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Field:
    """A line to fill in."""

    key: str
    label: str
    heading: str = ""
    choices: tuple[str, ...] = ()
    """What can be chosen; a field without is typed."""
    default: str = ""
    """What an empty field stands for."""
    help: str = ""
    complete: Callable[[str], str] | None = None
    """What to add to a text; "" where there is nothing to add."""


def config_fields() -> tuple[Field, ...]:
    """Return a field for every setting of a run: what is changed most first."""
    return tuple(_all_fields())


def _all_fields() -> Iterator[Field]:
    for heading, section, keys in (
        ("Network", "model", _keys("model")),
        ("Series", "data", FIRST["data"]),
        ("Training", "training", FIRST["training"]),
        ("More about training", "training", _rest("training")),
        ("More about the series", "data", _rest("data")),
    ):
        for key in keys:
            yield _field(heading, section, key)


def _keys(section: str) -> list[str]:
    return list(type(getattr(RunConfig(), section)).model_fields)


def _rest(section: str) -> list[str]:
    return [key for key in _keys(section) if key not in FIRST[section]]


def _field(heading: str, section: str, name: str) -> Field:
    key = f"{section}.{name}"
    setting = SETTING_OF.get(key)
    choices = _choices(key)
    default = IN_THE_APP.get(key) or _default(key)
    if not default and setting is not None:
        default = setting.default
    return Field(
        key=key,
        label=name.replace("_", " "),
        heading=heading,
        choices=choices if not choices or _required(key) else ("", *choices),
        default=default,
        help=setting.help if setting is not None else "",
        complete={"data.file": complete_path, "data.dataset": _complete_dataset}.get(key),
    )


def _complete_dataset(text: str) -> str:
    from rnn_tui.data.catalogue import catalogue  # noqa: PLC0415 - not before the form is there

    names = (entry.name for entry in catalogue())
    return next((name[len(text) :] for name in names if text and name.startswith(text)), "")


def _info(key: str) -> Any:
    section, _, name = key.partition(".")
    return type(getattr(RunConfig(), section)).model_fields[name]


def _required(key: str) -> bool:
    return type(None) not in get_args(_info(key).annotation)


def _default(key: str) -> str:
    return to_text(_info(key).default)


def _kinds(annotation: Any) -> set[Any]:
    """Return the types that an annotation allows; the values of a Literal stand for themselves."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if get_origin(annotation) is tuple:
        return {tuple}.union(*map(_kinds, get_args(annotation)))
    inner = get_args(annotation)
    return set().union(*map(_kinds, inner)) if inner else {annotation}


def _choices(key: str) -> tuple[str, ...]:
    found = [_info(key).annotation, *get_args(_info(key).annotation)]
    if bool in found:
        return (YES, NO)
    literal = next((part for part in found if get_origin(part) is Literal), None)
    return tuple(map(str, get_args(literal))) if literal else ()


def to_text(value: Any) -> str:
    """Return a setting as it is typed; nothing for None."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case tuple():
            return ", ".join(map(to_text, value))
        case float():
            return f"{value:.12g}"
        case _:
            return str(value)


def texts_of(config: RunConfig) -> dict[str, str]:
    """Return every setting as it is typed, by "section.key"."""
    return {
        f"{section}.{key}": to_text(value)
        for section in SECTIONS
        for key, value in getattr(config, section)
    }


def tables_of(texts: Texts) -> dict[str, dict[str, Any]]:
    """Return the tables of a configuration; what is left empty is left out.

    A number that cannot be read stays as text, so that the check of the configuration names it.
    """
    tables: dict[str, dict[str, Any]] = {}
    for key, text in texts.items():
        section, _, name = key.partition(".")
        if text.strip():
            tables.setdefault(section, {})[name] = _value(key, text.strip())
    return tables


def _value(key: str, text: str) -> Any:
    kinds = _kinds(_info(key).annotation)
    if tuple in kinds:
        return [_number(part.strip(), kinds) for part in text.split(",") if part.strip()]
    if bool in kinds:
        return {YES: True, NO: False}.get(text, text)
    if str in kinds:
        return text
    return _number(text, kinds)


def _number(text: str, kinds: set[Any]) -> Any:
    """Return a text as a number, where numbers are allowed and it is one."""
    for kind in (int, float):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    return text
