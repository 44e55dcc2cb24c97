"""What a report is made of. All text is plain: whoever writes it out escapes it."""

from dataclasses import dataclass

from rnn_tui.batch.plots import Picture


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences; the verdict is strong."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the cells after the first one of a row are figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: int | None = None
    """The row that it is about."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its title and legend."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that are shown as they are."""

    text: str


Block = Heading | Paragraph | Grid | Figure | Code


@dataclass(frozen=True, slots=True)
class Document:
    """A title and what follows it."""

    title: str
    blocks: tuple[Block, ...]
