"""What the driver tells the app of its terminal."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class GroundFound(Message):
    """The terminal has said what its ground is like."""

    is_light: bool
