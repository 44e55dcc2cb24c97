"""How the screen is drawn on this line and this terminal: frames a second, colours, thrift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from textual.theme import BUILTIN_THEMES

from rnn_tui.config import DEFAULT_FPS, DisplayConfig
from rnn_tui.errors import UsageError
from rnn_tui.settings import Settings, fault
from rnn_tui.tui.glyphs import WITHOUT_BRAILLE
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
    asks_for_ground: bool = False
    """Whether the theme is to be that of the terminal's ground, which the terminal can be asked."""
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
        A theme, an action or a key that there is not is asked for.
    """
    _check_themes(asked, settings, path)
    theme = asked.theme or settings.theme
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
        theme=theme or own_theme(is_light=has_light_ground(environment)),
        asks_for_ground=theme is None and environment.get("TERM", "") not in WITHOUT_BRAILLE,
        palette=settings.palette,
        commands=commands_of(settings, path),
    )


def _check_themes(asked: DisplayConfig, settings: Settings, path: Path) -> None:
    known = [*(theme.name for theme in OWN), *BUILTIN_THEMES]
    if asked.theme is not None and asked.theme not in known:
        raise UsageError(f"--theme: {_unknown(asked.theme, known)}.")
    if settings.theme is not None and settings.theme not in known:
        raise fault(path, ("theme",), _unknown(settings.theme, known))


def _unknown(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"no such theme as {name!r}{hint}; there are {', '.join(known)}"


def own_theme(*, is_light: bool) -> str:
    """Return the name of our theme for a ground."""
    return (LIGHT_THEME if is_light else THEME).name


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
