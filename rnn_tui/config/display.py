"""The section display: how the screen is drawn."""

from typing import Literal

from pydantic import Field

from rnn_tui.config.section import Section

DEFAULT_FPS = 10
"""Frames a second on a terminal of this machine."""


class DisplayConfig(Section):
    """How the screen is drawn."""

    fps: int | None = Field(default=None, ge=1, le=60)
    """Frames a second. None: the settings' own, else as many as suit the profile."""
    theme: str | None = None
    """Name of a theme. None: the settings' own, else dark or light as the terminal's ground is."""
    profile: Literal["auto", "local", "ssh"] | None = None
    """"ssh" sends little to the terminal; "auto" looks for SSH_CONNECTION. None: the settings'."""
