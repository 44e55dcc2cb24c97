"""How the screen is drawn on this line and this terminal: frames a second, colours, thrift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from textual.theme import BUILTIN_THEMES

from rnn_tui.config import DEFAULT_FPS, DisplayConfig
from rnn_tui.settings import Settings, fault
from rnn_tui.tui.keymap import EVERY, commands_of
from rnn_tui.tui.keys import Command
from rnn_tui.tui.theme import LIGHT_THEME, OWN, THEME

SSH_FPS = 4
"""What a thin line carries without falling behind."""


@dataclass(frozen=True, slots=True)
class Display:
    """What was asked for and what the line is like, come together."""

    fps: int = DEFAULT_FPS
    is_thrifty: bool = False
    """Whether to send only what has changed."""
    few_colours: bool = False
    """Whether to do with sixteen colours, and heat maps of characters."""
    theme: str = THEME.name
    palette: str = "blue-orange"
    """Name of the colours of data."""
    commands: tuple[Command, ...] = EVERY
    """The actions of all screens with their keys."""


def choose_display(
    asked: DisplayConfig, settings: Settings, environment: Mapping[str, str], path: Path
) -> Display:
    """Return the display: the run's configuration beats the settings, which beat what is found.

    Parameters
    ----------
    asked
        Section `display` of the run's configuration: options and --config.
    environment
        Environment variables; SSH_CONNECTION tells that the terminal is elsewhere, COLORFGBG
        what its ground is like.
    path
        File of the settings, for messages.

    Raises
    ------
    UsageError
        The settings name a theme, an action or a key that there is not.
    """
    known = [*(theme.name for theme in OWN), *BUILTIN_THEMES]
    if settings.theme not in known:
        raise fault(path, ("theme",), f"no such theme as {settings.theme!r}; {_among(known)}")
    is_chosen = "theme" in settings.model_fields_set
    own = LIGHT_THEME if has_light_ground(environment) else THEME
    profile = asked.profile or settings.profile
    if profile == "auto":
        profile = "ssh" if environment.get("SSH_CONNECTION") else "local"
    usual = SSH_FPS if profile == "ssh" else DEFAULT_FPS
    is_thin = profile == "ssh"
    few = is_thin or has_few_colours(environment)
    return Display(
        fps=asked.fps or settings.fps or usual,
        is_thrifty=is_thin,
        few_colours=few,
        theme=settings.theme if is_chosen else own.name,
        palette=settings.palette,
        commands=commands_of(settings, path),
    )


def _among(names: Sequence[str]) -> str:
    return f"there are {', '.join(names)}"


def has_light_ground(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal says that its ground is light.

    rxvt, Konsole and others set COLORFGBG to the numbers of text and ground among the sixteen
    colours, as in "0;15" or "0;default;15"; 7 and 15 are the light ones without a hue.
    """
    return environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}


def has_few_colours(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is known for sixteen colours at most, as Rich reads TERM."""
    console = Console(force_terminal=True, legacy_windows=False, _environ=environment)
    return console.color_system == "standard"
