"""How the screen is drawn on this line and this terminal: frames a second, colours, thrift."""

from collections.abc import Mapping
from dataclasses import dataclass

from rnn_tui.config import DEFAULT_FPS, DisplayConfig
from rnn_tui.settings import Settings

SSH_FPS = 4
"""What a thin line carries without falling behind."""


@dataclass(frozen=True, slots=True)
class Display:
    """What was asked for and what the line is like, come together."""

    fps: int = DEFAULT_FPS
    is_thrifty: bool = False
    """Whether to send little: 16 colours, heat maps of characters, only what has changed."""


def choose_display(
    asked: DisplayConfig, settings: Settings, environment: Mapping[str, str]
) -> Display:
    """Return the display: the run's configuration beats the settings, which beat what is found.

    Parameters
    ----------
    asked
        Section `display` of the run's configuration: options and --config.
    environment
        Environment variables; SSH_CONNECTION tells that the terminal is elsewhere.
    """
    profile = asked.profile or settings.profile
    if profile == "auto":
        profile = "ssh" if environment.get("SSH_CONNECTION") else "local"
    usual = SSH_FPS if profile == "ssh" else DEFAULT_FPS
    return Display(asked.fps or settings.fps or usual, is_thrifty=profile == "ssh")
