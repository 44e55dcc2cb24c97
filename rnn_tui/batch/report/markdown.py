"""A report as Markdown, with charts of characters."""

import re

from rnn_tui.batch.plots import HEIGHT, legend_text
from rnn_tui.batch.report.document import Block, Code, Document, Figure, Grid, Heading, Paragraph
from rnn_tui.charts import draw
from rnn_tui.streams import printable

CHART_WIDTH = 80
SPECIAL = re.compile(r"([\\`*_\[\]|#~!$])")


def to_markdown(document: Document) -> str:
    """Return the file's text; nothing in the document can become markup."""
    blocks = "\n\n".join(_block(block) for block in document.blocks)
    return f"# {_text(document.title)}\n\n{blocks}\n"


def _text(text: str) -> str:
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return SPECIAL.sub(r"\\\1", plain)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {_text(text)}"
        case Paragraph(text, strong):
            return f"**{_text(text)}**" if strong else _text(text)
        case Grid(head, rows, strong):
            marks = (":--", *["--:"] * (len(head) - 1))
            lines = [_row(head), f"| {' | '.join(marks)} |"]
            lines += [_row(row, n == strong) for n, row in enumerate(rows)]
            return "\n".join(lines)
        case Figure(picture):
            rows = draw(picture.chart, CHART_WIDTH, HEIGHT, "braille").glyph.tolist()
            caption = f"{_text(picture.title)} {_text(legend_text(picture, 'braille'))}"
            chart = "\n".join("".join(row).rstrip() for row in rows)
            return f"{caption}\n\n{_fenced(chart)}"
        case Code(text):
            return _fenced(text.rstrip())


def _row(cells: tuple[str, ...], strong: bool = False) -> str:
    texts = [f"**{_text(cell)}**" if strong else _text(cell) for cell in cells]
    return f"| {' | '.join(texts)} |"


def _fenced(text: str) -> str:
    """Return lines in a fence that is longer than any in them."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
