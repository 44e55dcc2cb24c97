"""The catalogue of series as a table."""

import io
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rnn_tui.data.catalogue import catalogue
from rnn_tui.errors import ExitCode
from rnn_tui.streams import Output

UNLIMITED = 1_000
"""Columns of a page that no terminal bounds: every series has one line there."""


def print_datasets() -> int:
    """Write the table to standard output; return the exit code.

    Raises
    ------
    OutputLostError
        It cannot be written.
    """
    output = Output(sys.stdout)
    screen = Console(file=output.stream)
    output.write(_page(screen.width if screen.is_terminal else UNLIMITED))
    return ExitCode.DONE


def _page(width: int) -> str:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("name", no_wrap=True)
    for heading in ("description", "source", "licence"):
        table.add_column(heading)
    for dataset in catalogue():
        facts = (dataset.name, dataset.description, dataset.source, dataset.licence)
        table.add_row(*(Text(fact) for fact in facts))
    text = io.StringIO()
    Console(file=text, width=width).print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
