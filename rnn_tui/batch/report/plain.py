"""A report as plain text, 100 columns wide, with charts of characters."""

import io

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rnn_tui.batch.plots import HEIGHT, legend_text
from rnn_tui.batch.report.document import Block, Code, Document, Figure, Grid, Heading, Paragraph
from rnn_tui.charts import draw
from rnn_tui.streams import printable

WIDTH = 100


def to_plain(document: Document) -> str:
    """Return the file's text, without control characters."""
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, highlight=False)
    title = printable(document.title)
    console.print(Text(f"{title}\n{'=' * min(len(title), WIDTH)}"))
    for block in document.blocks:
        console.print()
        console.print(_block(block))
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _block(block: Block) -> RenderableType:
    match block:
        case Heading(text):
            return Text(f"{printable(text)}\n{'-' * len(printable(text))}")
        case Paragraph(text):
            return Text(printable(text))
        case Grid(head, rows):
            table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
            for n, heading in enumerate(head):
                table.add_column(Text(printable(heading)), justify="right" if n else "left")
            for row in rows:
                table.add_row(*(Text(printable(cell)) for cell in row))
            return table
        case Figure(picture):
            rows = draw(picture.chart, WIDTH, HEIGHT, "braille").glyph.tolist()
            caption = printable(f"{picture.title} {legend_text(picture, 'braille')}")
            return Text("\n".join([caption, *("".join(row) for row in rows)]))
        case Code(text):
            return Text("\n".join(printable(line) for line in text.splitlines()))
