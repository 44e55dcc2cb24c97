"""What an option of the command that sets a key of the configuration is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

Heading = Literal["Series", "Reading", "Network", "Training", "Forecast", "Follow", "Run"]
HEADINGS: tuple[Heading, ...] = get_args(Heading)
"""Of the groups in the help."""


@dataclass(frozen=True, slots=True)
class Setting:
    """An option that sets one key of the configuration."""

    heading: Heading
    flag: str
    key: str
    """"section.key" in the configuration file."""
    type: "click.ParamType[Any] | type | Callable[[str], Any]"
    metavar: str
    help: str
    default: str
    """The default as the help shows it; a test compares it with the configuration's."""
    repeated: bool = False
    """Whether it may be given several times, for a key that holds several values."""
    varied: bool = False
    """Whether it may be given several times, for as many runs."""

    @property
    def name(self) -> str:
        """Name of the parsed value."""
        return self.flag.removeprefix("--").replace("-", "_")
