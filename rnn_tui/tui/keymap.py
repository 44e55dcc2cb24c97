"""Keys of the user's choice: the settings' section [keys] checked, and what they look like."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from textual.binding import Binding
from textual.keys import Keys, format_key, key_to_character

from rnn_tui.settings import Settings, fault
from rnn_tui.tui.form.keys import EDITING, FORM_COMMANDS
from rnn_tui.tui.keys import ALL_ZOOMS, COMMANDS, Command, Hint
from rnn_tui.tui.walk.keys import WALK_COMMANDS

MODIFIERS = {"ctrl", "shift", "alt", "super"}
RESERVED = {
    "ctrl+c": "it ends the run, as interrupted",
    "ctrl+z": "it suspends the app",
    "ctrl+p": "it opens the command palette",
}
SCREENS = {"": COMMANDS, "walk": WALK_COMMANDS, "form": FORM_COMMANDS}
"""The commands of every screen that has keys to choose; "" is the main one."""
EVERY = tuple(c for where, commands in SCREENS.items() for c in commands if c.where == where)
"""Every command once; those that screens share are the main screen's."""
SHARED = {command.id for command in WALK_COMMANDS if not command.where}
USUAL = {command.id: command.symbol for command in EVERY}
NAMED = frozenset(key.value for key in Keys)
SYMBOLS = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "home": "Home", "end": "End"}


class KeyFaultError(ValueError):
    """A line of the section [keys] that cannot be obeyed."""

    def __init__(self, action: str, what: str) -> None:
        super().__init__(what)
        self.action = action


def commands_of(settings: Settings, path: Path) -> tuple[Command, ...]:
    """Return all commands with the keys that the settings in the file `path` give them.

    Raises
    ------
    UsageError
        Names the file, the line and the action at fault.
    """
    try:
        return remap(settings.keys)
    except KeyFaultError as error:
        raise fault(path, ("keys", error.action), str(error)) from error


def remap(keys: Mapping[str, Sequence[str]]) -> tuple[Command, ...]:
    """Return all commands, those named in `keys` with other keys.

    Parameters
    ----------
    keys
        Id of a command -> its keys, as Textual names them or as single characters.

    Raises
    ------
    KeyFaultError
        An action or a key is not known, or two actions would share a key.
    """
    known = {command.id for command in EVERY}
    for action in keys:
        if action not in known:
            close = get_close_matches(action, known, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            raise KeyFaultError(action, f"no such action{hint}; rnn-tui keys lists them")
    chosen = {action: tuple(normalise(action, key) for key in of) for action, of in keys.items()}
    shared = {key for c in COMMANDS for key in chosen.get(c.id, ()) if c.id in SHARED}
    commands = tuple(
        _with_keys(c, chosen[c.id]) if c.id in chosen else _without_keys(c, shared) for c in EVERY
    )
    for where in SCREENS:
        own = commands_on(where, commands)
        _check_apart(own, {c.id: chosen[c.id] for c in own if c.id in chosen})
    for command in commands_on("form", commands):
        _check_not_filled_in(command)
    return commands


def commands_on(where: str, commands: Sequence[Command]) -> tuple[Command, ...]:
    """Return the commands of one screen, a key of `SCREENS`, with the keys that they have now.

    Parameters
    ----------
    commands
        Every command, as `remap` returns them.
    """
    now = {command.id: command for command in commands}
    return tuple(replace(c, keys=now[c.id].keys, symbol=now[c.id].symbol) for c in SCREENS[where])


def _check_not_filled_in(command: Command) -> None:
    """Raise KeyFaultError where a key of a form's command fills the form in."""
    for key in command.keys.split(","):
        *modifiers, last = key.split("+")
        is_typed = set(modifiers) <= {"shift"} and _is_printable(last)
        if is_typed or key in EDITING:
            what = f"the key {key} fills the form in; there are ctrl+t, f5, escape"
            raise KeyFaultError(command.id, what)


def _is_printable(key: str) -> bool:
    character = key_to_character(key)
    return character is not None and character.isprintable()


def _check_apart(commands: Sequence[Command], chosen: Mapping[str, Sequence[str]]) -> None:
    """Raise KeyFaultError where a chosen key is that of another action as well."""
    owner = {key: c.id for c in commands if c.id not in chosen for key in c.keys.split(",")}
    for action, keys in chosen.items():
        for key in keys:
            other = owner.setdefault(key, action)
            if other != action:
                what = f"the key {key} is that of {other}: give that action another key too"
                raise KeyFaultError(action, what)


def normalise(action: str, key: str) -> str:
    """Return a key as Textual names it.

    Raises
    ------
    KeyFaultError
        There is no such key, or it has a meaning that stays.
    """
    (binding,) = Binding.make_bindings([Binding(key, action)])
    *modifiers, last = binding.key.split("+")
    if binding.key in RESERVED:
        raise KeyFaultError(action, f"the key {key} cannot be given away: {RESERVED[binding.key]}")
    is_known = last in NAMED or key_to_character(last) is not None
    if not is_known or not set(modifiers) <= MODIFIERS:
        raise KeyFaultError(
            action, f"there is no key {key!r}; there are p, comma, f5, ctrl+t, space, up"
        )
    return binding.key


def relabel(hints: Sequence[Hint], commands: Sequence[Command]) -> tuple[Hint, ...]:
    """Return the hints of a screen with the keys that its commands have now."""
    symbols = {c.action: c.symbol for c in commands if c.symbol != USUAL[c.id]}
    zooms = [command.symbol for command in commands if command.action.startswith("zoom(")]
    are_others = any(action.startswith("zoom(") for action in symbols)

    def symbol(hint: Hint) -> str:
        if hint.symbol == ALL_ZOOMS:
            return " ".join(zooms) if are_others else ALL_ZOOMS
        return symbols.get(hint.action, hint.symbol)

    return tuple(replace(hint, symbol=symbol(hint)) for hint in hints)


def _with_keys(command: Command, keys: tuple[str, ...]) -> Command:
    return replace(command, keys=",".join(keys), symbol=" ".join(map(symbol_of, keys)))


def _without_keys(command: Command, taken: Collection[str]) -> Command:
    """Return a command of another screen without the keys that what it shares was given.

    The last one stays: that two actions would have it is a fault.
    """
    keys = command.keys.split(",")
    left = tuple(key for key in keys if key not in taken)
    if not command.where or not left or len(left) == len(keys):
        return command
    is_hidden = command.symbol == symbol_of(left[0])
    return replace(command, keys=",".join(left)) if is_hidden else _with_keys(command, left)


def symbol_of(key: str) -> str:
    """Return a key as it is shown."""
    *modifiers, last = key.split("+")
    before = "".join("^" if m == "ctrl" else f"{m.capitalize()}+" for m in modifiers)
    return before + SYMBOLS.get(last, format_key(last))
